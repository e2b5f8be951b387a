// The keys of Check answers, which lead to its parts while shortcuts are on, and what is said of the
// outcome while one is chosen.

const parts = document.querySelector("[data-part-keys=on]");
const TEXT_FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select";

// Of a group of radio buttons the one that is selected, else the first.
const placeOf = target => {
  const group = target.type === "radio" ? [...document.getElementsByName(target.name)] : [];
  return group.find(radio => radio.checked) || target;
};

if (parts) {
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest?.(TEXT_FIELDS)) return;
    const link = [...parts.querySelectorAll("[aria-keyshortcuts]")].find(
      each => each.getAttribute("aria-keyshortcuts") === event.key,
    );
    const target = link && document.querySelector(link.hash);
    if (!target) return;
    event.preventDefault();
    placeOf(target).focus();
  });
}

// Which outcomes fit is the server's to say; it stands with the message.
const messages = document.querySelectorAll("[data-fitting-outcomes]");
document.addEventListener("change", ({ target }) => {
  if (target.name !== "outcome") return;
  for (const message of messages) {
    const fits = message.dataset.fittingOutcomes.split(" ").includes(target.value);
    message.hidden = fits;
    message.classList.toggle("app-check__about-outcome--wrong", !fits);
  }
});
