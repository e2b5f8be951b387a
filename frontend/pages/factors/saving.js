// Saves the factor page after each change, and shows what the server says of it.
//
// The rules are the server's. One request is under way at a time, and the newest state wins: an
// answer to an older one moves nothing but what the next request needs. What was not answered is
// sent again as it was, with its key, until it is: the server carries it out once.

import htmx from "htmx.org";
import { describe, keepDescription, keepTyped, openTexts, unheard } from "./findings.js";
import { focusIn, keepFocus, keepInView, placeInView } from "./scroll_position.js";

// htmx keeps the address of the page, which names an assessment, whatever it is told of history.
sessionStorage.removeItem("htmx-current-path-for-history");

const form = document.getElementById("factors");
const { autosaveUrl, signInUrl } = form.dataset;
const OUTCOME = "X-Save-Outcome";
const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30_000, TYPING_PAUSE = 800, NOTICED = 900;
// What the next request needs, whatever the person has done since.
const ALWAYS = new Set(["key-and-version", "ticks"]);
// The buttons that ask something of the page and stay on it.
const ACTS = [
  "[name=remove]", "[name=instead]", "[name=undo]", "[name=complied]", "[name=answer]",
  "[name=density]", "[name=shortcuts]", "[name=seen]", "[value=typed]",
].join();

const LOOKS = new Set(["density", "shortcuts"]);

const element = id => document.getElementById(id);
const boxes = () => form.querySelectorAll("input[name=codes]");

let state = element("state").dataset.state; // saved, refused, conflict or closed
let stateShown = state; // an answer that is late shows nothing of itself
let changes = 0; // what the person has done, counted
let answered = 0; // up to which of it the server has answered
let sent = null; // what is under way: {data, act, at, tries, box}
let again = 0; // the timer of the next try
let slow = 0; // the timer after which it is said that an answer is awaited
let typing = 0; // the timer of a pause in typing, while one is waited for
let applying = false; // whether the page itself is ticking
let leaving = null; // the button that leaves, once all is saved
let gone = false;
let told = ""; // what was last announced of saving
let refused = ""; // what was typed that is no code, and is answered
const acts = []; // buttons pressed, in order
const changed = new Map(); // boxes that the person changed, by the count of changes
const shown = new Map(); // what the server last put in each place

const isUnsaved = () =>
  changes > answered || sent !== null || acts.length > 0 || state === "refused" || state === "conflict"
  || openTexts().length > 0;

// Nothing is sent until the person has chosen, or at all; but not before they are shown why.
const isHalted = () => (state === "conflict" || state === "closed") && stateShown === state;

// Whether all is saved, for styles and for whoever waits.
function tell() {
  if (!isUnsaved()) form.dataset.work = state;
  else if (sent?.tries) form.dataset.work = "failing";
  else if (sent || (changes > answered && !isHalted())) form.dataset.work = "saving";
  else form.dataset.work = state === "saved" ? "open" : state;
  tellOpen();
}

// Beside the time of the last save, what it does not hold.
function tellOpen() {
  element("state").querySelector("[data-open]")?.remove();
  const codes = openTexts().map(box => box.closest(".app-beside").id.slice("beside-".length));
  if (!codes.length) return;
  const words = document.createElement("span");
  words.dataset.open = "";
  words.textContent = ` Not yet: what you typed beside ${codes.join(", ")}.`;
  element("state").append(words);
}

// Sending

function mark(box) {
  changes += 1;
  if (box) {
    changed.set(box.value, changes);
    for (const { before } of acts) {
      if (!before.has(box.value)) before.set(box.value, !box.checked);
    }
  }
  tell();
}

function send() {
  if (sent || gone) return;
  if (isHalted() && (state === "closed" || acts[0]?.name !== "seen")) return;
  clearTimeout(typing);
  typing = 0;
  const act = acts.shift();
  if (!act && changes === answered) return leave();
  const data = new FormData(form);
  data.delete("typed");
  if (act) asPressed(data, act);
  sent = { data, act, at: act ? act.at : changes, tries: 0 };
  tell();
  post();
}

// What a button asks, it asks of the page as it was when it was pressed.
function asPressed(data, act) {
  data.set(act.name, act.value);
  if (act.value === "typed") data.set("typed", act.typed);
  data.delete("codes");
  for (const { value, checked } of boxes()) {
    if (act.before.get(value) ?? checked) data.append("codes", value);
  }
}

function post() {
  clearTimeout(again);
  slow = setTimeout(() => { form.dataset.slow = ""; }, NOTICED);
  sent.data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  htmx.ajax("POST", autosaveUrl, { source: form, target: form, swap: "none" }).catch(() => {});
}

form.addEventListener("htmx:configRequest", event => {
  if (event.target === form) event.detail.parameters = sent.data;
});

// Answers

document.body.addEventListener("htmx:oobBeforeSwap", event => {
  const { target, fragment } = event.detail;
  if (!sent) return;
  if (ALWAYS.has(target.id)) return;
  // What can be undone stays so while nothing but the look of the page changes.
  if (target.id === "typed-answer" && LOOKS.has(sent.act?.name)) {
    event.detail.shouldSwap = false;
    return;
  }
  const html = fragment.innerHTML;
  if (changes > sent.at || shown.get(target.id) === html) {
    event.detail.shouldSwap = false;
    if (target.id.startsWith("beside-")) sent.beside.add(target.id);
    return;
  }
  sent.place ??= placeInView();
  sent.focus ??= focusIn(form);
  shown.set(target.id, html);
  if (target.id.startsWith("beside-")) sent.beside.add(target.id);
  keepTyped(fragment);
  if (target.id === "picker") keepDescription(fragment);
  keepOpen(target, fragment);
  if (target.id === "picker") {
    sent.redrawn = [...boxes()].filter(box => box.checked).map(box => box.value);
    for (const place of form.querySelectorAll(".app-beside")) shown.delete(place.id);
  }
});

// A list that the person has opened stays open.
function keepOpen(target, fragment) {
  if (target.id !== "shortcuts") return;
  fragment.querySelector("details").open = target.querySelector("details").open;
}

form.addEventListener("htmx:beforeRequest", event => {
  if (event.target === form) sent.beside = new Set();
});

form.addEventListener("htmx:afterRequest", event => {
  if (event.target !== form || !sent) return;
  clearTimeout(slow);
  delete form.dataset.slow;
  const { xhr } = event.detail;
  const outcome = xhr.status === 200 && xhr.getResponseHeader(OUTCOME);
  if (outcome) take(outcome);
  else if (xhr.status === 404) stop();
  else if (xhr.status === 400 || xhr.status === 413) tooMuch();
  else fail(xhr.status !== 0 && xhr.status < 500);
});

function take(outcome) {
  const { act, at, beside, redrawn, place, focus } = sent;
  const isLate = changes > at;
  sent = null;
  answered = at;
  state = outcome;
  const isNew = stateShown !== state;
  if (!isLate) stateShown = state;
  if (isHalted() || (!isLate && element("ticks").dataset.waiting)) leaving = null;
  if (redrawn) becomeAgain(redrawn);
  else if (!isLate) empty(beside);
  describe();
  const became = applyTicks(at, isLate);
  if (focus) keepFocus(focus);
  if (place) keepInView(place);
  // The picker was not drawn anew, since more was done on it meanwhile.
  if (isLate && act?.name === "density" && !acts.some(each => each.name === act.name)) queue(act);
  // What is none of the codes stays to be mended; what was taken is not sent again.
  if (act?.value === "typed" && form.elements.typed.value === act.typed) {
    form.elements.typed.value = refused = element("ticks").dataset.refused;
  }
  if (state === "closed" && isHalted()) lock();
  if (state === "saved" && !isLate) putRight();
  if (!isLate) {
    putFocus(act, isNew);
    // What was typed is read back beside its box.
    announce(act && act.value !== "typed" ? became : []);
  }
  if (!typing) send();
  tell();
}

// What the page said as it was drawn is not so any more.
function putRight() {
  for (const id of ["error-summary", "not-saved"]) element(id)?.remove();
  document.title = document.title.replace(/^Error: /, "");
}

// Nothing is recorded from here any more. What is ticked can still be read.
function lock() {
  for (const control of form.elements) control.disabled = true;
}

// The places beside codes of which the server had nothing to say.
function empty(beside) {
  for (const place of form.querySelectorAll(".app-beside:not(:empty)")) {
    if (beside.has(place.id)) continue;
    place.replaceChildren();
    shown.delete(place.id);
  }
}

// What the server ticked or unticked, but for boxes that the person has changed since. What
// waits for a choice that could not be shown is sent again, and waits then.
function applyTicks(at, isLate) {
  const { ticked, unticked, waiting } = element("ticks").dataset;
  const wanted = new Map([
    ...ticked.split(" ").map(code => [code, true]),
    ...unticked.split(" ").map(code => [code, false]),
    ...(isLate ? waiting.split(" ").map(code => [code, true]) : []),
  ]);
  applying = true;
  const became = [];
  for (const box of boxes()) {
    const is = wanted.get(box.value);
    if (is === undefined || box.checked === is || changed.get(box.value) > at) continue;
    box.click();
    became.push(`${is ? "Selected" : "Removed"}: ${box.labels[0].textContent}.`);
  }
  applying = false;
  return became;
}

function putFocus(act, isNew) {
  if (state === "conflict" && (isNew || act)) {
    element("conflict").focus();
    return;
  }
  const refused = act?.place && element(act.place)?.querySelector(".govuk-textarea--error");
  if (refused) {
    refused.focus();
    return;
  }
  if (!act || (document.activeElement && document.activeElement !== document.body)) return;
  const place = act.place && element(act.place);
  const same = act.id ? element(act.id) : null;
  const next = (same?.checkVisibility() && same) || place?.querySelector("summary, button, textarea")
    || (place && element(`code-${act.place.slice("beside-".length)}`)) || element("selected-heading");
  next.focus();
}

function announce(said) {
  const saved = element("state").textContent;
  if (state !== "saved") said.push(saved);
  else if (told !== "saved") said.push("Saved. Each change is saved as you make it.");
  told = state === "saved" ? "saved" : saved;
  const news = unheard();
  if (state !== "conflict") said.push(...news);
  if (said.length) element("said").textContent = said.join(" ");
}

// What fails

function say(text, link) {
  const line = element("state");
  line.dataset.state = "failed";
  line.className = "govuk-body-s app-panel__saved app-panel__saved--failed";
  line.textContent = `Not saved: ${text} `;
  if (link) line.append(link);
  if (leaving) line.append(" The page goes on once it is saved.");
  shown.delete("saved");
  // The list is the server's, and older than the page now.
  element("selected-heading").textContent = "Selected when last saved";
  shown.delete("selected");
  if (told !== line.textContent) element("said").textContent = line.textContent;
  told = line.textContent;
}

function fail(isRefused) {
  const pause = Math.min(FIRST_PAUSE * 2 ** sent.tries, LONGEST_PAUSE);
  sent.tries += 1;
  sent.refused = isRefused;
  if (isRefused) {
    const link = document.createElement("a");
    Object.assign(link, {
      className: "govuk-link", target: "_blank", rel: "noopener",
      textContent: "Sign in again (opens in a new tab)",
      href: signInUrl,
    });
    say("you have been signed out. What you selected stays here, and is saved once you have signed in.", link);
  } else {
    say("there is no answer from the server. Trying again; keep this page open.");
  }
  again = setTimeout(retry, pause);
  tell();
}

function stop() {
  sent = null;
  state = stateShown = "closed";
  leaving = null;
  say("this assessment cannot be changed from this page any more. It was given to somebody else, or somebody else has signed in here.");
  lock();
  tell();
}

// Nothing that is entered by hand is so long; it stays on the page.
function tooMuch() {
  answered = sent.at;
  sent = null;
  state = stateShown = "refused";
  leaving = null;
  say("what was pasted is too long to be sent. Shorten it.");
  tell();
}

async function retry() {
  clearTimeout(again);
  if (!sent) return;
  if (sent.refused && !(await freshToken())) {
    if (sent) fail(true);
    return;
  }
  if (sent) post();
}

// After another sign-in the page's token is stale.
async function freshToken() {
  try {
    const response = await fetch(autosaveUrl, { headers: { "HX-Request": "true" }, redirect: "error" });
    if (response.status === 404) stop();
    if (!response.ok || !response.headers.get(OUTCOME)) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const box of document.querySelectorAll("[name=csrfmiddlewaretoken]")) box.value = token;
    return true;
  } catch {
    return false;
  }
}

function tryNow() {
  if (sent?.tries) retry();
}
addEventListener("online", tryNow);
addEventListener("focus", tryNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryNow(); });

// What the person does

form.addEventListener("change", event => {
  const box = event.target;
  if (applying || gone) return;
  if (box.name === "codes") {
    mark(box);
    choose(box);
  } else if (box.name !== "other_description") return;
  // Whoever goes on working has not left.
  leaving = null;
  send();
});

form.addEventListener("input", event => {
  if (event.target.matches(".app-finding__text")) tell();
  if (event.target.name !== "other_description") return;
  mark();
  clearTimeout(typing);
  typing = setTimeout(() => { typing = 0; send(); }, TYPING_PAUSE);
});

function press(button) {
  if (state === "conflict" && isHalted() && button.name !== "seen") return chooseFirst();
  const place = button.closest(".app-beside, #typed-answer")?.id;
  queue({
    name: button.name, value: button.value, id: button.id, place, typed: form.elements.typed.value,
  });
  send();
}

// `before` has the boxes that are changed between the press and the sending, as they were.
function queue(act) {
  mark();
  acts.push({ ...act, at: changes, before: new Map() });
  tell();
}

// Nothing is carried out, and nothing left, before it is said what to record.
function chooseFirst() {
  leaving = null;
  const conflict = element("conflict");
  conflict.focus();
  conflict.scrollIntoView({ block: "nearest" });
  element("said").textContent = "Not done: say first what to record, and save these choices.";
}

form.addEventListener("submit", event => {
  const button = event.submitter;
  if (button?.matches(ACTS)) {
    event.preventDefault();
    press(button);
  } else if (state === "conflict" && isHalted()) {
    event.preventDefault();
    chooseFirst();
  } else if (state !== "closed" && (sent || changes > answered || acts.length)) {
    // Nothing that is under way is overtaken; and where nothing can be saved, the page stays.
    event.preventDefault();
    leaving = button;
    if (sent?.tries) tryNow();
    send();
  } else {
    // What is none of the codes was answered, and is not to be answered again.
    if (form.elements.typed.value === refused) form.elements.typed.value = "";
    gone = true;
  }
});

function leave() {
  if (!leaving) return;
  const button = leaving;
  leaving = null;
  form.requestSubmit(button);
}

// Enter among the codes selects them; Escape leaves the box, for the keys that do things.
form.elements.typed.addEventListener("keydown", event => {
  if (event.key === "Escape") element("selected-heading").focus();
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (form.elements.typed.value.trim()) press(form.querySelector("[value=typed]"));
});

// Choices between two selections are those of the boxes themselves, and the other way round.
function choose(box) {
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
    mark();
  }
  if (event.target.closest("[data-leaves]") && !openTexts().length) gone = true;
});

addEventListener("beforeunload", event => {
  if (!gone && isUnsaved()) event.preventDefault();
});
addEventListener("pageshow", () => { gone = false; });

// The picker drawn anew, as it was

function becomeAgain(ticks) {
  applying = true;
  for (const box of boxes()) if (box.checked !== ticks.includes(box.value)) box.click();
  applying = false;
  element("picker").dispatchEvent(new CustomEvent("redrawn", { bubbles: true }));
}

for (const place of form.querySelectorAll(".app-beside:not(:empty)")) shown.set(place.id, place.innerHTML);
unheard();
tell();
