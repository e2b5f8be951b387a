// A page about work in the background: what it says is fetched anew until the work is over.

const EVERY = 1000;

async function reload() {
  const response = await fetch(location.href);
  if (response.status >= 500) return true; // a restart, and over in a moment
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = page.getElementById("task");
  const shown = document.getElementById("task");
  if (!now?.hasAttribute("data-reload-until-over")) {
    location.reload();
    return false;
  }
  // The live region stays, so that what changes in it is read out.
  const from = now.querySelector("[role=status]");
  const to = shown.querySelector("[role=status]");
  if (from.innerHTML !== to.innerHTML) to.replaceChildren(...from.childNodes);
  return true;
}

if (document.querySelector("[data-reload-until-over]")) {
  const again = () =>
    setTimeout(async () => {
      if (await reload().catch(() => true)) again();
    }, EVERY);
  again();
}
