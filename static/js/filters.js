/* The drop-down lists of a list's bar, which are <details data-filter> and work by themselves.
 *
 * Here: Escape closes and returns the focus, a click elsewhere closes, opening puts the cursor into the search field,
 * arrow keys go through the values. Inside [data-filter-find] a field that narrows the values already on the page.
 */
(() => {
  "use strict";

  const lists = () => [...document.querySelectorAll("details[data-filter]")];
  const field = (list) => list.querySelector(".filter-find:not([hidden]) input[type=search]");

  function prepare(root) {
    root.querySelectorAll("[data-filter-find]").forEach((find) => (find.hidden = false));
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const list = event.target;
      if (!list.matches?.("details[data-filter]") || !list.open) return;
      lists().forEach((other) => (other.open = other === list));
      field(list)?.focus();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details[data-filter]");
    lists().forEach((list) => {
      if (list !== inside) list.open = false;
    });
  });

  function move(list, step) {
    const stops = [field(list), ...list.querySelectorAll("li:not([hidden]) > .filter-link")].filter(Boolean);
    const at = stops.indexOf(document.activeElement);
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
  }

  document.addEventListener("keydown", (event) => {
    const list = event.target.closest?.("details[data-filter][open]");
    if (!list) return;
    if (event.key === "Escape") {
      list.open = false;
      list.querySelector("summary").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(list, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.closest("[data-filter-find]")) {
      list.querySelector("li:not([hidden]) > .filter-link")?.click();
    }
  });

  document.addEventListener("input", (event) => {
    const find = event.target.closest?.("[data-filter-find]");
    if (!find) return;
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    find.parentElement.querySelectorAll("li").forEach((item) => {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    });
  });

  prepare(document);
  document.addEventListener("htmx:afterSwap", () => prepare(document));
})();
