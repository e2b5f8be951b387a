// Swaps the parts of an answer into the page where they have changed. What is typed, ticked and
// open stays; so do the focus and the scroll position. What the next request needs is swapped in
// whatever the person has done since.

import { restoreDescription, restoreTyped } from "./findings.js";
import { boxes, element, form, tickedCodes } from "./page.js";
import { pageOf } from "./requests.js";
import { isLate, request } from "./save_state.js";
import { focusedElement, restoreFocus, restoreScroll, scrollAnchor } from "./scroll_position.js";
import { restoreTicks } from "./ticking.js";

// What the page took over from others is said, and sent along, even in a late answer.
const SWAPPED_LATE = new Set(["others"]);
// Actions that change nothing but how the page looks.
const APPEARANCE = new Set(["density", "shortcuts", "shortcuts_list", "code_words"]);

const lastHtml = new Map(); // what the server last put in each part
for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
  lastHtml.set(place.id, place.innerHTML);
}
let answer; // that is being swapped in: {parts, anchor, focus, ticked}

export function swapParts(html) {
  answer = { parts: new Set() };
  for (const part of [...pageOf(html).body.children]) {
    const place = element(part.id);
    if (part.id === "selection-changes") place.replaceWith(part);
    else if (part.id === "key-and-version") place.replaceChildren(...part.childNodes);
    else if (place) swapIfNew(place, part);
  }
}

function swapIfNew(place, part) {
  answer.parts.add(part.id);
  if (!isNew(place, part)) return;
  answer.anchor ??= scrollAnchor();
  answer.focus ??= focusedElement();
  lastHtml.set(part.id, part.innerHTML);
  restoreTyped(part);
  if (part.id === "picker") {
    restoreDescription(part);
    answer.ticked = tickedCodes(boxes());
    for (const beside of form.querySelectorAll(".app-beside")) forgetPart(beside.id);
  }
  place.replaceChildren(...part.childNodes);
}

function isNew(place, part) {
  // A comment comes once, in answer to the button of its reply.
  if (place.matches(".app-comment")) return true;
  if (isLate() && !SWAPPED_LATE.has(part.id)) return false;
  return lastHtml.get(part.id) !== part.innerHTML && !staysForAppearance(part);
}

// The undo button stays while only the appearance of the page changes.
const staysForAppearance = part =>
  part.id === "typed-answer" && APPEARANCE.has(request.action?.name);

// Swap the part in again, whatever the next answer has: the page has changed it itself.
export function forgetPart(id) {
  lastHtml.delete(id);
}
form.addEventListener("typedforgotten", () => forgetPart("typed-answer"));

// Tick the boxes of a new picker, or else clear the places beside codes of which the answer said
// nothing.
export function finishSwap(isLateAnswer) {
  if (answer.ticked) restoreTicks(answer.ticked);
  else if (!isLateAnswer) clearOtherPlaces();
}

function clearOtherPlaces() {
  for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
    if (answer.parts.has(place.id)) continue;
    place.replaceChildren();
    forgetPart(place.id);
  }
}

export function restorePosition() {
  if (answer.focus) restoreFocus(answer.focus);
  if (answer.anchor) restoreScroll(answer.anchor);
}
