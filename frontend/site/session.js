// Warns two minutes before the sign-in ends, and offers to stay. The server alone knows when that
// is, since another tab may have used the sign-in meanwhile: it is asked before anything is said.
// Without JavaScript nothing is said, and what is typed is kept all the same.

const WARNING = 120;
const dialog = document.getElementById("session-warning");
const sessionUrl = dialog?.dataset.sessionUrl;
const one = (name) => dialog.querySelector(`[data-${name}]`);
let timer;
let dismissed = false;

function wait(seconds, then) {
  clearTimeout(timer);
  timer = setTimeout(then, Math.max(seconds, 1) * 1000);
}

// `ends` is the time by the clock where the sign-in ends then, whatever anybody does.
function expect(seconds, ends) {
  if (seconds > WARNING) {
    dialog.close();
    dismissed = false;
    wait(seconds - WARNING, () => ask());
  } else {
    warn(seconds, ends);
  }
}

async function ask(options = {}) {
  let response;
  try {
    response = await fetch(sessionUrl, { cache: "no-store", ...options });
  } catch {
    wait(WARNING / 4, () => ask()); // no network: neither staying nor warning is possible
    return;
  }
  if (response.status === 401) {
    over();
  } else if (response.ok) {
    const { seconds, ends } = await response.json();
    expect(seconds, ends);
  } else {
    wait(WARNING / 4, () => ask());
  }
}

function stay() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  ask({ method: "POST", headers: { "X-CSRFToken": token } });
}

function warn(seconds, ends) {
  const minutes = Math.max(Math.round(seconds / 60), 1);
  const words = `${minutes} minute${minutes === 1 ? "" : "s"}`;
  if (one("minutes").textContent !== words) {
    one("minutes").textContent = words;
  }
  tellWhy(ends);
  show();
  wait(Math.min(seconds, WARNING / 4), () => ask());
}

// Nothing offers what is no help: at the limit there is no staying.
function tellWhy(ends) {
  const why = ends ? one("limit") : one("unused");
  if (!why.hidden) {
    return;
  }
  one("ends").textContent = ends ?? "";
  one("limit").hidden = !ends;
  one("unused").hidden = Boolean(ends);
  one("stay").hidden = Boolean(ends);
  dialog.setAttribute("aria-describedby", why.id);
  if (dialog.open) {
    one("close").focus(); // it may have been on the button that is gone
  }
}

function over() {
  one("before").hidden = true;
  one("after").hidden = false;
  dialog.setAttribute("aria-labelledby", "session-over-title");
  dialog.setAttribute("aria-describedby", "session-over-words");
  dismissed = false;
  show();
}

function show() {
  if (!dialog.open && !dismissed) {
    dialog.showModal();
  }
}

if (dialog) {
  one("stay").addEventListener("click", stay);
  // Whoever has closed the warning has read it; they are told again when the sign-in is over.
  const dismiss = () => {
    dismissed = true;
    dialog.close();
  };
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", dismiss);
  }
  dialog.addEventListener("cancel", dismiss); // the Escape key
  // A page that was left and comes back may be older than it looks.
  window.addEventListener("pageshow", (event) => event.persisted && ask());
  wait(Number(dialog.dataset.signedInFor) - WARNING, () => ask());
}
