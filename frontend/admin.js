// Our scripts on every page of Django's admin, besides those of every page.
import "./review/correction.js";
import "./review/decision.js";
