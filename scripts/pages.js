// Every page's scripts in one file.
import "./page.js";
import "./print.js";
import "./session.js";
