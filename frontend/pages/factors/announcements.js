// What a screen reader is told of saving.

import { newMessages } from "./findings.js";
import { announce, element } from "./page.js";
import { isInConflict, outcome } from "./save_state.js";

let lastSaveMessage = ""; // what was last announced about saving

export function announceAnswer(announcements) {
  const saveMessage = outcome === "saved" ? "saved" : element("state").textContent;
  if (outcome !== "saved") announcements.push(saveMessage);
  else if (lastSaveMessage !== "saved") announcements.push("Saved. Each change is saved as you make it.");
  lastSaveMessage = saveMessage;
  const messages = newMessages();
  if (!isInConflict()) announcements.push(...messages);
  if (announcements.length) announce(announcements.join(" "));
}

// What the message about others' changes says.
export function othersChangesText() {
  const lines = element("others").querySelectorAll("h2, li");
  return `${[...lines].map(line => line.textContent.trim()).join(". ")}.`;
}

// A failure that goes on is announced once.
export function announceFailure(message) {
  if (lastSaveMessage !== message) announce(message);
  lastSaveMessage = message;
}
