// Whether a click leads on in this tab: with another button or a key held, a browser opens another.
export const isPlainClick = ({ button, ctrlKey, metaKey, shiftKey, altKey }) =>
  !(button || ctrlKey || metaKey || shiftKey || altKey);
