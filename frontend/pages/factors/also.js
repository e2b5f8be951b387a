// The codes of a factor that stand in other domains: whether each is selected, and the way there and
// back, by a link or a key.

import { goTo } from "./find.js";
import { boxes, element, form, isBox } from "./page.js";

const linksIn = place => [...place.querySelectorAll(".app-also a")];
const boxOf = link => element(link.hash.slice(1));

// As the server does: see also_selected.html.
function showSelected() {
  for (const link of linksIn(form)) {
    const state = link.querySelector(".app-also__state");
    if (!boxOf(link).checked) state?.remove();
    else if (!state) link.append(stateSelected());
  }
}

function stateSelected() {
  const part = (text, attributes) => Object.assign(document.createElement("span"), {
    textContent: text, ...attributes,
  });
  const state = part("", { className: "app-also__state" });
  state.append(
    " ", part("✓", { ariaHidden: "true" }), " ",
    part("selected", { className: "govuk-visually-hidden" }),
  );
  return state;
}
form.addEventListener("change", event => {
  if (isBox(event.target)) showSelected();
});
form.addEventListener("rerendered", showSelected);

let from = null; // what had the focus before the last way was taken

function take(target, origin) {
  from = origin?.id ? origin.id : null;
  if (isBox(target)) goTo(target);
  else {
    target.scrollIntoView({ block: "nearest" });
    target.focus({ preventScroll: true });
  }
}

form.addEventListener("click", event => {
  const link = event.target.closest(".app-also a");
  if (!link) return;
  event.preventDefault();
  // Back is to the box that the link stands beside.
  take(boxOf(link), boxes(link.closest(".app-factor"))[0]);
});

const factorOfFocus = () => document.activeElement?.closest(".app-factor");

// From the last of them to the first, so that two are one key from each other.
export function goToNextCode() {
  const factor = factorOfFocus();
  const others = factor ? linksIn(factor).map(boxOf) : [];
  if (!others.length) return;
  const own = boxes(factor);
  const isAfter = box => box.value > own.at(-1).value;
  const focused = document.activeElement;
  take(others.find(isAfter) ?? others[0], isBox(focused) ? focused : own[0]);
}

export function goBack() {
  const target = from && element(from);
  if (target) take(target, document.activeElement);
}

// To the guidance of the factor, and from it to the box that led there: by a key, or by a link that
// is there from when the factor has the focus, and seen while it has it itself.
let leading = null;
export function goToGuidance(factor = factorOfFocus()) {
  const guidance = factor?.querySelector(".app-factor__guidance");
  if (!guidance) return;
  const focused = document.activeElement;
  const own = boxes(factor);
  if (guidance.contains(focused)) goTo(own.find(box => box.id === leading) ?? own[0]);
  else {
    if (isBox(focused)) leading = focused.id;
    guidance.tabIndex = -1;
    guidance.scrollIntoView({ block: "nearest" });
    guidance.focus({ preventScroll: true });
  }
}

function way(text, id) {
  return Object.assign(document.createElement("a"), {
    className: "app-way", href: `#${id}`, textContent: text,
  });
}
form.addEventListener("focusin", event => {
  const factor = event.target.closest(".app-factor");
  const guidance = factor?.querySelector(".app-factor__guidance");
  if (isBox(event.target)) leading = event.target.id;
  if (!guidance || factor.querySelector(".app-way")) return;
  const name = factor.querySelector("legend").textContent.trim();
  const [box] = boxes(factor);
  guidance.id = `guidance-${box.value}`;
  guidance.append(way(`Back to the codes of ${name}`, box.id));
  const codes = factor.querySelector(".app-factor__codes");
  codes.insertBefore(way(`Guidance on ${name}`, guidance.id), codes.querySelector(".app-also"));
});
form.addEventListener("click", event => {
  if (!event.target.matches(".app-way")) return;
  event.preventDefault();
  goToGuidance();
});
