// Starts the design system's components on every page; the pages work without them.
import {
  Button, Checkboxes, createAll, ErrorSummary, NotificationBanner, PasswordInput, SkipLink,
} from "govuk-frontend";

const COMPONENTS = [Button, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, SkipLink];
const start = (...scope) => {
  for (const component of COMPONENTS) createAll(component, undefined, ...scope);
};

document.body.classList.add("js-enabled", "govuk-frontend-supported");
start();
// A part of the page that was swapped in.
document.addEventListener("rerendered", event => start(event.target));
