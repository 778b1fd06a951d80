/* Narrow a long list while typing: data-narrow="#list" round a search field; each item's words are in [data-narrow-by].
 * Without a script the whole list is there and scrolls.
 */
(() => {
  "use strict";

  function narrow(box, field) {
    const list = document.querySelector(box.dataset.narrow);
    const wanted = field.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const words of list.querySelectorAll("[data-narrow-by]")) {
      const matches = words.textContent.toLocaleLowerCase().includes(wanted);
      words.closest("li").hidden = !matches;
      if (matches) shown += 1;
    }
    list.querySelector("[data-narrow-none]").hidden = shown > 0;
    const live = document.getElementById("live");
    if (live) live.textContent = wanted ? `${shown} found` : "";
  }

  for (const box of document.querySelectorAll("[data-narrow]")) {
    const field = box.querySelector("input");
    field.addEventListener("input", () => narrow(box, field));
    field.addEventListener("keydown", (event) => {
      // Bootstrap's menu takes arrows and Escape; the rest belongs to the field.
      if (event.key === "Enter") {
        event.preventDefault();
        document.querySelector(`${box.dataset.narrow} li:not([hidden]) a`)?.click();
      }
    });
    box.closest(".dropdown")?.addEventListener("shown.bs.dropdown", () => field.focus());
  }
})();
