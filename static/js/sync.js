/* Ticking all lists of a group at once. Inside [data-group]: one [data-group-all], shown only where this script runs. */
(() => {
  "use strict";

  const lists = (group) => [...group.querySelectorAll("input[name=lists]")];

  function show(group) {
    const all = group.querySelector("[data-group-all]");
    const chosen = lists(group).filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = chosen > 0 && chosen === lists(group).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  document.addEventListener("change", (event) => {
    const group = event.target.closest("[data-group]");
    if (!group) return;
    if (event.target.matches("[data-group-all]")) lists(group).forEach((box) => (box.checked = event.target.checked));
    show(group);
  });

  const start = () => document.querySelectorAll("[data-group]").forEach(show);
  start();
  document.addEventListener("htmx:afterSettle", start);
  window.addEventListener("pageshow", start);
})();
