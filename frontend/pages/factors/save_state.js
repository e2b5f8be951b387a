// The state of saving, which its parts share: what the person has changed, the request that is
// under way, and what the server has answered.

import { unsavedTexts } from "./findings.js";
import { codeBeside, element, form } from "./page.js";

// Of the last answer: saved, refused, conflict or closed. It is unseen where a late answer had
// another one than the page shows.
export let outcome = element("state").dataset.state;
export let request = null; // under way: {data, action, changes, tries, isSignedOut}
export const actions = []; // buttons pressed and not sent yet, in order
let changes = 0; // how many changes the person has made
let answered = 0; // how many of these the server has answered
const changedBoxes = new Map(); // boxes that the person changed, by the count of changes

export const hasUnansweredChanges = () => changes > answered;
// Whether the person has changed the box since what was last answered.
export const isUnanswered = box => changedBoxes.get(box.value) > answered;
// Whether the person has gone on since the request was made.
export const isLate = () => changes > request.changes;

export const isUnsaved = () =>
  hasUnansweredChanges() || outcome === "refused" || isInConflict() || unsavedTexts().length > 0;

// In a conflict nothing is sent until the person has chosen, and once closed nothing at all.
export const isInConflict = () => outcome === "conflict";
export const isClosed = () => outcome === "closed";
export const isPaused = () => isInConflict() || isClosed();

export function recordChange(box) {
  changes += 1;
  if (box) {
    changedBoxes.set(box.value, changes);
    for (const { before } of actions) {
      if (!before.has(box.value)) before.set(box.value, !box.checked);
    }
  }
  showSaveState();
}

// `before` has the boxes that change until the action is sent, as they were when it was queued.
export function queueAction(action) {
  recordChange();
  actions.push({ ...action, changes, before: new Map() });
}

export function beginRequest(data, action) {
  request = { data, action, changes: action ? action.changes : changes, tries: 0 };
  showSaveState();
}

export function endRequest(newOutcome) {
  answered = request.changes;
  request = null;
  outcome = hasUnansweredChanges() && newOutcome !== outcome ? "unseen" : newOutcome;
}

// The person may not change this assessment any more; what is not answered stays unsaved.
export function endSaving() {
  request = null;
  outcome = "closed";
  disableForm();
}

// Nothing can be saved from this page any more. What is ticked can still be read.
export function disableForm() {
  for (const control of form.elements) control.disabled = true;
}

// While the page waits for what was on its way when it was loaded again.
export let isCatchingUp = false;
export function startCatchingUp() { isCatchingUp = true; }
export function endCatchingUp() { isCatchingUp = false; }

// Whether all is saved, as an attribute for styles and tests.
export function showSaveState() {
  let saveState = outcome;
  if (request?.tries) saveState = "failing";
  else if (request || (hasUnansweredChanges() && !isPaused())) saveState = "saving";
  else if (outcome === "saved" && unsavedTexts().length) saveState = "open";
  form.dataset.saveState = saveState;
  showUnsavedTexts();
  noteUnanswered();
}

// For the page when it is loaded again: that a change was on its way, and from which version.
function noteUnanswered() {
  const isUnderWay = hasUnansweredChanges() && !isPaused();
  const unansweredAt = isUnderWay ? form.elements.version.value : undefined;
  if (history.state?.unansweredAt !== unansweredAt) history.replaceState({ unansweredAt }, "");
}

// Beside the time of the last save, the texts that it does not include.
function showUnsavedTexts() {
  element("state").querySelector("[data-unsaved-texts]")?.remove();
  const places = unsavedTexts().map(
    box => box.dataset.about || `what you typed beside ${codeBeside(box.closest(".app-beside"))}`,
  );
  if (!places.length) return;
  const line = document.createElement("span");
  line.dataset.unsavedTexts = "";
  line.textContent = ` Not yet: ${places.join(", ")}.`;
  element("state").append(line);
}
