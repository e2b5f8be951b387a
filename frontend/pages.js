// Every page's scripts in one file.
import "./site/components.js";
import "./site/print.js";
import "./site/session.js";
