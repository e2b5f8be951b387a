// The elements of the factor page that its scripts share.

export const element = id => document.getElementById(id);
export const form = element("factors");

export const boxes = (within = form) => [...within.querySelectorAll("input[name=codes]")];
export const tickedCodes = all => all.filter(box => box.checked).map(box => box.value);
// The code that a place with findings stands beside.
export const codeBeside = place => place.id.slice("beside-".length);

export const hasFocus = () => document.activeElement && document.activeElement !== document.body;

// Whether the text is only codes, which the one field for both selects; it looks up anything else.
const onlyCodes = new RegExp(element("find").dataset.onlyCodes);
export const isOnlyCodes = text => onlyCodes.test(text.trim());

// Have a screen reader say the text.
export function announce(text) {
  element("announcement").textContent = text.replace(/\s+/g, " ").trim();
}
