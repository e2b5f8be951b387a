// A page that is left while a change is on its way. The change is sent once more, with what was done
// after it, so that it arrives whatever the browser does with a request of a page that is gone; and
// a page that is loaded again waits for it, since its own request may have been the faster one.

import { form } from "./page.js";
import { endCatchingUp, isCatchingUp, isPaused, recordChange, startCatchingUp } from "./save_state.js";
import { sendNext, unansweredData } from "./sending.js";

const PAUSES = [0, 250, 500, 1000, 2000, 4000]; // before each look
let looks = 0;

addEventListener("pagehide", () => {
  if (isPaused()) return;
  const unanswered = unansweredData().map(data => new URLSearchParams(data));
  const last = unanswered.pop();
  if (!last) return;
  // In one request, since the order of several is anybody's guess.
  for (const earlier of unanswered) last.append("earlier", earlier);
  fetch(form.dataset.autosaveUrl, { method: "POST", body: last, keepalive: true }).catch(() => {});
});

export function catchUp() {
  const leftAt = history.state?.unansweredAt;
  if (!leftAt || isPaused()) return;
  startCatchingUp();
  lookAgain(form.elements.version.value !== leftAt);
}

// After each answer: it has arrived once the page has taken something over.
export function lookAgain(hasArrived) {
  if (!isCatchingUp) return;
  if (hasArrived || looks === PAUSES.length) {
    endCatchingUp();
    return;
  }
  setTimeout(() => { recordChange(); sendNext(); }, PAUSES[looks]);
  looks += 1;
}
