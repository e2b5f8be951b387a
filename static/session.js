// Warns two minutes before the sign-in ends, and offers to stay. The server alone knows when that
// is, since another tab may have used the sign-in meanwhile: it is asked before anything is said.
// Without JavaScript nothing is said, and what is typed is kept all the same.

const WARNING = 120;
const dialog = document.getElementById("session-warning");
const address = dialog?.dataset.address;
const one = (name) => dialog.querySelector(`[data-${name}]`);
let timer;
let dismissed = false;

function wait(seconds, then) {
  clearTimeout(timer);
  timer = setTimeout(then, Math.max(seconds, 1) * 1000);
}

function expect(seconds) {
  if (seconds > WARNING) {
    dialog.close();
    dismissed = false;
    wait(seconds - WARNING, () => ask());
  } else {
    warn(seconds);
  }
}

async function ask(options = {}) {
  let response;
  try {
    response = await fetch(address, { cache: "no-store", ...options });
  } catch {
    wait(WARNING / 4, () => ask()); // no network: neither staying nor warning is possible
    return;
  }
  if (response.status === 401) {
    over();
  } else if (response.ok) {
    expect((await response.json()).seconds);
  } else {
    wait(WARNING / 4, () => ask());
  }
}

function stay() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  ask({ method: "POST", headers: { "X-CSRFToken": token } });
}

function warn(seconds) {
  const minutes = Math.max(Math.round(seconds / 60), 1);
  const words = `${minutes} minute${minutes === 1 ? "" : "s"}`;
  if (one("minutes").textContent !== words) {
    one("minutes").textContent = words;
  }
  show();
  wait(Math.min(seconds, WARNING / 4), () => ask());
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
  expect(Number(dialog.dataset.signedInFor));
}
