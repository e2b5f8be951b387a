// Starts the design system's components on every page; the pages work without them.
import { initAll } from "./govuk-frontend.min.js";

document.documentElement.classList.add("js");
initAll();
