// Our scripts on every page of Django's admin.
import "./site/print.js";
import "./site/session.js";
