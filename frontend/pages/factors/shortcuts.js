// Single-key shortcuts of the factor page: where the button that lists them is visible, and the
// person has not switched them off.

import { goBack, goToGuidance, goToNextCode } from "./also.js";
import { reveal } from "./find.js";
import { element, form } from "./page.js";

const list = element("shortcuts-button");
const TEXT_FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select";

const goTo = (target, block = "center") => {
  if (!target) return;
  reveal(target);
  target.scrollIntoView({ block });
  target.focus();
};
// To the one field for words and codes; what stands there is typed over.
function goToField() {
  const field = element("find");
  const { top, bottom } = field.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
  field.select();
}

// To a domain, at the first of its boxes that the search has left visible.
const goToDomain = index => {
  const domain = form.querySelectorAll(".app-domain")[index];
  if (!domain) return;
  reveal(domain);
  domain.scrollIntoView();
  domain.querySelector(".app-factor:not([hidden]) input[name=codes]").focus({ preventScroll: true });
};

// To the next unanswered finding after the focused element; from the last, to the first.
function goToNextFinding() {
  const unanswered = [...form.querySelectorAll(".app-finding__answers")].filter(
    answers => !answers.closest("details"),
  );
  const focused = document.activeElement;
  const following = unanswered.find(answers =>
    !answers.contains(focused)
    && focused.compareDocumentPosition(answers) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = following || unanswered[0];
  if (!next) return;
  reveal(next);
  next.closest(".app-finding").scrollIntoView({ block: "nearest" });
  next.querySelector("button, textarea").focus({ preventScroll: true });
}

const SHORTCUTS = {
  "/": goToField,
  c: goToField,
  1: () => goToDomain(0),
  2: () => goToDomain(1),
  3: () => goToDomain(2),
  4: () => goToDomain(3),
  a: goToNextCode,
  b: goBack,
  g: goToGuidance,
  d: () => element("other-density").click(),
  n: goToNextFinding,
  s: () => form.querySelector(".app-panel__save [value=check]").click(),
  "?": () => {
    if (!element("shortcuts").hasChildNodes()) element("list-shortcuts").click();
    goTo(element("list-shortcuts"), "nearest");
  },
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest?.(TEXT_FIELDS) || !list.querySelector("[data-shortcuts=on]")) return;
  if (!list.checkVisibility()) return;
  const shortcut = SHORTCUTS[event.key];
  if (!shortcut) return;
  event.preventDefault();
  shortcut();
});
