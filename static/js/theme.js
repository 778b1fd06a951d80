/* Sets Bootstrap's light or dark theme: what the person chose in this browser, else what the system prefers.
 * Loaded in the head so that no page flashes. The choice is a group of buttons [data-theme-choice="light|dark|auto"];
 * it is kept under the name that the staff admin uses, so that both agree.
 */
(() => {
  "use strict";

  const KEY = "theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  function chosen() {
    try {
      const kept = window.localStorage.getItem(KEY);
      return kept === "light" || kept === "dark" ? kept : "auto";
    } catch {
      return "auto"; // storage is closed to us: the system decides
    }
  }

  function apply() {
    const choice = chosen();
    const isDark = choice === "auto" ? dark.matches : choice === "dark";
    root.setAttribute("data-bs-theme", isDark ? "dark" : "light");
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try {
      if (button.dataset.themeChoice === "auto") window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch {
      return;
    }
    apply();
  });
  // Paper is light.
  window.addEventListener("beforeprint", () => root.setAttribute("data-bs-theme", "light"));
  window.addEventListener("afterprint", apply);
})();
