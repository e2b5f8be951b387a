// Warns two minutes before the sign-in ends, and offers to stay. Only the server knows when that
// is, since another tab may have used the sign-in meanwhile: it is asked before a warning is shown.
// Without JavaScript there is no warning, and what is typed is kept all the same.

const WARNING = 120;
const dialog = document.getElementById("session-warning");
const sessionUrl = dialog?.dataset.sessionUrl;
const part = (name) => dialog.querySelector(`[data-${name}]`);
let timer;
let isDismissed = false;

function wait(seconds, then) {
  clearTimeout(timer);
  timer = setTimeout(then, Math.max(seconds, 1) * 1000);
}

// `ends` is the time of day at which the sign-in ends where staying is impossible.
function schedule(seconds, ends) {
  if (seconds > WARNING) {
    dialog.close();
    isDismissed = false;
    wait(seconds - WARNING, () => check());
  } else {
    warn(seconds, ends);
  }
}

async function check(options = {}) {
  let response;
  try {
    response = await fetch(sessionUrl, { cache: "no-store", ...options });
  } catch {
    wait(WARNING / 4, () => check()); // no network: neither staying nor warning is possible
    return;
  }
  if (response.status === 401) {
    showSignedOut();
  } else if (response.ok) {
    const { seconds, ends } = await response.json();
    schedule(seconds, ends);
  } else {
    wait(WARNING / 4, () => check());
  }
}

function stay() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  check({ method: "POST", headers: { "X-CSRFToken": token } });
}

function warn(seconds, ends) {
  const minutes = Math.max(Math.round(seconds / 60), 1);
  const text = `${minutes} minute${minutes === 1 ? "" : "s"}`;
  if (part("minutes").textContent !== text) {
    part("minutes").textContent = text;
  }
  showReason(ends);
  show();
  wait(Math.min(seconds, WARNING / 4), () => check());
}

// Why the sign-in ends. At the limit nobody can stay, and no button offers it.
function showReason(ends) {
  const reason = ends ? part("limit") : part("unused");
  if (!reason.hidden) {
    return;
  }
  part("ends").textContent = ends ?? "";
  part("limit").hidden = !ends;
  part("unused").hidden = Boolean(ends);
  part("stay").hidden = Boolean(ends);
  dialog.setAttribute("aria-describedby", reason.id);
  if (dialog.open) {
    part("close").focus(); // the button that had the focus may be gone
  }
}

function showSignedOut() {
  part("before").hidden = true;
  part("after").hidden = false;
  dialog.setAttribute("aria-labelledby", "session-over-title");
  dialog.setAttribute("aria-describedby", "session-over-words");
  isDismissed = false;
  show();
}

function show() {
  if (!dialog.open && !isDismissed) {
    dialog.showModal();
  }
}

if (dialog) {
  part("stay").addEventListener("click", stay);
  // Somebody who has closed the warning has read it; it comes again once the sign-in has ended.
  const dismiss = () => {
    isDismissed = true;
    dialog.close();
  };
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", dismiss);
  }
  dialog.addEventListener("cancel", dismiss); // the Escape key
  // A page from the browser's back-forward cache may be older than it looks.
  window.addEventListener("pageshow", (event) => event.persisted && check());
  wait(Number(dialog.dataset.signedInFor) - WARNING, () => check());
}
