// The elements of the factor page that its scripts share.

export const element = id => document.getElementById(id);
export const form = element("factors");

export const boxes = (within = form) => [...within.querySelectorAll("input[name=codes]")];
export const tickedCodes = all => all.filter(box => box.checked).map(box => box.value);
export const isBox = target => target.name === "codes";
// A box with its factor, where that is not in its label.
export function nameOf(box) {
  const [label, factor] = [box.labels[0], box.closest(".app-factor").querySelector("legend")]
    .map(each => each.textContent.replace(/\s+/g, " ").trim());
  return label.startsWith(factor) ? label : `${factor}, ${label[0].toLowerCase()}${label.slice(1)}`;
}
// The code that a place with findings stands beside.
export const codeBeside = place => place.id.slice("beside-".length);

// Where the selection is headed, or on a narrow screen opened.
export const selectionPlace = () =>
  [element("selected-heading"), element("open-selection")].find(each => each.checkVisibility());

export const hasFocus = () => document.activeElement && document.activeElement !== document.body;

// Whether the text is only codes, which the one field for both selects; it looks up anything else.
// The pattern is the server's: see typed_codes.py.
const onlyCodes = /^(?=.*\d)([\s,;:.|/&+–—-]|and(?![a-z\d])|\d+\s?[a-z](?![a-z])|\d+(?![a-z\d]))+$/i;
export const isOnlyCodes = text => onlyCodes.test(text.trim());

// Have a screen reader say the text.
export function announce(text) {
  element("announcement").textContent = text.replace(/\s+/g, " ").trim();
}
