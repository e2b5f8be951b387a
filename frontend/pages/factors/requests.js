// Requests to the server: what they answer, or a status of 0 where no answer came.

export const LONGEST = 20_000;
export const OUTCOME_HEADER = "X-Save-Outcome";

export async function post(url, data) {
  try {
    const response = await fetch(url, {
      method: "POST", body: new URLSearchParams(data), signal: AbortSignal.timeout(LONGEST),
    });
    const { status, headers, redirected } = response;
    return { status, headers, redirected, text: await response.text() };
  } catch {
    return { status: 0, headers: new Headers(), redirected: false, text: "" };
  }
}

// What our own server has made safe, and nothing else, is read as what it is.
export const pageOf = html => new DOMParser().parseFromString(html, "text/html");
