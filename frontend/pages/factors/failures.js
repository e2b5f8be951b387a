// A request that failed: the page says why it is not saved, and tries again where that may help.

import { announceFailure } from "./announcements.js";
import { leavingButton, stay } from "./leaving.js";
import { element, form } from "./page.js";
import { LONGEST, pageOf } from "./requests.js";
import { endRequest, endSaving, OUTCOME_HEADER, request, showSaveState } from "./save_state.js";
import { sendRequest } from "./sending.js";
import { forgetPart } from "./swapping.js";

const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30_000;
let retryTimer = 0; // until the next try; 0 when none is waited for

export function handleFailure(status, headers) {
  if (isProxys(status, headers)) scheduleRetry(false);
  else if (status === 404) handleNotFound();
  else if (status === 400 || status === 413) handleTooLarge();
  else scheduleRetry(status !== 0 && status < 500);
}

// What a proxy answers while the server starts again. Every response of ours has the header.
const isProxys = (status, headers) =>
  (status === 404 || status === 400) && !headers.has("Cross-Origin-Resource-Policy");

// The person may not change this assessment any more.
function handleNotFound() {
  endSaving();
  stay();
  showFailure("this assessment cannot be changed from this page any more. It was given to somebody else, or somebody else has signed in here.");
}

// Nobody types so much: it was pasted, and stays on the page.
function handleTooLarge() {
  endRequest("refused");
  stay();
  showFailure("what was pasted is too long to be sent. Shorten it.");
}

function scheduleRetry(isSignedOut) {
  retryTimer = setTimeout(retry, Math.min(FIRST_PAUSE * 2 ** request.tries, LONGEST_PAUSE));
  request.tries += 1;
  request.isSignedOut = isSignedOut;
  if (isSignedOut) {
    const link = document.createElement("a");
    Object.assign(link, {
      className: "govuk-link", target: "_blank", rel: "noopener",
      textContent: "sign in again (opens in a new tab)",
      href: form.dataset.signInUrl,
    });
    showFailure("you have been signed out. What you selected stays here, and is saved once you", link, ".");
  } else {
    showFailure("there is no answer from the server. Trying again; keep this page open.");
  }
}

function showFailure(text, ...more) {
  const line = element("state");
  line.dataset.state = "failed";
  line.className = "govuk-body-s app-panel__saved app-panel__saved--failed";
  line.textContent = `Not saved: ${text} `;
  line.append(...more);
  if (leavingButton) line.append(" The page goes on once it is saved.");
  forgetPart("saved");
  // The list is the server's, and older than the page now.
  element("selected-heading").textContent = "Selected when last saved";
  forgetPart("selected");
  element("number").textContent = "Selection";
  forgetPart("number");
  announceFailure(line.textContent);
  showSaveState();
}

async function retry() {
  clearTimeout(retryTimer);
  retryTimer = 0;
  if (!request.isSignedOut || await refreshToken()) sendRequest();
  else if (request) scheduleRetry(true);
}

// After another sign-in the page's CSRF token is stale. Return whether there is a fresh one.
async function refreshToken() {
  try {
    const response = await fetch(form.dataset.autosaveUrl, {
      redirect: "error", signal: AbortSignal.timeout(LONGEST),
    });
    if (response.status === 404 && !isProxys(404, response.headers)) handleNotFound();
    if (!response.ok || !response.headers.get(OUTCOME_HEADER)) return false;
    const page = pageOf(await response.text());
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    return true;
  } catch {
    return false;
  }
}

export function retryNow() {
  if (retryTimer) retry();
}
addEventListener("online", retryNow);
addEventListener("focus", retryNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) retryNow(); });
