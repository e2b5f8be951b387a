// A button that prints the page; without JavaScript the browser's own menu does.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The date on paper is that of printing, not of opening the page.
addEventListener("beforeprint", () => {
  const now = new Date();
  const at = { timeZone: "Europe/London" };
  const day = now.toLocaleDateString("en-GB", { ...at, day: "numeric", month: "long", year: "numeric" });
  const time = now.toLocaleTimeString("en-GB", { ...at, hour: "2-digit", minute: "2-digit" });
  for (const place of document.querySelectorAll("[data-now]")) place.textContent = `${day}, ${time}`;
});
