// Leaving the page: a button of the page leaves it once all is saved; any other way is warned of.

import { isPlainClick } from "../../site/plain_click.js";
import { unsavedTexts } from "./findings.js";
import { form } from "./page.js";
import { isUnsaved } from "./save_state.js";

export let leavingButton = null; // leaves the page once all is saved
export let isLeaving = false;

export function leaveOnceSaved(button) {
  leavingButton = button;
}

// Somebody who goes on working has not left, though the next page may be on its way: it may be
// slow, or stopped.
export function stay() {
  leavingButton = null;
  isLeaving = false;
}

export function leaveNow() {
  isLeaving = true;
}

// All is saved: submit the page with the button that was to leave it.
export function leaveIfAsked() {
  const button = leavingButton;
  stay();
  if (button) form.requestSubmit(button);
}

form.addEventListener("click", event => {
  const leaves = event.target.closest("[data-leaves]") && isPlainClick(event);
  if (leaves && !unsavedTexts().length) leaveNow();
});

addEventListener("beforeunload", event => {
  if (!isLeaving && isUnsaved()) event.preventDefault();
});
addEventListener("pageshow", () => { isLeaving = false; });
