// The factor page's scripts in one file.
import "./pages/factors/saving.js";
import "./pages/factors/find.js";
import "./pages/factors/shortcuts.js";
import "./pages/factors/selection_sheet.js";
import "./pages/factors/family.js";
import "./pages/factors/also.js";
