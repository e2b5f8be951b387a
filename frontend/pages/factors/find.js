// Finding a factor on the page. The words are looked up by the server; here the page is filtered.
//
// What is ticked stays in sight, and says why. A new search alone hides anything: what is ticked
// meanwhile, by whomever, comes into sight, and what is unticked stays where it is.

import htmx from "htmx.org";

const element = id => document.getElementById(id);
const form = element("factors");
const picker = element("picker");
const find = element("find");
const found = element("found");
const clear = element("clear");
const PAUSE = 120;
let timer = 0; // of a pause in typing
let asked = ""; // the words that were last sent
let answering = ""; // the words of the request that is under way
let going = false; // whether Enter was pressed before the answer was there
let place = 0; // how far down the page was when the search began

const isOn = () => find.value !== "" || found.hasChildNodes();
const isStale = () => find.value.trim() !== answering;
const foundCodes = () => found.querySelector("[data-codes]")?.dataset.codes.split(" ");
// Where nothing is found, what is for anything else.
const offeredCodes = () => [...found.querySelectorAll("[data-offered]")].map(link => link.hash.slice("#code-".length));
const ticked = boxes => boxes.filter(box => box.checked).map(box => box.value);

// What is in sight

function filter({ hides = true } = {}) {
  const codes = foundCodes();
  const shown = codes?.[0] ? codes : offeredCodes();
  const kept = new Set();
  for (const factor of form.querySelectorAll(".app-factor")) {
    const boxes = [...factor.querySelectorAll("input[name=codes]")];
    const isFound = !codes || boxes.some(box => shown.includes(box.value));
    const selected = ticked(boxes);
    if (isFound || selected.length) factor.hidden = false;
    else if (hides) factor.hidden = true;
    if (!isFound && selected.length) kept.add(factor.querySelector("legend").textContent);
    explain(factor, isFound, selected);
  }
  for (const domain of form.querySelectorAll(".app-domain")) {
    domain.hidden = !domain.querySelector(".app-factor:not([hidden])");
  }
  count(kept.size, codes);
}

// Why a factor that was not found is in sight.
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

function count(kept, codes) {
  const line = found.querySelector("[data-kept]");
  if (!line) return;
  const from = `because you selected from ${kept === 1 ? "it" : "them"}`;
  let words = "";
  if (kept && codes[0]) words = `, ${kept} more shown ${from}`;
  else if (kept) words = ` ${kept} factor${kept === 1 ? " is" : "s are"} shown ${from}.`;
  if (line.textContent !== words) line.textContent = words;
}

function showAll() {
  clearTimeout(timer);
  find.value = asked = "";
  going = false;
  clear.hidden = true;
  found.replaceChildren();
  filter();
}

// As the person asked, who stays where they are, or comes back to where they were.
function clearSearch() {
  const here = document.activeElement;
  const inView = () => [...form.querySelectorAll(".app-factor:not([hidden])")]
    .find(factor => factor.getBoundingClientRect().bottom > 0);
  let anchor = null;
  if (picker.contains(here)) anchor = here;
  else if (here === document.body) anchor = inView();
  const top = anchor?.getBoundingClientRect().top;
  if (here === clear || found.contains(here)) find.focus({ preventScroll: true });
  showAll();
  const by = anchor ? anchor.getBoundingClientRect().top - top : place - scrollY;
  scrollBy({ top: by, behavior: "instant" });
  element("said").textContent = "Every factor is shown.";
}

// A place that the search has put out of sight comes back with everything else.
export function reveal(target) {
  if (target && isOn() && !target.getClientRects().length) showAll();
}

// Going to what was found

function goToFound() {
  going = false;
  const [code] = foundCodes() || [];
  const box = code && element(`code-${code}`);
  if (!box) return;
  box.closest(".app-factor").scrollIntoView();
  // Where the guidance is longer than the screen, its end and the box.
  box.scrollIntoView({ block: "nearest" });
  box.focus({ preventScroll: true });
}

// Beside the panel, which is always in view, what was found begins in view too; below it, it
// follows the words as they are typed.
function showFound() {
  if (!foundCodes()?.[0]) return;
  if (getComputedStyle(find.closest(".app-panel")).position !== "sticky") {
    const panel = find.closest(".app-panel");
    if (panel.getBoundingClientRect().top > innerHeight / 4) panel.scrollIntoView();
    return;
  }
  const factor = element(`code-${foundCodes()[0]}`).closest(".app-factor");
  const { top } = factor.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) factor.scrollIntoView();
}

// Asking

function search() {
  clearTimeout(timer);
  const words = find.value.trim();
  if (!words) {
    showAll();
    return;
  }
  if (!found.hasChildNodes()) place = scrollY;
  asked = words;
  htmx.ajax("POST", form.dataset.findUrl, {
    source: find, target: found, swap: "innerHTML",
    values: { find: words, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value },
  }).catch(() => {});
}

find.addEventListener("htmx:configRequest", event => {
  const { find: words, csrfmiddlewaretoken } = event.detail.parameters;
  answering = words;
  event.detail.parameters = { find: words, csrfmiddlewaretoken };
});

found.addEventListener("htmx:beforeSwap", event => {
  if (isStale()) event.detail.shouldSwap = false;
});

find.addEventListener("htmx:afterRequest", event => {
  event.stopPropagation();
  if (isStale()) return;
  if (event.detail.xhr.status !== 200) {
    asked = "";
    going = false;
    const line = document.createElement("p");
    line.className = "govuk-body-s app-panel__said";
    line.textContent = "The search cannot be reached. Every factor is shown.";
    found.replaceChildren(line);
  }
  filter();
  if (going) goToFound();
  else showFound();
  // A page that became short has moved up.
  if (find.getBoundingClientRect().top < 0) find.closest(".app-panel").scrollIntoView();
});

// What the person does

find.addEventListener("input", () => {
  clearTimeout(timer);
  going = false;
  clear.hidden = !find.value;
  if (find.value.trim()) timer = setTimeout(search, PAUSE);
  else showAll();
});

find.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const words = find.value.trim();
  if (!words) return;
  if (words === asked && words === answering && foundCodes()) goToFound();
  else {
    going = true;
    if (words !== asked) search();
  }
});

clear.addEventListener("click", clearSearch);

// Escape from wherever one is, but for what has an Escape of its own.
document.addEventListener("keydown", event => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !isOn()) return;
  if (event.target === form.elements.typed || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  clearSearch();
});

form.addEventListener("change", event => {
  if (event.target.name === "codes" && isOn()) filter({ hides: false });
});

// Before the browser, or anything of ours, follows a link within the page.
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link) return;
  const target = element(link.hash.slice(1));
  if (found.contains(link) && target && foundCodes()?.includes(target.value)) {
    event.preventDefault();
    goToFound();
  } else if (found.contains(link)) {
    showAll();
  } else {
    reveal(target);
  }
}, { capture: true });

document.addEventListener("redrawn", () => filter());

// Another page may lead to what is to be entered here.
const led = location.hash && element(location.hash.slice(1));
if (led && form.contains(led) && led.matches("input, textarea")) led.focus();
