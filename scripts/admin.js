// What Django's admin takes of ours on every page.
import "./print.js";
import "./session.js";
