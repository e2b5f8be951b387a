// Applies an answer of the server. A late one, older than the person's last change, changes nothing
// but boxes that the person has left alone, and what the next request needs.

import { announceAnswer, othersChangesText } from "./announcements.js";
import { lookAgain } from "./catching_up.js";
import { describeBoxes } from "./findings.js";
import { leavingButton, stay } from "./leaving.js";
import { announce, codeBeside, element, form, hasFocus, selectionPlace } from "./page.js";
import {
  actions, disableForm, endRequest, hasUnansweredChanges, isClosed, isInConflict, isPaused, outcome,
  queueAction, request,
} from "./save_state.js";
import { finishSwap, restorePosition, swapParts } from "./swapping.js";
import { applySelectionChanges } from "./ticking.js";

export let unlistedText = ""; // typed text that is no code, and that the server has answered

export function applyAnswer(newOutcome, html) {
  const { action, data } = request;
  swapParts(html);
  const isNewOutcome = newOutcome !== outcome;
  endRequest(newOutcome);
  const isLate = hasUnansweredChanges();
  const selectionChanges = element("selection-changes").dataset;
  const othersChanges = "merged" in selectionChanges ? othersChangesText() : "";
  const wasLeaving = leavingButton;
  if (isPaused() || othersChanges || (!isLate && selectionChanges.waiting)) stay();
  finishSwap(isLate);
  describeBoxes();
  const announcements = applySelectionChanges(selectionChanges, isLate);
  applyDescription(selectionChanges.description, data);
  lookAgain(Boolean(selectionChanges.takenOver || selectionChanges.description));
  restorePosition();
  // The picker was not swapped, since the person went on changing it: ask for it again.
  if (isLate && action?.name === "density" && !actions.some(each => each.name === action.name)) {
    queueAction(action);
  }
  // Text that is no code stays to be corrected; codes that were selected are not sent again.
  if (action?.value === "typed" && form.elements.typed.value === action.typed) {
    form.elements.typed.value = unlistedText = selectionChanges.refused;
    form.elements.typed.dispatchEvent(new Event("input"));
  }
  if (isClosed()) disableForm();
  if (othersChanges && wasLeaving) element("others-changes").focus();
  if (isLate) {
    if (othersChanges) announce(othersChanges);
    return;
  }
  if (outcome === "saved") removeErrors();
  moveFocus(action, isNewOutcome);
  // The answer to typed codes stands beside their box, which announces itself.
  const isReplied = action?.name === "reply" && outcome === "saved" && !isRefused(action);
  if (isReplied) announcements.push("Your reply is saved.");
  const fromAction = action && action.value !== "typed" ? announcements : [];
  announceAnswer(othersChanges ? [othersChanges] : fromAction);
}

// What others saved is put into the box, unless the person has typed in it since it was sent: then
// the page stays of its version, and the next request asks which of the two to record.
function applyDescription(description, sent) {
  if (description === undefined) return;
  const box = form.elements.other_description;
  if (box.value === sent.get("other_description")) box.value = description;
  else form.elements.version.value = sent.get("version");
}

const isRefused = ({ place }) => element(place)?.querySelector(".govuk-error-message");

// The errors that the page had when it was loaded are corrected.
function removeErrors() {
  for (const id of ["error-summary", "not-saved"]) element(id)?.remove();
  document.title = document.title.replace(/^Error: /, "");
}

// The focus after an action: a conflict or an error that came of it, or else, where its button is
// gone, what stands in its place.
function moveFocus(action, isNewOutcome) {
  if (isInConflict() && (isNewOutcome || action)) {
    const conflict = element("conflict");
    (conflict.querySelector(".govuk-form-group--error input") || conflict).focus();
    return;
  }
  if (!action) return;
  const place = action.place && element(action.place);
  const withError = place?.querySelector(".govuk-textarea--error");
  if (withError) {
    withError.focus();
    return;
  }
  if (hasFocus()) return;
  const button = action.id ? element(action.id) : null;
  const next = (button?.checkVisibility() && button)
    || place?.querySelector("summary, button, textarea")
    || (place && element(`code-${codeBeside(place)}`))
    || selectionPlace();
  next?.focus();
}
