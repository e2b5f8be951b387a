// Keeps the scroll position and the focus on the factor page while parts of it are swapped.

import { boxes, element, hasFocus } from "./page.js";

const isInView = target => {
  if (!target) return false;
  const { top, bottom } = target.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

// The focused element of the picker, or else its first box in view.
export function scrollAnchor() {
  const focused = document.activeElement?.closest("#picker [id^=code-], #picker [id^=text-]");
  const anchor = isInView(focused) ? focused : boxes().find(isInView);
  return { id: anchor?.id, top: anchor?.getBoundingClientRect().top };
}

export function restoreScroll({ id, top }) {
  const anchor = id && element(id);
  if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
}

// The focused element, and the text selected in it.
export function focusedElement() {
  const focused = document.activeElement;
  return focused?.id && { id: focused.id, from: focused.selectionStart, to: focused.selectionEnd };
}

// Focus it again where a swap has replaced it.
export function restoreFocus({ id, from, to }) {
  const target = element(id);
  if (!target || hasFocus()) return;
  target.focus({ preventScroll: true });
  if (target.matches("textarea")) target.setSelectionRange(from, to);
}

// The domains that are out of sight are rendered once the page can be used. Until then a screen
// reader may find hidden text in them, so they are not left so.
const whenIdle = window.requestIdleCallback || setTimeout;
function renderAll() {
  const anchor = scrollAnchor();
  element("picker").dataset.rendered = "";
  restoreScroll(anchor);
}
if (document.readyState === "complete") whenIdle(renderAll);
else addEventListener("load", () => whenIdle(renderAll));
