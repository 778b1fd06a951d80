/* Choosing rows of a table: one, a range with Shift, all on the page, then all that match; and what they come to.
 *
 * Inside <form data-selection>: one [data-select-all] check box in the head, a [data-select-row] check box per row with
 * data-amount and data-currency where it has an amount, partials/selection_bar.html for the text. That bar holds how 1
 * and -1 are written in each currency ([data-sample], [data-sample-below]), and the sums of all that match
 * ([data-whole-total]). Buttons marked [data-needs-selection] are unusable while nothing is chosen.
 */
(() => {
  "use strict";

  const marks = document.documentElement.dataset;
  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, marks.group ?? ",");
  const count = (number) => grouped(String(number));
  let last = null; // the row chosen last, from which Shift makes a range
  let range = false; // whether the click that changes a box now was made with Shift

  function parts(form) {
    return {
      all: form.querySelector("[data-select-all]"),
      rows: [...form.querySelectorAll("[data-select-row]:not(:disabled)")],
      bar: form.querySelector("[data-selection-bar]"),
      matchingField: form.querySelector("[data-all-matching]"),
      matchingButton: form.querySelector("[data-select-matching]"),
      noneButton: form.querySelector("[data-select-none]"),
      text: form.querySelector("[data-selection-text]"),
      total: form.querySelector("[data-selection-total]"),
    };
  }

  /* An amount as the page writes amounts: as the 1 that the server wrote, with other digits. */

  function money(bar, cents, currency) {
    const kind = cents < 0 ? "sampleBelow" : "sample";
    const samples = [...bar.querySelectorAll("[data-sample], [data-sample-below]")];
    const sample = samples.find((each) => each.dataset[kind] === currency)?.textContent.trim() ?? `1.00 ${currency}`;
    const [, decimals = ""] = sample.match(/1[.,](0+)/) ?? [];
    const digits = String(Math.abs(cents)).padStart(3, "0");
    const whole = grouped(digits.slice(0, -2));
    const part = (digits.slice(-2) + "0").slice(0, decimals.length);
    return sample.replace(/1([.,]0+)?/, decimals ? `${whole}${marks.decimal ?? "."}${part}` : whole);
  }

  function sums(bar, rows) {
    const byCurrency = new Map();
    for (const row of rows) {
      if (row.dataset.amount === undefined) continue;
      const { amount, currency } = row.dataset;
      byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + Math.round(Number(amount) * 100));
    }
    return [...byCurrency].map(([currency, cents]) => money(bar, cents, currency));
  }

  function cameTo(bar, rows, everything) {
    if (!everything) return sums(bar, rows);
    return [...bar.querySelectorAll("[data-whole-total]")].map((each) => each.textContent.trim());
  }

  function show(form) {
    const { all, rows, bar, matchingField, matchingButton, noneButton, text, total } = parts(form);
    const ticked = rows.filter((row) => row.checked);
    const chosen = ticked.length;
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
      const amounts = chosen ? cameTo(bar, ticked, everything) : [];
      if (total) total.textContent = amounts.length ? ` · ${amounts.join(" + ")}` : "";
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
    else if (event.target.matches("[data-select-row]")) {
      reach(form, event.target);
      show(form);
    }
  });

  /* With Shift, all rows from the one chosen last to this one become as this one. */

  function reach(form, row) {
    const { rows } = parts(form);
    const [from, to] = [rows.indexOf(last), rows.indexOf(row)].sort((one, other) => one - other);
    if (range && from >= 0) rows.slice(from, to + 1).forEach((each) => (each.checked = row.checked));
    last = row;
    range = false;
  }

  document.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest("form[data-selection] .select-target")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.closest(".select-target")) range = event.shiftKey || (range && event.detail === 0);
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
