// Every page's scripts in one file.
import "./pages/check_answers/leaving.js";
import "./pages/check_answers/parts.js";
import "./site/components.js";
import "./site/print.js";
import "./site/reloading.js";
import "./site/select_all.js";
import "./site/session.js";
