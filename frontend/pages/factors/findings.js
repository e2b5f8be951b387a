// What stands beside the codes: what of it is typed and open, heard of, and describes a box.

const form = document.getElementById("factors");

// A reason or a note that is typed and not given yet.
const isOpen = box => box.value !== box.defaultValue || (box.value && "unsaved" in box.dataset);
export const openTexts = () => [...form.querySelectorAll(".app-finding__text")].filter(isOpen);

// What is typed beside a code outlives what the server says there: that the question moves to
// another code, and that it goes and comes again.
const typed = new Map();
form.addEventListener("input", ({ target }) => {
  if (target.matches(".app-finding__text")) typed.set(target.id, target.value);
});
export function keepTyped(fragment) {
  for (const box of fragment.querySelectorAll(".app-finding__text")) {
    // As the server has it now, it is given.
    if (box.closest("details") && box.value === typed.get(box.id)?.trim()) typed.delete(box.id);
    else if (typed.has(box.id)) box.value = typed.get(box.id);
  }
}

// The server drops what no selected code takes; the page keeps it, for when it is selected again.
export function keepDescription(fragment) {
  const there = form.elements.other_description, same = fragment.querySelector(`#${there?.id}`);
  if (same) same.value = there.value;
}

// A box is described by what stands beside it, as it is when the page is drawn.
export function describe() {
  for (const place of form.querySelectorAll(".app-beside")) {
    const box = document.getElementById(`code-${place.id.slice("beside-".length)}`);
    const before = (box.getAttribute("aria-describedby") || "").split(" ");
    const ids = before.filter(id => id && !id.startsWith("said-"));
    ids.push(...[...place.querySelectorAll("[id^=said-]")].map(said => said.id));
    if (ids.join(" ") === before.join(" ")) continue;
    if (ids.length) box.setAttribute("aria-describedby", ids.join(" "));
    else box.removeAttribute("aria-describedby");
  }
}

// What waits for a choice is said in the panel, which is heard by itself.
const messages = () =>
  [...form.querySelectorAll(".app-beside :is(.app-finding__message, .govuk-error-message)")]
    .filter(message => !message.closest(".app-choice")).map(message => message.textContent);

// What the rules say that they did not say when this was asked before.
let heard = [];
export function unheard() {
  const before = heard;
  heard = messages();
  return heard.filter(message => !before.includes(message));
}
