// Losing no place on the factor page while what stands above it comes, goes or is drawn.

const picker = document.getElementById("picker");

const inView = each => {
  if (!each) return false;
  const { top, bottom } = each.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

// Where the focus is, or else the first box in view.
export function placeInView() {
  const focused = document.activeElement?.closest("#picker [id^=code-], #picker [id^=text-]");
  const boxes = [...picker.querySelectorAll("input[name=codes]")];
  const anchor = inView(focused) ? focused : boxes.find(inView);
  return { id: anchor?.id, top: anchor?.getBoundingClientRect().top };
}

export function keepInView({ id, top }) {
  const anchor = id && document.getElementById(id);
  if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
}

// Where one is on the form, and at which letter.
export function focusIn(form) {
  const here = document.activeElement;
  if (!here?.id || !form.contains(here)) return null;
  return { id: here.id, from: here.selectionStart, to: here.selectionEnd };
}

// Back there, where what was drawn anew has taken it away.
export function keepFocus({ id, from, to }) {
  const here = document.activeElement, there = document.getElementById(id);
  if (!there || (here && here !== document.body)) return;
  there.focus({ preventScroll: true });
  if (there.matches("textarea")) there.setSelectionRange(from, to);
}

// The domains that are out of sight are drawn once the page can be used. Until then a screen
// reader may meet in them what is hidden, so that they are not left so.
const whenIdle = window.requestIdleCallback || setTimeout;
function draw() {
  const place = placeInView();
  picker.dataset.drawn = "";
  keepInView(place);
}
if (document.readyState === "complete") whenIdle(draw);
else addEventListener("load", () => whenIdle(draw));
