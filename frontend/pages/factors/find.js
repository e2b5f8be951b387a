// Finding a factor on the page. The server looks the words up; the page is filtered here. Text that
// is only codes is no search: saving.js selects these.
//
// Selected factors stay visible, below what was found, and say why. Only a new search hides or moves
// anything: a factor in which somebody selects a code meanwhile becomes visible, and one that loses
// its codes stays so. Where nothing was found, nothing is hidden.

import { announce, boxes, element, form, isOnlyCodes, nameOf, tickedCodes } from "./page.js";
import { pageOf, post } from "./requests.js";
import { refreshToken, signInLink } from "./signing_in.js";

const picker = element("picker");
const find = element("find");
const answer = element("find-answer");
const clear = element("clear");
const selectTyped = element("select-typed");
const bar = find.closest(".app-find"); // with the answer; at the top of a wide screen it stays
const LONGEST = 100; // characters that are looked up
const TYPING_PAUSE = 120;
let typingTimer = 0; // until a pause in typing is over
let sentWords = ""; // the words that were last sent, or wait until the request before is answered
let requestWords = ""; // the words of the last request
let isUnderWay = false; // whether that has no answer yet
let goWhenFound = false; // whether Enter was pressed before the answer was there
let scrollBefore = 0; // the scroll position when the search began

const isActive = () => find.value !== "" || answer.hasChildNodes();
const typedWords = () => (isOnlyCodes(find.value) ? "" : find.value.trim().slice(0, LONGEST));
const isStale = () => typedWords() !== requestWords;
const result = () => answer.querySelector("[data-codes]");
const foundCodes = () => (result()?.dataset.codes || "").split(" ").filter(Boolean);

// What is visible

function filter({ hides = true } = {}) {
  const codes = foundCodes();
  if (hides) moveBack();
  const kept = [];
  for (const factor of form.querySelectorAll(".app-factor")) {
    const own = boxes(factor);
    const isFound = !codes.length || own.some(box => codes.includes(box.value));
    const selected = tickedCodes(own);
    if (isFound || selected.length) factor.hidden = false;
    else if (hides) factor.hidden = true;
    if (!isFound && selected.length) kept.push(factor);
    explain(factor, isFound, selected);
  }
  if (hides) moveBelow(kept);
  for (const domain of form.querySelectorAll(".app-domain")) {
    domain.hidden = !domain.querySelector(".app-factor:not([hidden])");
  }
  showNumberKept(new Set(kept.map(factorName)).size, codes);
  showSelected();
}

const factorName = factor => factor.querySelector("legend").textContent;

// The factors that were selected and not found, below those that were found.
const places = new Map(); // where each of them stood: what marks its place

function moveBelow(kept) {
  const moved = kept.filter(factor => !factor.contains(document.activeElement));
  if (!moved.length) return;
  const below = document.createElement("div");
  below.id = "selected-not-found";
  for (const factor of moved) {
    const place = document.createComment("");
    factor.replaceWith(place);
    places.set(factor, place);
    below.append(factor);
  }
  picker.append(below);
}

function moveBack() {
  const focused = document.activeElement;
  for (const [factor, place] of places) {
    // A picker that was drawn anew has a factor of its own there.
    if (place.isConnected) place.replaceWith(factor);
  }
  places.clear();
  element("selected-not-found")?.remove();
  // What is moved loses the focus.
  if (document.activeElement !== focused && focused?.isConnected) focused.focus({ preventScroll: true });
}

// Each code in the answer can be selected there, and removed again.
function showSelected() {
  for (const button of answer.querySelectorAll("[data-select]")) {
    button.setAttribute("aria-pressed", element(`code-${button.dataset.select}`).checked);
  }
}

// Why a factor that was not found is visible.
function explain(factor, isFound, selected) {
  factor.classList.toggle("app-factor--kept", !isFound);
  let line = factor.querySelector(".app-factor__kept");
  if (isFound) {
    line?.remove();
    return;
  }
  if (!line) {
    line = document.createElement("p");
    line.className = "app-factor__kept";
    factor.querySelector(".app-factor__codes").prepend(line);
  }
  line.textContent = selected.length
    ? `In sight because ${selected.join(", ")} ${selected.length > 1 ? "are" : "is"} selected.`
    : "Nothing here is selected any more.";
}

function showNumberKept(kept, codes) {
  const line = answer.querySelector("[data-kept]");
  if (!line) return;
  const why = `because you selected from ${kept === 1 ? "it" : "them"}`;
  const text = kept && codes.length ? `, ${kept} more shown ${why}` : "";
  if (line.textContent !== text) line.textContent = text;
}

function showAll() {
  find.value = "";
  endSearch();
}

// What is typed stays.
function endSearch() {
  clearTimeout(typingTimer);
  sentWords = "";
  goWhenFound = false;
  showButtons();
  if (!answer.hasChildNodes()) return;
  answer.replaceChildren();
  filter();
}

function showButtons() {
  clear.hidden = !find.value;
  selectTyped.textContent = "Select";
  selectTyped.toggleAttribute("data-shown", isOnlyCodes(find.value));
}

// End the search and keep the scroll position: of the focused or first visible factor, or else
// that from before the search.
function clearSearch() {
  const focused = document.activeElement;
  const firstInView = () => [...form.querySelectorAll(".app-factor:not([hidden])")]
    .find(factor => factor.getBoundingClientRect().bottom > 0);
  let anchor = null;
  if (picker.contains(focused)) anchor = focused;
  else if (focused === document.body) anchor = firstInView();
  const top = anchor?.getBoundingClientRect().top;
  const hasSearched = answer.hasChildNodes();
  if (focused === clear || answer.contains(focused)) find.focus({ preventScroll: true });
  showAll();
  forgetTyped();
  const back = hasSearched ? scrollBefore - scrollY : 0;
  const by = anchor ? anchor.getBoundingClientRect().top - top : back;
  scrollBy({ top: by, behavior: "instant" });
  announce("Every factor is shown.");
}

// What was said of codes typed before goes once something else is answered, or the field is cleared;
// what waits for a choice stays, and so does what no answer came for.
function forgetTyped() {
  for (const line of element("typed-answer").querySelectorAll(".app-find__message:not([data-stays])")) line.remove();
  form.dispatchEvent(new CustomEvent("typedforgotten"));
}

// Show everything again where the search has hidden the target.
export function reveal(target) {
  if (target && isActive() && !target.getClientRects().length) showAll();
}

// Going to what was found

// To the box of the code that fits best.
function goToFound() {
  goWhenFound = false;
  const [best] = foundCodes();
  if (best) goTo(element(`code-${best}`));
}

// What is scrolled to is not hidden behind the field and its answer.
const keepClear = () =>
  document.documentElement.style.setProperty("--find-height", `${bar.offsetHeight}px`);
new ResizeObserver(keepClear).observe(bar);

export function goTo(box) {
  reveal(box);
  keepClear();
  box.closest(".app-factor").scrollIntoView();
  // Where the guidance is longer than the screen, its end and the box.
  box.scrollIntoView({ block: "nearest" });
  box.focus({ preventScroll: true });
}

// Where the field is always in view, scroll to what was found. Where it is not, what was found
// follows the words as they are typed: scroll to the field.
function scrollToFound() {
  if (!foundCodes().length) return;
  if (getComputedStyle(bar).position !== "sticky") {
    if (bar.getBoundingClientRect().top > innerHeight / 4) bar.scrollIntoView();
    return;
  }
  keepClear();
  const factor = element(`code-${foundCodes()[0]}`).closest(".app-factor");
  const { top } = factor.getBoundingClientRect();
  if (top < bar.getBoundingClientRect().bottom || top > innerHeight / 2) factor.scrollIntoView();
}

// Requests

function search() {
  clearTimeout(typingTimer);
  const words = typedWords();
  if (!words) {
    endSearch();
    return;
  }
  if (!answer.hasChildNodes()) scrollBefore = scrollY;
  sentWords = words;
  if (!isUnderWay) sendWords();
}

async function sendWords() {
  isUnderWay = true;
  requestWords = sentWords;
  let { status, text } = await postWords();
  if (isSignedOut(status)) {
    const { isFresh, response } = await refreshToken();
    if (isFresh) ({ status, text } = await postWords());
    else if (response && !response.ok) ({ status } = response);
  }
  isUnderWay = false;
  if (!isStale()) showAnswer(status, text);
  else if (sentWords && sentWords !== requestWords) sendWords();
}

const postWords = () => post(form.dataset.findUrl, {
  find: requestWords, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
});

// Where codes are corrected, nothing leads to signing in.
const isSignedOut = status => [401, 403].includes(status) && "signInUrl" in form.dataset;

function showAnswer(status, html) {
  if (status === 200) {
    answer.replaceChildren(...pageOf(html).body.childNodes);
    forgetTyped();
  } else {
    sentWords = "";
    goWhenFound = false;
    const line = document.createElement("p");
    line.className = "govuk-body-s app-find__message";
    line.dataset.said = "";
    line.textContent = "The search cannot be reached. Every factor is shown.";
    if (isSignedOut(status)) {
      line.textContent = "You have been signed out. Every factor is shown. To search, ";
      line.append(signInLink(), ".");
    }
    answer.replaceChildren(line);
  }
  filter();
  announce([...answer.querySelectorAll("[data-said]")].map(line => line.textContent).join(" "));
  if (goWhenFound) goToFound();
  else scrollToFound();
  // A page that has become shorter may have scrolled the box out of view.
  if (find.getBoundingClientRect().top < 0) bar.scrollIntoView();
}

// What the person does

find.addEventListener("input", () => {
  clearTimeout(typingTimer);
  goWhenFound = false;
  if (typedWords()) {
    showButtons();
    typingTimer = setTimeout(search, TYPING_PAUSE);
  } else endSearch();
});

find.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.isComposing) return;
  const words = typedWords();
  if (!words) return;
  if (words === sentWords && words === requestWords && result()) goToFound();
  else {
    goWhenFound = true;
    if (words !== sentWords) search();
  }
});

clear.addEventListener("click", clearSearch);

answer.addEventListener("click", event => {
  const { select, meant } = event.target.closest("button")?.dataset ?? {};
  if (meant) {
    find.value = meant;
    find.focus();
    search();
  } else if (select) {
    event.preventDefault();
    const box = element(`code-${select}`);
    box.click();
    announce(`${box.checked ? "Selected" : "Removed"}: ${nameOf(box)}.`);
  }
});

// Escape ends the search from anywhere, except where Escape does something else.
document.addEventListener("keydown", event => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !isActive()) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  clearSearch();
});

form.addEventListener("change", event => {
  if (event.target.name === "codes" && isActive()) filter({ hides: false });
});

// Before the browser, or another script, follows a link within the page.
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link) return;
  const target = element(link.hash.slice(1));
  if (answer.contains(link) && target && foundCodes().includes(target.value)) {
    event.preventDefault();
    goTo(target);
  } else if (answer.contains(link)) {
    showAll();
  } else {
    reveal(target);
  }
}, { capture: true });

document.addEventListener("rerendered", () => filter());

showButtons();

// A link of another page may lead to a text field of this one.
const linked = location.hash && element(location.hash.slice(1));
if (linked && form.contains(linked) && linked.matches("input, textarea")) linked.focus();
