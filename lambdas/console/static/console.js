// Copy buttons and menus. Everything else works without JavaScript; htmx fills in the parts that wait for the log.
const prepare = (root) => {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
  }
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
document.addEventListener("DOMContentLoaded", () => {
  prepare(document);
  // On a narrow screen the tab of this page may be outside.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});
document.addEventListener("htmx:after:swap", () => prepare(document));
// A question or menu that is open closes with Escape, and with a click elsewhere.
const close = (except) => {
  for (const open of document.querySelectorAll("details.ask[open], details.account[open]")) {
    if (!open.contains(except)) open.open = false;
  }
};
document.addEventListener("click", (event) => close(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
