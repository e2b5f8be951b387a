// Leaving Check answers: a link saves what was entered and then leads on; any other way is warned
// of, and so is every way from a page that was refused or not sent, which is to be looked at first.

import { isPlainClick } from "../../site/plain_click.js";

const form = document.querySelector("form[data-was-saved]");

if (form) {
  const entered = () => JSON.stringify([...new FormData(form)]);
  const before = entered();
  const wasSaved = form.dataset.wasSaved === "yes";
  let isLeaving = false;

  form.addEventListener("submit", () => { isLeaving = true; });

  document.addEventListener("click", event => {
    const link = event.target.closest("a[href]");
    if (!link || !isPlainClick(event) || event.defaultPrevented) return;
    if (!wasSaved || entered() === before) return;
    const { origin, pathname, search, hash } = new URL(link.href);
    if (origin !== location.origin || (pathname === location.pathname && hash)) return;
    event.preventDefault();
    form.elements.then.value = pathname + search + hash;
    form.requestSubmit(form.querySelector("button[value=save]"));
  });

  addEventListener("beforeunload", event => {
    if (!isLeaving && (!wasSaved || entered() !== before)) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    isLeaving = false;
    form.elements.then.value = "";
  });
}
