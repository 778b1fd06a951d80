/* Ticking all lists of a group at once. Inside fieldset[data-group]: one [data-group-all], shown only where this script runs. */
(() => {
  "use strict";

  const GROUP = "fieldset[data-group]"; // <html> says with data-group how numbers are written
  const lists = (group) => [...group.querySelectorAll("input[name=lists]")];

  function show(group) {
    const all = group.querySelector("[data-group-all]");
    const chosen = lists(group).filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = chosen > 0 && chosen === lists(group).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  document.addEventListener("change", (event) => {
    const group = event.target.closest(GROUP);
    if (!group) return;
    if (event.target.matches("[data-group-all]")) lists(group).forEach((box) => (box.checked = event.target.checked));
    show(group);
  });

  const start = () => document.querySelectorAll(GROUP).forEach(show);
  start();
  document.addEventListener("htmx:afterSettle", start);
  window.addEventListener("pageshow", start);
})();
