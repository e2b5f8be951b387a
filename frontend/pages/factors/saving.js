// Saves the factor page after each change, and swaps in what the server answers.
//
// The rules are the server's. One request is under way at a time, and the newest state wins: an
// answer to an older one changes nothing but what the next request needs. A request without an
// answer is sent again as it was, with its idempotency key, until it has one: the server carries
// it out once.

import htmx from "htmx.org";
import {
  describeBoxes, newMessages, restoreDescription, restoreTyped, unsavedTexts,
} from "./findings.js";
import { focusIn, restoreFocus, restoreScroll, scrollAnchor } from "./scroll_position.js";

// htmx stores the address of the page, which names an assessment, whatever its history settings.
sessionStorage.removeItem("htmx-current-path-for-history");

const form = document.getElementById("factors");
const { autosaveUrl, signInUrl } = form.dataset;
const OUTCOME = "X-Save-Outcome";
const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30_000, TYPING_PAUSE = 800, SLOW_AFTER = 900;
// What the next request needs, whatever the person has done since.
const ALWAYS_SWAPPED = new Set(["key-and-version", "selection-changes"]);
// The buttons that change something on the page and stay on it.
const ACTION_BUTTONS = [
  "[name=remove]", "[name=instead]", "[name=undo]", "[name=complied]", "[name=answer]",
  "[name=density]", "[name=shortcuts]", "[name=seen]", "[value=typed]",
].join();
// Actions that change nothing but how the page looks.
const APPEARANCE = new Set(["density", "shortcuts"]);

const element = id => document.getElementById(id);
const boxes = () => form.querySelectorAll("input[name=codes]");

let state = element("state").dataset.state; // saved, refused, conflict or closed
let shownState = state; // of the last answer that was shown: a late one is not
let changes = 0; // how many changes the person has made
let answered = 0; // how many of these the server has answered
let request = null; // under way: {data, action, changes, tries, swapped, anchor, focus, ticked}
let retryTimer = 0;
let slowTimer = 0; // until the page shows that it waits for an answer
let typingTimer = 0; // until a pause in typing is over; 0 when none is waited for
let isApplying = false; // whether the page itself is ticking boxes
let leavingButton = null; // the button that leaves the page once all is saved
let isLeaving = false;
let lastSaveMessage = ""; // what was last announced about saving
let unlistedText = ""; // typed text that is no code, and that the server has answered
const actions = []; // buttons pressed and not sent yet, in order
const changedBoxes = new Map(); // boxes that the person changed, by the count of changes
const lastHtml = new Map(); // what the server last put in each place

const isUnsaved = () =>
  changes > answered || request !== null || actions.length > 0
  || state === "refused" || state === "conflict" || unsavedTexts().length > 0;

// In a conflict nothing is sent until the person has chosen, and once closed nothing at all; but
// only after the page shows why.
const isPaused = () => (state === "conflict" || state === "closed") && shownState === state;

// Whether all is saved, as an attribute for styles and tests.
function showSaveState() {
  if (!isUnsaved()) form.dataset.saveState = state;
  else if (request?.tries) form.dataset.saveState = "failing";
  else if (request || (changes > answered && !isPaused())) form.dataset.saveState = "saving";
  else form.dataset.saveState = state === "saved" ? "open" : state;
  showUnsavedTexts();
}

// Beside the time of the last save, the texts that it does not include.
function showUnsavedTexts() {
  element("state").querySelector("[data-unsaved-texts]")?.remove();
  const codes = unsavedTexts().map(box => box.closest(".app-beside").id.slice("beside-".length));
  if (!codes.length) return;
  const line = document.createElement("span");
  line.dataset.unsavedTexts = "";
  line.textContent = ` Not yet: what you typed beside ${codes.join(", ")}.`;
  element("state").append(line);
}

// Sending

function recordChange(box) {
  changes += 1;
  if (box) {
    changedBoxes.set(box.value, changes);
    for (const { before } of actions) {
      if (!before.has(box.value)) before.set(box.value, !box.checked);
    }
  }
  showSaveState();
}

function sendNext() {
  if (request || isLeaving) return;
  if (isPaused() && (state === "closed" || actions[0]?.name !== "seen")) return;
  clearTimeout(typingTimer);
  typingTimer = 0;
  const action = actions.shift();
  if (!action && changes === answered) return leave();
  const data = new FormData(form);
  data.delete("typed");
  if (action) setAction(data, action);
  request = { data, action, changes: action ? action.changes : changes, tries: 0 };
  showSaveState();
  post();
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

function post() {
  clearTimeout(retryTimer);
  slowTimer = setTimeout(() => { form.dataset.slow = ""; }, SLOW_AFTER);
  request.data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  htmx.ajax("POST", autosaveUrl, { source: form, target: form, swap: "none" }).catch(() => {});
}

form.addEventListener("htmx:configRequest", event => {
  if (event.target === form) event.detail.parameters = request.data;
});

// Answers

document.body.addEventListener("htmx:oobBeforeSwap", event => {
  const { target, fragment } = event.detail;
  if (!request) return;
  if (ALWAYS_SWAPPED.has(target.id)) return;
  // The undo button stays while only the appearance of the page changes.
  if (target.id === "typed-answer" && APPEARANCE.has(request.action?.name)) {
    event.detail.shouldSwap = false;
    return;
  }
  const html = fragment.innerHTML;
  if (changes > request.changes || lastHtml.get(target.id) === html) {
    event.detail.shouldSwap = false;
    if (target.id.startsWith("beside-")) request.swapped.add(target.id);
    return;
  }
  request.anchor ??= scrollAnchor();
  request.focus ??= focusIn(form);
  lastHtml.set(target.id, html);
  if (target.id.startsWith("beside-")) request.swapped.add(target.id);
  restoreTyped(fragment);
  if (target.id === "picker") restoreDescription(fragment);
  keepShortcutsOpen(target, fragment);
  if (target.id === "picker") {
    request.ticked = [...boxes()].filter(box => box.checked).map(box => box.value);
    for (const place of form.querySelectorAll(".app-beside")) lastHtml.delete(place.id);
  }
});

// The list of shortcuts stays open if the person has opened it.
function keepShortcutsOpen(target, fragment) {
  if (target.id !== "shortcuts") return;
  fragment.querySelector("details").open = target.querySelector("details").open;
}

form.addEventListener("htmx:beforeRequest", event => {
  if (event.target === form) request.swapped = new Set();
});

form.addEventListener("htmx:afterRequest", event => {
  if (event.target !== form || !request) return;
  clearTimeout(slowTimer);
  delete form.dataset.slow;
  const { xhr } = event.detail;
  const outcome = xhr.status === 200 && xhr.getResponseHeader(OUTCOME);
  if (outcome) handleAnswer(outcome);
  else if (xhr.status === 404) handleNotFound();
  else if (xhr.status === 400 || xhr.status === 413) handleTooLarge();
  else scheduleRetry(xhr.status !== 0 && xhr.status < 500);
});

function handleAnswer(outcome) {
  const { action, changes: sentChanges, swapped, ticked, anchor, focus } = request;
  const isLate = changes > sentChanges;
  request = null;
  answered = sentChanges;
  state = outcome;
  const isNewState = shownState !== state;
  if (!isLate) shownState = state;
  if (isPaused() || (!isLate && element("selection-changes").dataset.waiting)) leavingButton = null;
  if (ticked) restoreTicks(ticked);
  else if (!isLate) clearOtherPlaces(swapped);
  describeBoxes();
  const announcements = applySelectionChanges(sentChanges, isLate);
  if (focus) restoreFocus(focus);
  if (anchor) restoreScroll(anchor);
  // The picker was not swapped, since the person went on changing it: ask for it again.
  if (isLate && action?.name === "density" && !actions.some(each => each.name === action.name)) {
    queueAction(action);
  }
  // Text that is no code stays to be corrected; codes that were selected are not sent again.
  if (action?.value === "typed" && form.elements.typed.value === action.typed) {
    form.elements.typed.value = unlistedText = element("selection-changes").dataset.refused;
  }
  if (state === "closed" && isPaused()) disableForm();
  if (state === "saved" && !isLate) removeErrors();
  if (!isLate) {
    moveFocus(action, isNewState);
    // The answer to typed codes stands beside their box, which announces itself.
    announce(action && action.value !== "typed" ? announcements : []);
  }
  if (!typingTimer) sendNext();
  showSaveState();
}

// The errors that the page had when it was loaded are corrected.
function removeErrors() {
  for (const id of ["error-summary", "not-saved"]) element(id)?.remove();
  document.title = document.title.replace(/^Error: /, "");
}

// Nothing can be saved from this page any more. What is ticked can still be read.
function disableForm() {
  for (const control of form.elements) control.disabled = true;
}

// Clear the places beside codes of which the answer said nothing.
function clearOtherPlaces(swapped) {
  for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
    if (swapped.has(place.id)) continue;
    place.replaceChildren();
    lastHtml.delete(place.id);
  }
}

// Tick and untick what the server has, but for boxes that the person has changed since; return
// what to announce. Codes that wait for a choice which a late answer could not show are ticked
// and so sent again, and wait then.
function applySelectionChanges(sentChanges, isLate) {
  const { ticked, unticked, waiting } = element("selection-changes").dataset;
  const wanted = new Map([
    ...ticked.split(" ").map(code => [code, true]),
    ...unticked.split(" ").map(code => [code, false]),
    ...(isLate ? waiting.split(" ").map(code => [code, true]) : []),
  ]);
  isApplying = true;
  const announcements = [];
  for (const box of boxes()) {
    const isWanted = wanted.get(box.value);
    if (isWanted === undefined || box.checked === isWanted) continue;
    if (changedBoxes.get(box.value) > sentChanges) continue;
    box.click();
    announcements.push(`${isWanted ? "Selected" : "Removed"}: ${box.labels[0].textContent}.`);
  }
  isApplying = false;
  return announcements;
}

function moveFocus(action, isNewState) {
  if (state === "conflict" && (isNewState || action)) {
    element("conflict").focus();
    return;
  }
  const place = action?.place && element(action.place);
  const withError = place && place.querySelector(".govuk-textarea--error");
  if (withError) {
    withError.focus();
    return;
  }
  if (!action || (document.activeElement && document.activeElement !== document.body)) return;
  const button = action.id ? element(action.id) : null;
  const next = (button?.checkVisibility() && button)
    || place?.querySelector("summary, button, textarea")
    || (place && element(`code-${action.place.slice("beside-".length)}`))
    || element("selected-heading");
  next.focus();
}

function announce(announcements) {
  const saveMessage = element("state").textContent;
  if (state !== "saved") announcements.push(saveMessage);
  else if (lastSaveMessage !== "saved") announcements.push("Saved. Each change is saved as you make it.");
  lastSaveMessage = state === "saved" ? "saved" : saveMessage;
  const messages = newMessages();
  if (state !== "conflict") announcements.push(...messages);
  if (announcements.length) element("announcement").textContent = announcements.join(" ");
}

// Failures

function showFailure(text, link) {
  const line = element("state");
  line.dataset.state = "failed";
  line.className = "govuk-body-s app-panel__saved app-panel__saved--failed";
  line.textContent = `Not saved: ${text} `;
  if (link) line.append(link);
  if (leavingButton) line.append(" The page goes on once it is saved.");
  lastHtml.delete("saved");
  // The list is the server's, and older than the page now.
  element("selected-heading").textContent = "Selected when last saved";
  lastHtml.delete("selected");
  if (lastSaveMessage !== line.textContent) element("announcement").textContent = line.textContent;
  lastSaveMessage = line.textContent;
}

function scheduleRetry(isSignedOut) {
  const pause = Math.min(FIRST_PAUSE * 2 ** request.tries, LONGEST_PAUSE);
  request.tries += 1;
  request.isSignedOut = isSignedOut;
  if (isSignedOut) {
    const link = document.createElement("a");
    Object.assign(link, {
      className: "govuk-link", target: "_blank", rel: "noopener",
      textContent: "Sign in again (opens in a new tab)",
      href: signInUrl,
    });
    showFailure("you have been signed out. What you selected stays here, and is saved once you have signed in.", link);
  } else {
    showFailure("there is no answer from the server. Trying again; keep this page open.");
  }
  retryTimer = setTimeout(retry, pause);
  showSaveState();
}

// The person may not change this assessment any more.
function handleNotFound() {
  request = null;
  state = shownState = "closed";
  leavingButton = null;
  showFailure("this assessment cannot be changed from this page any more. It was given to somebody else, or somebody else has signed in here.");
  disableForm();
  showSaveState();
}

// Nobody types so much: it was pasted, and stays on the page.
function handleTooLarge() {
  answered = request.changes;
  request = null;
  state = shownState = "refused";
  leavingButton = null;
  showFailure("what was pasted is too long to be sent. Shorten it.");
  showSaveState();
}

async function retry() {
  clearTimeout(retryTimer);
  if (!request) return;
  if (request.isSignedOut && !(await refreshToken())) {
    if (request) scheduleRetry(true);
    return;
  }
  if (request) post();
}

// After another sign-in the page's CSRF token is stale. Return whether there is a fresh one.
async function refreshToken() {
  try {
    const response = await fetch(autosaveUrl, { headers: { "HX-Request": "true" }, redirect: "error" });
    if (response.status === 404) handleNotFound();
    if (!response.ok || !response.headers.get(OUTCOME)) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    return true;
  } catch {
    return false;
  }
}

function retryNow() {
  if (request?.tries) retry();
}
addEventListener("online", retryNow);
addEventListener("focus", retryNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) retryNow(); });

// What the person does

form.addEventListener("change", event => {
  const box = event.target;
  if (isApplying || isLeaving) return;
  if (box.name === "codes") {
    recordChange(box);
    updateChoice(box);
  } else if (box.name !== "other_description") return;
  // Somebody who goes on working has not left.
  leavingButton = null;
  sendNext();
});

form.addEventListener("input", event => {
  if (event.target.matches(".app-finding__text")) showSaveState();
  if (event.target.name !== "other_description") return;
  recordChange();
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => { typingTimer = 0; sendNext(); }, TYPING_PAUSE);
});

function carryOut(button) {
  if (state === "conflict" && isPaused() && button.name !== "seen") return askToChooseFirst();
  const place = button.closest(".app-beside, #typed-answer")?.id;
  queueAction({
    name: button.name, value: button.value, id: button.id, place, typed: form.elements.typed.value,
  });
  sendNext();
}

// `before` has the boxes that change until the action is sent, as they were when it was queued.
function queueAction(action) {
  recordChange();
  actions.push({ ...action, changes, before: new Map() });
  showSaveState();
}

// In a conflict nothing is carried out, and nobody leaves, until it is chosen what to record.
function askToChooseFirst() {
  leavingButton = null;
  const conflict = element("conflict");
  conflict.focus();
  conflict.scrollIntoView({ block: "nearest" });
  element("announcement").textContent = "Not done: say first what to record, and save these choices.";
}

form.addEventListener("submit", event => {
  const button = event.submitter;
  if (button?.matches(ACTION_BUTTONS)) {
    event.preventDefault();
    carryOut(button);
  } else if (state === "conflict" && isPaused()) {
    event.preventDefault();
    askToChooseFirst();
  } else if (state !== "closed" && (request || changes > answered || actions.length)) {
    // The page's own submission never overtakes a request; where nothing can be saved, it waits.
    event.preventDefault();
    leavingButton = button;
    if (request?.tries) retryNow();
    sendNext();
  } else {
    // Text that is no code was answered, and is not sent again.
    if (form.elements.typed.value === unlistedText) form.elements.typed.value = "";
    isLeaving = true;
  }
});

function leave() {
  if (!leavingButton) return;
  const button = leavingButton;
  leavingButton = null;
  form.requestSubmit(button);
}

// Enter in the box of codes selects them; Escape leaves it, so that shortcuts work again.
form.elements.typed.addEventListener("keydown", event => {
  if (event.key === "Escape") element("selected-heading").focus();
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (form.elements.typed.value.trim()) carryOut(form.querySelector("[value=typed]"));
});

// The choices between two selections follow the boxes, and the boxes the choices.
function updateChoice(box) {
  const choice = element(`choice-${box.value}-${box.checked ? "yes" : "no"}`);
  if (choice) choice.checked = true;
}
form.addEventListener("change", event => {
  const radio = event.target;
  if (!radio.name?.startsWith("choice-")) return;
  const box = element(`code-${radio.value || radio.dataset.code}`);
  if (box.checked !== Boolean(radio.value)) box.click();
});
form.addEventListener("click", event => {
  const button = event.target.closest("[data-takes]");
  if (button) {
    form.elements.other_description.value = element(button.dataset.takes).textContent;
    recordChange();
  }
  if (event.target.closest("[data-leaves]") && !unsavedTexts().length) isLeaving = true;
});

addEventListener("beforeunload", event => {
  if (!isLeaving && isUnsaved()) event.preventDefault();
});
addEventListener("pageshow", () => { isLeaving = false; });

// Give a picker that was swapped in the ticks of the one before.
function restoreTicks(codes) {
  isApplying = true;
  for (const box of boxes()) if (box.checked !== codes.includes(box.value)) box.click();
  isApplying = false;
  element("picker").dispatchEvent(new CustomEvent("rerendered", { bubbles: true }));
}

for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
  lastHtml.set(place.id, place.innerHTML);
}
newMessages();
showSaveState();
