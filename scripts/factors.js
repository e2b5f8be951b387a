// The factor page's scripts in one file.
import "./saving.js";
import "./picking.js";
import "./shortcuts.js";
