// On a narrow screen the selection opens as a sheet above the bar at the bottom, and closes again.

import { element } from "./page.js";

const sheet = element("selection-sheet");
const opener = element("open-selection");
const isOpen = () => "open" in sheet.dataset;
// Without a script it is a link to the selection.
opener.setAttribute("role", "button");
opener.setAttribute("aria-expanded", "false");

function open() {
  sheet.dataset.open = "";
  opener.setAttribute("aria-expanded", "true");
  element("selected-heading").focus();
}

function close({ returns = true } = {}) {
  delete sheet.dataset.open;
  opener.setAttribute("aria-expanded", "false");
  if (returns) opener.focus();
}

opener.addEventListener("click", event => {
  event.preventDefault();
  if (isOpen()) close();
  else open();
});

opener.addEventListener("keydown", event => {
  if (event.key !== " ") return;
  event.preventDefault();
  opener.click();
});

element("close-selection").addEventListener("click", () => close());

// Before Escape ends a search.
document.addEventListener("keydown", event => {
  if (event.key !== "Escape" || !isOpen() || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  close();
}, { capture: true });

// A link leads from the sheet to the page; and whoever uses the page has done with the sheet. Boxes
// that an answer ticks are clicked by a script.
document.addEventListener("click", event => {
  if (!isOpen() || !event.isTrusted || !event.target.isConnected) return;
  if (event.target.closest("a[href]:not(#open-selection)") || !event.target.closest(".app-panel")) {
    close({ returns: false });
  }
});
