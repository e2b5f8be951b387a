// Swaps the parts of an answer into the page where they have changed. What is typed, ticked and
// open stays; so do the focus and the scroll position.

import { restoreDescription, restoreTyped } from "./findings.js";
import { boxes, form, tickedCodes } from "./page.js";
import { isLate, request } from "./save_state.js";
import { focusIn, restoreFocus, restoreScroll, scrollAnchor } from "./scroll_position.js";
import { restoreTicks } from "./ticking.js";

// What the next request needs, whatever the person has done since.
const ALWAYS_SWAPPED = new Set(["key-and-version", "selection-changes"]);
// What the page took over from others is said, and sent along, even in a late answer.
const SWAPPED_LATE = new Set(["others"]);
// Actions that change nothing but how the page looks.
const APPEARANCE = new Set(["density", "shortcuts", "shortcuts_list", "code_words"]);

const lastHtml = new Map(); // what the server last put in each part
for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
  lastHtml.set(place.id, place.innerHTML);
}
let answer; // that is being swapped in: {parts, anchor, focus, ticked}

form.addEventListener("htmx:beforeRequest", event => {
  if (event.target === form) answer = { parts: new Set() };
});

document.body.addEventListener("htmx:oobBeforeSwap", event => {
  const { target, fragment } = event.detail;
  if (ALWAYS_SWAPPED.has(target.id)) return;
  answer.parts.add(target.id);
  const html = fragment.innerHTML;
  const isTooLate = isLate() && !SWAPPED_LATE.has(target.id);
  // A comment comes once, in answer to the button of its reply.
  const isReply = target.matches(".app-comment");
  const isKnown = isTooLate || lastHtml.get(target.id) === html;
  if (!isReply && (isKnown || staysForAppearance(target))) {
    event.detail.shouldSwap = false;
    return;
  }
  answer.anchor ??= scrollAnchor();
  answer.focus ??= focusIn(form);
  lastHtml.set(target.id, html);
  restoreTyped(fragment);
  if (target.id === "picker") {
    restoreDescription(fragment);
    answer.ticked = tickedCodes(boxes());
    for (const place of form.querySelectorAll(".app-beside")) forgetPart(place.id);
  }
});

// The undo button stays while only the appearance of the page changes.
const staysForAppearance = target =>
  target.id === "typed-answer" && APPEARANCE.has(request.action?.name);

// Swap the part in again, whatever the next answer has: the page has changed it itself.
export function forgetPart(id) {
  lastHtml.delete(id);
}

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
