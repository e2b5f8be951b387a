// The findings beside the codes: texts not saved yet, new messages, descriptions of the boxes.

import { codeBeside, element, form } from "./page.js";

// A reason, a note or a reply to a manager's comment that is typed and not submitted yet. The
// boxes of replies belong to the form, and stand above it.
export const isTextBox = element => element.matches(".app-finding__text, .app-reply-box__text");
const isUnsaved = box => box.value !== box.defaultValue || (box.value && "unsaved" in box.dataset);
export const unsavedTexts = () =>
  [...form.elements].filter(box => isTextBox(box) && isUnsaved(box));

// What is typed beside a code is kept while the server's findings change: when the question moves
// to another code, or goes and comes again.
const typed = new Map();
document.addEventListener("input", ({ target }) => {
  if (isTextBox(target)) typed.set(target.id, target.value);
});
export function restoreTyped(fragment) {
  for (const box of [...fragment.querySelectorAll("textarea")].filter(isTextBox)) {
    // The server has the same text as the answer now: it is saved.
    if (box.closest("details") && box.value === typed.get(box.id)?.trim()) typed.delete(box.id);
    else if (typed.has(box.id)) {
      box.value = typed.get(box.id);
      // What was typed since the button of the reply was pressed.
      if (box.matches(".app-reply-box__text")) box.closest("details").open = true;
    }
  }
}

// The server drops the description when no selected code takes one; the page keeps it, for when
// such a code is selected again.
export function restoreDescription(fragment) {
  const current = form.elements.other_description;
  const replacement = fragment.querySelector(`#${current?.id}`);
  if (replacement) replacement.value = current.value;
}

// Each box is described by the messages beside it, as when the server renders the page.
export function describeBoxes() {
  for (const place of form.querySelectorAll(".app-beside")) {
    const box = element(`code-${codeBeside(place)}`);
    const before = (box.getAttribute("aria-describedby") || "").split(" ");
    const ids = before.filter(id => id && !id.startsWith("message-"));
    ids.push(...[...place.querySelectorAll("[id^=message-]")].map(message => message.id));
    if (ids.join(" ") === before.join(" ")) continue;
    if (ids.length) box.setAttribute("aria-describedby", ids.join(" "));
    else box.removeAttribute("aria-describedby");
  }
}

// Codes that wait for a choice have their message in the panel, which announces itself.
const messages = () =>
  [...form.querySelectorAll(".app-beside :is(.app-finding__message, .govuk-error-message)")]
    .filter(message => !message.closest(".app-choice")).map(message => message.textContent);

// The messages beside the codes that were not there at the last call, or when the page was loaded.
let lastMessages = messages();
export function newMessages() {
  const before = lastMessages;
  lastMessages = messages();
  return lastMessages.filter(message => !before.includes(message));
}
