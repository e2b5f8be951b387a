// Where codes are corrected: what is selected stands first, and follows the boxes. Without
// JavaScript each button of it is answered by the server.

const selected = document.querySelector("[data-selected]");

if (selected) {
  const boxes = new Map(
    [...document.querySelectorAll(".review-boxes input[name=codes]")].map(box => [box.value, box]),
  );
  const items = [...selected.querySelectorAll("[data-code]")];

  const show = () => {
    for (const item of items) item.hidden = !boxes.get(item.dataset.code)?.checked;
    selected.querySelector("[data-number]").textContent = items.filter(item => !item.hidden).length;
  };

  document.addEventListener("change", ({ target }) => { if (boxes.has(target.value)) show(); });
  // A browser that goes back to the page may tick the boxes as they were left.
  addEventListener("pageshow", show);

  selected.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    boxes.get(button.value).checked = false;
    show();
    (selected.querySelector("[data-code]:not([hidden]) button") || document.querySelector("#find")).focus();
  });
}
