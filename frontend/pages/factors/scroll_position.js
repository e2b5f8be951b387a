// Keeps the scroll position and the focus on the factor page while parts of it are swapped.

const picker = document.getElementById("picker");

const isInView = element => {
  if (!element) return false;
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

// The focused element of the picker, or else its first box in view.
export function scrollAnchor() {
  const focused = document.activeElement?.closest("#picker [id^=code-], #picker [id^=text-]");
  const boxes = [...picker.querySelectorAll("input[name=codes]")];
  const anchor = isInView(focused) ? focused : boxes.find(isInView);
  return { id: anchor?.id, top: anchor?.getBoundingClientRect().top };
}

export function restoreScroll({ id, top }) {
  const anchor = id && document.getElementById(id);
  if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
}

// The focused element of the form, and the text selected in it.
export function focusIn(form) {
  const focused = document.activeElement;
  if (!focused?.id || !form.contains(focused)) return null;
  return { id: focused.id, from: focused.selectionStart, to: focused.selectionEnd };
}

// Focus it again where a swap has replaced it.
export function restoreFocus({ id, from, to }) {
  const focused = document.activeElement, target = document.getElementById(id);
  if (!target || (focused && focused !== document.body)) return;
  target.focus({ preventScroll: true });
  if (target.matches("textarea")) target.setSelectionRange(from, to);
}

// The domains that are out of sight are rendered once the page can be used. Until then a screen
// reader may find hidden text in them, so they are not left so.
const whenIdle = window.requestIdleCallback || setTimeout;
function renderAll() {
  const anchor = scrollAnchor();
  picker.dataset.rendered = "";
  restoreScroll(anchor);
}
if (document.readyState === "complete") whenIdle(renderAll);
else addEventListener("load", () => whenIdle(renderAll));
