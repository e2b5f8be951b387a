// What Django's admin takes of ours on every page.
import "./site/print.js";
import "./site/session.js";
