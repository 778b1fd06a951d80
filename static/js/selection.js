/* Choosing rows of a table: all on the page, then all that match.
 *
 * Inside <form data-selection>: one [data-select-all] check box in the head, a [data-select-row] check box per row,
 * partials/selection_bar.html for the text. Buttons marked [data-needs-selection] are unusable while nothing is chosen.
 */
(() => {
  "use strict";

  const count = (number) => number.toLocaleString("en-US");

  function parts(form) {
    return {
      all: form.querySelector("[data-select-all]"),
      rows: [...form.querySelectorAll("[data-select-row]:not(:disabled)")],
      bar: form.querySelector("[data-selection-bar]"),
      matchingField: form.querySelector("[data-all-matching]"),
      matchingButton: form.querySelector("[data-select-matching]"),
      noneButton: form.querySelector("[data-select-none]"),
      text: form.querySelector("[data-selection-text]"),
    };
  }

  function show(form) {
    const { all, rows, bar, matchingField, matchingButton, noneButton, text } = parts(form);
    const chosen = rows.filter((row) => row.checked).length;
    const whole = rows.length > 0 && chosen === rows.length;
    if (all) {
      all.checked = whole;
      all.indeterminate = chosen > 0 && !whole;
      all.disabled = rows.length === 0;
    }
    if (bar) {
      const matching = Number(bar.dataset.matching);
      if (!whole) matchingField.value = "";
      const everything = matchingField.value === "1";
      const noun = bar.dataset.noun;
      text.textContent = everything
        ? `All ${count(matching)} ${noun} that match are selected`
        : chosen
          ? `${count(chosen)} selected`
          : "None selected";
      matchingButton.hidden = everything || !whole || matching <= rows.length;
      noneButton.hidden = chosen === 0;
    }
    form.querySelectorAll("[data-needs-selection]").forEach((button) => {
      button.setAttribute("aria-disabled", String(chosen === 0));
    });
  }

  function choose(form, checked) {
    parts(form).rows.forEach((row) => (row.checked = checked));
    show(form);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) choose(form, event.target.checked);
    else if (event.target.matches("[data-select-row]")) show(form);
  });

  document.addEventListener("click", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-select-matching]")) {
      parts(form).matchingField.value = "1";
      show(form);
      form.querySelector("[data-select-none]").focus();
    } else if (button.matches("[data-select-none]")) {
      choose(form, false);
      form.querySelector("[data-select-all]")?.focus();
    } else if (button.matches("[data-needs-selection][aria-disabled=true]")) {
      event.preventDefault();
    }
  });

  const start = (root) => root.querySelectorAll("form[data-selection]").forEach(show);
  start(document);
  document.addEventListener("htmx:afterSwap", () => start(document));
  window.addEventListener("pageshow", () => start(document));
})();
