// Signing in again in another tab, while the page stays.

import { form } from "./page.js";
import { LONGEST, OUTCOME_HEADER, pageOf } from "./requests.js";

export const signInLink = () => Object.assign(document.createElement("a"), {
  className: "govuk-link", target: "_blank", rel: "noopener",
  textContent: "sign in again (opens in a new tab)",
  href: form.dataset.signInUrl,
});

// After another sign-in the page's CSRF token is stale. Return whether there is a fresh one, and
// the response.
export async function refreshToken() {
  try {
    const response = await fetch(form.dataset.autosaveUrl, {
      redirect: "error", signal: AbortSignal.timeout(LONGEST),
    });
    if (!response.ok || !response.headers.get(OUTCOME_HEADER)) return { isFresh: false, response };
    const page = pageOf(await response.text());
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    return { isFresh: true, response };
  } catch {
    return { isFresh: false, response: null };
  }
}
