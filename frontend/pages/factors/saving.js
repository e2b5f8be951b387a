// Saves the factor page after each change, and swaps in what the server answers.
//
// The rules are the server's. One request is under way at a time, and the newest state wins: an
// answer to an older one changes nothing but what the next request needs. A request without an
// answer is sent again as it was, with its idempotency key, until it has one: the server carries
// it out once.
//
// Here is what the person does, and where an answer goes. Sending, applying answers and failing
// have modules of their own, above the state that they share.

import { applyAnswer, unlistedText } from "./answers.js";
import { catchUp } from "./catching_up.js";
import { askToChooseFirst } from "./conflict.js";
import { handleFailure, retryNow } from "./failures.js";
import { isTextBox } from "./findings.js";
import { leaveNow, leaveOnceSaved, stay } from "./leaving.js";
import { element, form, isOnlyCodes, selectionPlace } from "./page.js";
import { OUTCOME_HEADER } from "./requests.js";
import {
  hasUnansweredChanges, isInConflict, queueAction, recordChange, showSaveState,
} from "./save_state.js";
import { sendAfterTyping, sendNext, sendNextUnlessTyping } from "./sending.js";
import { isTicking } from "./ticking.js";

// The buttons that change something on the page and stay on it.
const ACTION_BUTTONS = [
  "[name=remove]", "[name=instead]", "[name=undo]", "[name=complied]", "[name=answer]",
  "[name=offered]", "[name=reply]", "[name=density]", "[name=shortcuts]", "[name=choose]",
  "[name=shortcuts_list]", "[name=code_words]",
  "[name=undo_merge]", "[name=hide_merge]",
  "[value=typed]",
].join();

// What the person does

form.addEventListener("change", event => {
  const box = event.target;
  if (isTicking) return;
  if (box.name === "codes") {
    recordChange(box);
  } else if (box.name !== "other_description") return;
  stay();
  sendNext();
});

document.addEventListener("input", event => {
  if (isTextBox(event.target)) showSaveState();
});

form.addEventListener("input", event => {
  if (event.target.name !== "other_description") return;
  recordChange();
  stay();
  sendAfterTyping();
});

// Enter after codes selects them; Escape clears the field, and then leaves it, so that shortcuts
// work again.
form.elements.typed.addEventListener("keydown", event => {
  const field = form.elements.typed;
  const isClear = !field.value && !element("find-answer").hasChildNodes();
  if (event.key === "Escape" && isClear) selectionPlace()?.focus();
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  if (isOnlyCodes(field.value)) carryOut(form.querySelector("[value=typed]"));
});

form.addEventListener("submit", event => {
  const button = event.submitter;
  if (button?.matches(ACTION_BUTTONS)) {
    event.preventDefault();
    carryOut(button);
  } else if (isInConflict()) {
    event.preventDefault();
    askToChooseFirst();
  } else if (hasUnansweredChanges()) {
    // The page's own submission never overtakes a request.
    event.preventDefault();
    leaveOnceSaved(button);
    retryNow();
    sendNext();
  } else {
    // Words, and text that is no code, were answered, and are not sent again.
    const field = form.elements.typed;
    if (field.value === unlistedText || !isOnlyCodes(field.value)) field.value = "";
    leaveNow();
  }
});

function carryOut(button) {
  if (isInConflict() && button.name !== "choose") {
    askToChooseFirst();
    return;
  }
  const place = button.closest(".app-beside, .app-comment, #typed-answer")?.id;
  queueAction({
    name: button.name, value: button.value, id: button.id, place, typed: form.elements.typed.value,
  });
  stay();
  sendNext();
}

// What the server answers

form.addEventListener("answered", ({ detail: { status, headers, text } }) => {
  const outcome = status === 200 && headers.get(OUTCOME_HEADER);
  if (outcome) applyAnswer(outcome, text);
  else handleFailure(status, headers);
  sendNextUnlessTyping();
  showSaveState();
});

catchUp();
showSaveState();
