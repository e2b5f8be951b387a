// Single keys that do things on the factor page, where their list is and the person has not
// switched them off.

import { reveal } from "./find.js";

const form = document.getElementById("factors");
const list = document.getElementById("shortcuts");
const TYPED_IN = "input:not([type=checkbox], [type=radio]), textarea, select";

const go = (target, block = "center") => {
  if (!target) return;
  reveal(target);
  target.scrollIntoView({ block });
  target.focus();
};
// To a domain, at the first of its boxes that the search has left in sight.
const domain = place => {
  const group = form.querySelectorAll(".app-domain")[place];
  if (!group) return;
  reveal(group);
  group.scrollIntoView();
  group.querySelector(".app-factor:not([hidden]) input[name=codes]").focus({ preventScroll: true });
};

// The next of what the guide asks, after where the focus is; from the last, the first.
function next() {
  const asking = [...form.querySelectorAll(".app-finding__answers")].filter(
    place => !place.closest("details"),
  );
  const here = document.activeElement;
  const after = asking.find(place =>
    !place.contains(here) && here.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING);
  const place = after || asking[0];
  if (!place) return;
  reveal(place);
  place.closest(".app-finding").scrollIntoView({ block: "nearest" });
  place.querySelector("button, textarea").focus({ preventScroll: true });
}

const KEYS = {
  // Both are beside the page, whose place is kept.
  "/": () => go(document.getElementById("find"), "nearest"),
  c: () => go(document.getElementById("typed"), "nearest"),
  1: () => domain(0),
  2: () => domain(1),
  3: () => domain(2),
  4: () => domain(3),
  d: () => document.getElementById("other-density").click(),
  n: next,
  s: () => form.querySelector(".app-panel__save [value=check]").click(),
  "?": () => {
    const details = list.querySelector("details");
    details.open = true;
    go(details.querySelector("summary"));
  },
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest?.(TYPED_IN) || !list.querySelector("[data-shortcuts=on]")) return;
  if (!list.checkVisibility()) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
