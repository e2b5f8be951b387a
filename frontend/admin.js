// Our scripts on every page of Django's admin.
import "./review/decision.js";
import "./site/print.js";
import "./site/session.js";
