/* The search of every page: <dialog id="palette"> with a field that htmx searches with, and results in #palette-results.
 *
 * Ctrl-K (⌘K) or a button [data-open="palette"] opens it; arrows walk through the results [data-hit], Enter opens one of
 * what is typed by then, never of what was typed before.
 * Without a script the button is a link to the page of the search.
 */
(() => {
  "use strict";

  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const field = document.getElementById("palette-words");
  const results = document.getElementById("palette-results");
  const live = document.getElementById("live");
  const hits = () => [...results.querySelectorAll("[data-hit]")];
  let at = -1;
  let answered = null; // the words that the results on the screen are of
  let isWaiting = false; // Enter was pressed before the results of what is typed were there

  function mark(position) {
    const all = hits();
    at = all.length ? (position + all.length) % all.length : -1;
    all.forEach((hit, index) => hit.setAttribute("aria-selected", String(index === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }
  }

  const isAnswered = () => answered === field.value;
  const follow = () => hits()[Math.max(at, 0)]?.click();

  function dress(event) {
    answered = String(event.detail.requestConfig?.parameters?.q ?? "");
    for (const list of results.querySelectorAll("ul, li, h2")) list.setAttribute("role", "presentation");
    for (const section of results.querySelectorAll("section")) section.setAttribute("role", "group");
    hits().forEach((hit, index) => {
      hit.id = `hit-${index}`;
      hit.setAttribute("role", "option");
      hit.tabIndex = -1;
    });
    // A list box without an option would be a broken promise to a screen reader.
    if (hits().length) results.setAttribute("role", "listbox");
    else results.removeAttribute("role");
    if (hits().length) results.setAttribute("aria-label", "Results");
    else results.removeAttribute("aria-label");
    field.setAttribute("aria-expanded", String(hits().length > 0));
    mark(field.value.trim() ? 0 : -1);
    if (live && field.value.trim()) live.textContent = `${hits().length} found`;
    if (isWaiting && isAnswered()) {
      isWaiting = false;
      follow();
    }
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    field.select();
    field.dispatchEvent(new Event("opened"));
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('[data-open="palette"]')) return;
    event.preventDefault();
    open();
  });
  results.addEventListener("htmx:afterSwap", dress);
  field.addEventListener("input", () => (isWaiting = false));
  dialog.addEventListener("close", () => (isWaiting = false));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isAnswered()) follow();
      else isWaiting = true;
    }
  });
})();
