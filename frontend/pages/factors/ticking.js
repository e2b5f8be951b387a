// Ticks and unticks boxes as the server has them, which is no change of the person's.

import { boxes, element, nameOf } from "./page.js";
import { isUnanswered } from "./save_state.js";

export let isTicking = false;

// Click the boxes that are not as wanted, and return them; undefined leaves a box as it is.
function tick(isWanted) {
  const wrong = boxes().filter(box => (isWanted(box) ?? box.checked) !== box.checked);
  isTicking = true;
  for (const box of wrong) box.click();
  isTicking = false;
  return wrong;
}

// Give a picker that was swapped in the ticks of the one before.
export function restoreTicks(codes) {
  tick(box => codes.includes(box.value));
  element("picker").dispatchEvent(new CustomEvent("rerendered", { bubbles: true }));
}

// Tick and untick what the server has, but for boxes that the person has changed since; return
// what to announce. Codes that wait for a choice which a late answer could not show are ticked
// and so sent again, and wait then. What was taken over from others is now what the page is
// compared with: whoever changed such a box once since has made it the same.
export function applySelectionChanges({ ticked, unticked, waiting, takenOver }, isLate) {
  const wanted = new Map([
    ...ticked.split(" ").map(code => [code, true]),
    ...unticked.split(" ").map(code => [code, false]),
    ...(isLate ? waiting.split(" ").map(code => [code, true]) : []),
  ]);
  const fromOthers = new Set(takenOver.split(" "));
  const changed = tick(box => (
    isUnanswered(box) && !fromOthers.has(box.value) ? undefined : wanted.get(box.value)
  ));
  return changed.map(
    box => `${box.checked ? "Selected" : "Removed"}: ${nameOf(box)}.`,
  );
}
