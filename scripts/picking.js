// Finding a factor on the page. The words are looked up by the server; here the page is filtered.

import htmx from "htmx.org";

const form = document.getElementById("factors");
const find = document.getElementById("find");
const found = document.getElementById("found");
const PAUSE = 120;
let timer = 0, asked = "", answeredFor = "";

function filter() {
  const line = found.querySelector("[data-codes]");
  const codes = line ? new Set(line.dataset.codes.split(" ")) : null;
  for (const factor of form.querySelectorAll(".app-factor")) {
    const boxes = [...factor.querySelectorAll("input[name=codes]")];
    factor.hidden = codes !== null && !boxes.some(box => box.checked || codes.has(box.value));
  }
  for (const domain of form.querySelectorAll(".app-domain")) {
    domain.hidden = codes !== null && !domain.querySelector(".app-factor:not([hidden])");
  }
}

function show(all) {
  clearTimeout(timer);
  if (all) find.value = "";
  asked = find.value.trim();
  if (!asked) {
    found.replaceChildren();
    filter();
    return;
  }
  htmx.ajax("POST", "/assessments/find/", {
    source: find, target: found, swap: "none",
    values: { find: asked, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value },
  }).catch(() => {});
}

find.addEventListener("htmx:configRequest", event => {
  answeredFor = asked;
  const { find: words, csrfmiddlewaretoken } = event.detail.parameters;
  event.detail.parameters = { find: words, csrfmiddlewaretoken };
});

find.addEventListener("htmx:afterRequest", event => {
  event.stopPropagation();
  if (find.value.trim() !== answeredFor) return; // a newer search is on its way
  if (event.detail.xhr.status !== 200) {
    const line = document.createElement("p");
    line.className = "govuk-body-s app-panel__said";
    line.textContent = "The search cannot be reached. Every factor is shown.";
    found.replaceChildren(line);
  }
  filter();
});

find.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE);
});

find.addEventListener("keydown", event => {
  if (event.key === "Escape") {
    event.preventDefault();
    show(true);
  } else if (event.key === "Enter") {
    event.preventDefault();
    form.querySelector(".app-factor:not([hidden]) input[name=codes]")?.focus();
  }
});

// A link to a box that the search has hidden shows the page again.
addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.closest("[hidden]")) {
    show(true);
    target.scrollIntoView();
    target.focus();
  }
});
document.addEventListener("redrawn", filter);
