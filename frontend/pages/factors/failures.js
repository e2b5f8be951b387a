// A request that failed: the page says why it is not saved, and tries again where that may help.

import { announceFailure } from "./announcements.js";
import { leavingButton, stay } from "./leaving.js";
import { element } from "./page.js";
import { endRequest, endSaving, request, showSaveState } from "./save_state.js";
import { sendRequest } from "./sending.js";
import { refreshToken, signInLink } from "./signing_in.js";
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
    showFailure(
      "you have been signed out. What you selected stays here, and is saved once you", signInLink(), ".",
    );
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
  if (!request.isSignedOut || await isSignedInAgain()) sendRequest();
  else if (request) scheduleRetry(true);
}

async function isSignedInAgain() {
  const { isFresh, response } = await refreshToken();
  if (response?.status === 404 && !isProxys(404, response.headers)) handleNotFound();
  return isFresh;
}

export function retryNow() {
  if (retryTimer) retry();
}
addEventListener("online", retryNow);
addEventListener("focus", retryNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) retryNow(); });
