/* Rows that lead somewhere as a whole.
 *
 * <tr data-href="address">: a click anywhere in the row that is not on a link, button, label or field opens the address;
 * with Ctrl, Cmd or the middle button in a tab of its own. The link in the row stays, for keyboard and screen readers.
 * A click that ends the marking of a text opens nothing.
 */
(() => {
  "use strict";

  const OWN = "a, button, input, select, textarea, label, summary, time[data-exact]";

  function address(event) {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.defaultPrevented || event.target.closest(OWN)) return "";
    if (String(window.getSelection())) return "";
    return row.dataset.href;
  }

  document.addEventListener("click", (event) => {
    const target = address(event);
    if (!target) return;
    if (event.ctrlKey || event.metaKey) window.open(target, "_blank", "noopener");
    else if (!event.shiftKey && !event.altKey) window.location.assign(target);
  });

  document.addEventListener("auxclick", (event) => {
    const target = event.button === 1 && address(event);
    if (target) window.open(target, "_blank", "noopener");
  });
})();
