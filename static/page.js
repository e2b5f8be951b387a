// Starts the design system's components on every page; the pages work without them.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
// A part of the page that was drawn anew.
document.addEventListener("redrawn", event => initAll({ scope: event.target }));
