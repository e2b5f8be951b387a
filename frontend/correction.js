// Where a manager corrects the codes: the picker of the factor page, and nothing saved.
import "./pages/factors/find.js";
import "./pages/factors/also.js";
import "./pages/factors/correction.js";
