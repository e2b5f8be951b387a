// Sends the form: one request at a time, and the newest state wins.

import { isLeaving, leaveIfAsked } from "./leaving.js";
import { boxes, form } from "./page.js";
import { post } from "./requests.js";
import {
  actions, beginRequest, hasUnansweredChanges, isCatchingUp, isClosed, isInConflict, isLate, request,
} from "./save_state.js";

const TYPING_PAUSE = 800, SLOW_AFTER = 900;
let typingTimer = 0; // until a pause in typing is over; 0 when none is waited for
let slowTimer = 0; // until the page shows that it waits for an answer

// Send the action that was queued first, or else the form as it is; or leave, if all is answered.
export function sendNext() {
  if (request || isLeaving || isClosed()) return;
  if (isInConflict() && actions[0]?.name !== "choose") return;
  clearTimeout(typingTimer);
  typingTimer = 0;
  const action = actions.shift();
  if (!action && !hasUnansweredChanges()) {
    leaveIfAsked();
    return;
  }
  beginRequest(dataToSend(action), action);
  sendRequest();
}

function dataToSend(action) {
  const data = new FormData(form);
  data.delete("typed");
  if (isCatchingUp) data.set("catch_up", "yes");
  if (action) setAction(data, action);
  return data;
}

// What has no answer yet, as it was sent or would be, in order.
export function unansweredData() {
  const unanswered = [...(request ? [request.data] : []), ...actions.map(dataToSend)];
  const isCovered = actions.length ? false : request && !isLate();
  if (hasUnansweredChanges() && !isCovered) unanswered.push(dataToSend());
  return unanswered;
}

// A button acts on the selection as it was when the button was pressed.
function setAction(data, action) {
  data.set(action.name, action.value);
  if (action.value === "typed") data.set("typed", action.typed);
  data.delete("codes");
  for (const { value, checked } of boxes()) {
    if (action.before.get(value) ?? checked) data.append("codes", value);
  }
}

export function sendAfterTyping() {
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => { typingTimer = 0; sendNext(); }, TYPING_PAUSE);
}

export function sendNextUnlessTyping() {
  if (!typingTimer) sendNext();
}

// Send the request that is under way, for the first time or again.
export async function sendRequest() {
  slowTimer = setTimeout(() => { form.dataset.slow = ""; }, SLOW_AFTER);
  request.data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await post(form.dataset.autosaveUrl, request.data);
  clearTimeout(slowTimer);
  delete form.dataset.slow;
  form.dispatchEvent(new CustomEvent("answered", { detail: answer }));
}
