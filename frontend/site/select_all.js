// A button that selects every box of its form, or none if all are.
const button = document.querySelector("[data-select-all]");

if (button) {
  const boxes = [...button.form.querySelectorAll("input[type=checkbox]")];
  const words = button.textContent;
  const name = () => {
    button.textContent = boxes.every((box) => box.checked) ? "Select none" : words;
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    name();
  });
  button.form.addEventListener("change", name);
  name();
}
