// What is recorded for brothers and sisters says of each code whether it is selected here.

import { boxes, element, form } from "./page.js";

function showSelected(offer, isSelected) {
  const button = offer.querySelector(".app-family__offer");
  const selected = offer.querySelector(".app-family__selected");
  const hadFocus = button.contains(document.activeElement);
  button.hidden = isSelected;
  selected.hidden = !isSelected;
  if (hadFocus && isSelected) selected.focus();
}

function showAll() {
  for (const { value, checked } of boxes()) {
    const offer = element("family").querySelector(`[data-offers="${value}"]`);
    if (offer) showSelected(offer, checked);
  }
}

form.addEventListener("change", event => {
  if (event.target.name === "codes") showAll();
});
form.addEventListener("rerendered", showAll);
