// Where codes are corrected: after each change the server answers with the page as it is now, and
// what moved in it is swapped in. Nothing is saved until the form itself is sent.

import { describeBoxes, newMessages } from "./findings.js";
import { announce, boxes, element, form, isBox, isOnlyCodes } from "./page.js";
import { pageOf, post } from "./requests.js";

const BUTTONS = "[name=preview], [name=offered], [name=remove], [name=instead], [name=undo], [name=complied], [name=answer]";
let isTicking = false; // whether the boxes are ticked as the server has them
let queue = Promise.resolve(); // one request after the other, so that no button loses its effect
let unanswered = 0; // how many of them have no answer yet
let isChangeQueued = false; // whether a request waits that has every change so far

function show(button) {
  if (!button && isChangeQueued) return;
  if (!button) isChangeQueued = true;
  unanswered += 1;
  const next = () => send(button).finally(() => { unanswered -= 1; });
  queue = queue.then(next, next);
}

async function send(button) {
  if (!button) isChangeQueued = false;
  const data = new URLSearchParams(new FormData(form));
  if (button?.value !== "typed") data.delete("typed");
  data.set(button?.name || "preview", button?.value || "change");
  const { status, redirected, text } = await post(form.action, data);
  if (status !== 200 || redirected) {
    sayThatNobodyAnswers();
    return;
  }
  apply(pageOf(text), data.getAll("codes"), button);
}

function apply(page, sent, button) {
  const places = [...form.querySelectorAll(".app-beside")].map(place => place.id);
  for (const id of ["selected", "considered", "typed-answer", ...places]) {
    swap(element(id), page.getElementById(id));
  }
  isTicking = true;
  for (const box of boxes()) {
    const { checked } = page.getElementById(box.id);
    // What the person has ticked or unticked since is left alone: it is sent next.
    if (checked !== sent.includes(box.value) && checked !== box.checked) box.click();
  }
  isTicking = false;
  if (button?.value === "typed") {
    element("find").value = page.getElementById("find").value;
    element("find").dispatchEvent(new Event("input"));
  }
  describeBoxes();
  announce(newMessages().join(" "));
  // Where the button is gone.
  if (document.activeElement === document.body) focusNear(button);
}

// What is typed there stays, and the focus where it is.
function swap(place, answered) {
  if (place.innerHTML === answered.innerHTML) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  for (const box of answered.querySelectorAll("textarea")) {
    if (element(box.id)) box.value = element(box.id).value;
  }
  place.replaceChildren(...answered.childNodes);
  if (focused) element(focused)?.focus();
}

function focusNear(button) {
  const place = element(button?.dataset.place || "");
  const next = place?.querySelector("summary, button, textarea") || element("selected-heading");
  next.focus({ preventScroll: true });
}

function sayThatNobodyAnswers() {
  const line = document.createElement("p");
  line.className = "govuk-error-message app-find__message";
  line.dataset.stays = "";
  line.textContent = "There is no answer from the server: what is selected on the page is not looked at yet. Nothing you chose or wrote is lost.";
  element("typed-answer").replaceChildren(line);
}

form.addEventListener("change", ({ target }) => {
  if (!isTicking && (isBox(target) || target.name === "other_description")) show();
});

form.addEventListener("submit", event => {
  const button = event.submitter;
  if (!button?.matches(BUTTONS)) {
    if (!unanswered) return;
    // The correction never overtakes what a button is about to answer.
    event.preventDefault();
    const again = () => form.requestSubmit(button);
    queue.then(again, again);
    return;
  }
  event.preventDefault();
  button.dataset.place = button.closest(".app-beside")?.id || "";
  show(button);
});

form.elements.typed.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  if (isOnlyCodes(form.elements.typed.value)) show(element("select-typed"));
});

// A browser that goes back to the page ticks the boxes as they were left.
addEventListener("pageshow", () => {
  if (boxes().some(box => box.checked !== box.defaultChecked)) show();
});
