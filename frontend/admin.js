// Our scripts on every page of Django's admin, besides those of every page.
import "./review/decision.js";
