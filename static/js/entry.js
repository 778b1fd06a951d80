/* The head and the bar of an entry page: <form data-entry>, its fields, the totals, the keys that save.
 *
 * [data-reads] fields are read by the server when they are left, and asked about where they are in doubt; [data-day] gets
 * the browser's calendar; [data-proposals] holds the next number by kind. [data-sums] holds what a change adds to.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const head = form.querySelector("[data-entry-head]");
  const find = (name) => form.querySelector(`[data-${name}]`);

  // Fields.

  const boxOf = (field) => field.closest("[data-field]") ?? field.parentElement;

  function say(field, answer) {
    const box = boxOf(field);
    box.querySelector("[data-said]")?.remove();
    for (const refused of box.querySelectorAll(".invalid-feedback")) refused.hidden = true;
    const isWrong = Boolean(answer.fault);
    field.classList.toggle("is-invalid", isWrong);
    if (isWrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    const name = box.querySelector("[data-code-name]");
    if (name) {
      name.textContent = answer.caution || answer.label || "";
      name.classList.toggle("code-caution", Boolean(answer.caution));
    }
    if (!isWrong && !(answer.choices || []).length) return;
    const text = document.createElement("p");
    text.dataset.said = "";
    text.className = isWrong ? "field-fault" : "field-caution";
    text.id = `said_${field.id}`;
    text.setAttribute("role", "status");
    text.append(answer.fault || "");
    for (const [written, shown] of answer.choices || []) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline-secondary";
      button.textContent = `Use ${shown}`;
      button.addEventListener("click", () => {
        field.value = written;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        field.focus();
      });
      text.append(" ", button);
    }
    box.append(text);
  }

  async function read(field) {
    const text = field.value;
    if (!text.trim()) return say(field, {});
    const answer = await window.reading.ask({ fields: { [field.name]: text } });
    const found = answer?.fields[field.name];
    if (!found || field.value !== text) return undefined;
    if (found.text && !found.fault && !found.caution && found.text !== text) {
      field.value = found.text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return say(field, found);
  }

  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-reads]") && !event.target.closest("[data-grid]")) read(event.target);
    if (event.target.name === "kind") propose(event.target.value);
  });
  for (const field of form.querySelectorAll("[data-reads][aria-invalid=true]")) read(field);

  function day(field) {
    if (field.disabled) return;
    const picker = document.createElement("input");
    picker.type = "date";
    picker.tabIndex = -1;
    picker.className = "day-picker";
    picker.setAttribute("aria-hidden", "true");
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1; // Alt+Down opens it too: no further stop between two fields
    button.className = "day-button";
    button.setAttribute("aria-label", `Choose ${form.querySelector(`label[for="${field.id}"]`)?.firstChild.textContent.trim() ?? "a day"} in a calendar`);
    const box = document.createElement("span");
    box.className = "day-box";
    field.replaceWith(box);
    box.append(field, button, picker);
    const open = () => picker.showPicker();
    button.addEventListener("click", open);
    field.addEventListener("keydown", (event) => {
      if (event.altKey && event.key === "ArrowDown") {
        event.preventDefault();
        open();
      }
    });
    picker.addEventListener("change", () => {
      if (!picker.value) return;
      const [year, month, date] = picker.value.split("-");
      const orders = { mdy: `${month}/${date}/${year}`, dmy: `${date}/${month}/${year}` };
      field.value = orders[document.documentElement.dataset.dateOrder] ?? picker.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.focus();
    });
  }
  form.querySelectorAll("[data-day]").forEach(day);

  function propose(kind) {
    const field = form.querySelector("[data-proposals]");
    if (!field) return;
    const proposals = JSON.parse(field.dataset.proposals);
    if (field.value && !Object.values(proposals).includes(field.value)) return; // one's own number stays
    field.value = proposals[kind] ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Keys. Enter goes on to the next field, as in the lines; Ctrl+S saves.

  head?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.target instanceof HTMLInputElement) && !(event.target instanceof HTMLSelectElement)) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input, select, textarea")].filter(
      (each) => !each.disabled && each.type !== "hidden" && each.tabIndex >= 0 && each.offsetParent,
    );
    const next = fields[fields.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    next?.focus();
    if (next instanceof HTMLInputElement) next.select();
  });
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });

  // The bar.

  const agreed = form.elements.namedItem("control_total");
  const sums = find("sums");
  let last = null;

  const currencyNow = () => form.elements.namedItem("currency")?.value.trim().toUpperCase() || find("grid-currency")?.dataset.gridCurrency || "";
  const money = (cents) => window.exact.money(cents, currencyNow());
  const cents = (text) => BigInt(text.replace(".", ""));
  const put = (name, text, root = form) => {
    const place = root.querySelector(`[data-${name}]`);
    if (place && place.textContent !== text) place.textContent = text;
  };

  function total() {
    if (!last) return;
    const isKnown = last.total !== null;
    put("total", isKnown ? money(last.total) : "—");
    put("line-count", `${last.lines.toLocaleString("en-US")} ${last.lines === 1 ? "line" : "lines"}`);
    const wanted = agreed ? window.exact.read(agreed.value, 2, currencyNow()) : null;
    const difference = find("difference");
    difference.hidden = typeof wanted !== "bigint" || !isKnown;
    if (!difference.hidden) {
      const left = last.total - wanted;
      difference.classList.toggle("is-equal", left === 0n);
      put("difference", left === 0n ? "equals the agreed total" : `${money(left)} from the agreed total`);
    }
    if (sums && isKnown) {
      put("this-change", money(last.total));
      const revised = cents(sums.dataset.original) + cents(sums.dataset.changes) + last.total;
      put("revised", money(revised));
      sums.querySelector("[data-below-zero]").hidden = revised >= 0n;
    }
    if (sums) byLine();
  }

  /* What each line that is changed comes to. */
  function byLine() {
    const place = sums.querySelector("[data-by-line]");
    const lines = JSON.parse(form.querySelector("[data-grid]").dataset.changeable || "[]");
    const known = new Map(lines.map((line) => [line.number, line]));
    const changed = new Map();
    for (const row of last.rows) {
      const line = known.get(row.cells.changes_line?.trim());
      if (line && typeof row.amount === "bigint") changed.set(line, (changed.get(line) ?? 0n) + row.amount);
    }
    const texts = [...changed].map(([line, change]) => {
      const now = cents(line.amount) + cents(line.changed);
      const item = document.createElement("li");
      const sum = `${money(now)} + ${money(change)} = ${money(now + change)}`;
      item.textContent = `Line ${line.number} ${line.description}: ${sum}`;
      return item;
    });
    place.replaceChildren(...texts);
    place.hidden = !texts.length;
  }

  function faults() {
    const { faults: wrong, cautions, label } = last;
    const place = find("faults");
    const texts = [];
    if (wrong.length) texts.push(`${wrong.length} ${wrong.length === 1 ? "cell" : "cells"} to correct`);
    const byName = new Map();
    for (const [, name] of cautions) byName.set(name, (byName.get(name) ?? 0) + 1);
    for (const [name, count] of byName) {
      const noun = label(name).toLowerCase();
      const article = /^[aeiou]/.test(noun) ? "an" : "a";
      texts.push(`${count} ${count === 1 ? "cell needs" : "cells need"} ${article} ${noun} that Intacct has`);
    }
    place.hidden = !texts.length;
    place.classList.toggle("is-wrong", wrong.length > 0);
    put("faults-text", texts.join(" · "));
  }

  let at = -1;
  find("next-fault")?.addEventListener("click", () => {
    const all = [...last.faults, ...last.cautions];
    const order = new Map(last.rows.map((row, place) => [row, place]));
    all.sort(([one], [other]) => order.get(one) - order.get(other));
    if (!all.length) return;
    at = (at + 1) % all.length;
    window.grid.go(...all[at]);
  });

  form.addEventListener("grid:changed", (event) => {
    last = event.detail;
    total();
    faults();
  });
  form.addEventListener("grid:said", (event) => put("said-last", event.detail));
  form.addEventListener("input", (event) => {
    if (event.target === agreed || event.target.name === "currency") total();
  });

  // Two versions: one side's text put into the form.

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take]");
    if (!button) return;
    const { field, line, text } = JSON.parse(button.dataset.take);
    if (line >= 0) window.grid.take(line, field, text);
    else {
      const input = form.elements.namedItem(field);
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const row = button.closest("tr");
    for (const each of row.querySelectorAll("[data-take]")) each.setAttribute("aria-pressed", String(each === button));
  });

  // A new document begins with what it is; a refused one with what is wrong (forms.js).

  if (form.hasAttribute("data-begin") && !document.querySelector("[data-error-summary]")) {
    const first = head.querySelector("input:not([type=hidden]):not(:disabled)");
    first?.focus();
    first?.select();
  }
  window.codes.prepare(document);
})();
