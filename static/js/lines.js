/* Lines of a schedule of values: <form data-lines> with [data-line] field sets, a [data-line-template], a [data-total].
 *
 * Adds and removes lines and computes amounts while typing, exactly and rounded as the server does. Without a script the
 * button adds a line through the server and a check box removes one; the server computes every amount again in any case.
 */
(() => {
  "use strict";

  const PLACES = 10; // of a quantity (4) times a price (6)

  /* The digits of a number as a whole number with `places` decimals; null where nothing is typed, and undefined for a
   * text that only the server reads. What is read here is read so there: 1,234.56 · $5 · (250.00) · 250- · USD 5. */
  function scaled(text, places, currency) {
    let rest = text.replace(/[\u2010-\u2015\u2212\ufe63\uff0d]/g, "-").trim();
    if (!rest) return null;
    if (/\d\s+\d/.test(rest)) return undefined;
    rest = rest.replace(/\s+/g, "");
    const signs = [/^\((.*)\)$/, /^-(.*)$/, /^(.*)-$/];
    const code = currency ? `|${currency}` : "";
    const money = [new RegExp(`^(?:\\$${code})(.*)$`, "i"), new RegExp(`^(.*?)(?:\\$${code})$`, "i")];
    const found = { bracket: 0, minus: 0, money: 0 };
    for (let taken = true; taken; ) {
      taken = false;
      for (const pattern of [...signs, ...money]) {
        const match = pattern.exec(rest);
        if (!match) continue;
        found[pattern === signs[0] ? "bracket" : signs.includes(pattern) ? "minus" : "money"] += 1;
        rest = match[1];
        taken = true;
        break;
      }
    }
    const digits = /^(\d+|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.(\d*))?$/.exec(rest);
    if (!digits || !(digits[1] || digits[2]) || Math.max(...Object.values(found)) > 1) return undefined;
    const part = digits[2] || "";
    if (part.length > places) return undefined;
    const size = BigInt((digits[1] || "").replaceAll(",", "") + part.padEnd(places, "0"));
    return found.bracket || found.minus ? -size : size;
  }

  /* Cents, half away from zero. */
  function cents(product) {
    const unit = 10n ** BigInt(PLACES - 2);
    const size = product < 0n ? -product : product;
    const rounded = (size + unit / 2n) / unit;
    return product < 0n ? -rounded : rounded;
  }

  function written(amount) {
    const size = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
    const whole = size.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${amount < 0n ? "\u2212" : ""}${whole}.${size.slice(-2)}`;
  }

  const lines = (form) => [...form.querySelectorAll("[data-line-list] > [data-line]")];
  const isRemoved = (line) => line.querySelector("[data-delete]").checked;

  /* A total without a line whose number cannot be read here would be a wrong one: none is shown then. */
  function compute(form) {
    const currency = /^[A-Za-z]{3}$/.exec(form.querySelector("[data-currency]").textContent.trim())?.[0] ?? "";
    let total = 0n;
    let isWhole = true;
    let number = 0;
    for (const line of lines(form)) {
      const quantity = scaled(line.querySelector("[data-quantity]").value, 4, "");
      const price = scaled(line.querySelector("[data-price]").value, 6, currency);
      const isRead = typeof quantity === "bigint" && typeof price === "bigint";
      const amount = isRead ? cents(quantity * price) : null;
      line.querySelector("[data-amount]").textContent = amount === null ? "\u2014" : written(amount);
      if (isRemoved(line)) continue;
      number += 1;
      line.querySelector("[data-line-number]").textContent = String(number);
      total += amount ?? 0n;
      isWhole &&= quantity !== undefined && price !== undefined;
    }
    form.querySelector("[data-total]").textContent = isWhole ? written(total) : "\u2014";
  }

  function addButton(line) {
    const place = line.querySelector("[data-line-remove]");
    place.querySelector("[data-without-script]").hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-outline-secondary";
    button.dataset.removeLine = "";
    button.textContent = "Remove";
    const hint = document.createElement("span");
    hint.className = "visually-hidden";
    hint.textContent = " this line";
    button.append(hint);
    place.append(button);
    line.hidden = isRemoved(line);
  }

  function add(form) {
    const count = form.querySelector("[name$=-TOTAL_FORMS]");
    const index = Number(count.value);
    const markup = form
      .querySelector("[data-line-template]")
      .innerHTML.replaceAll("__prefix__", String(index))
      .replaceAll("__number__", String(index + 1));
    const list = form.querySelector("[data-line-list]");
    list.insertAdjacentHTML("beforeend", markup);
    count.value = String(index + 1);
    const line = list.lastElementChild;
    addButton(line);
    document.dispatchEvent(new CustomEvent("pickers:start", { detail: line }));
    compute(form);
    form.dispatchEvent(new Event("change", { bubbles: true }));
    line.querySelector("input:not([type=hidden])").focus();
  }

  function remove(form, line) {
    const shown = lines(form).filter((each) => !each.hidden);
    const next = shown[shown.indexOf(line) + 1] || shown[shown.indexOf(line) - 1];
    line.querySelector("[data-delete]").checked = true;
    line.hidden = true;
    compute(form);
    form.dispatchEvent(new Event("change", { bubbles: true }));
    (next?.querySelector("[data-remove-line]") || form.querySelector("[data-add-line]")).focus();
  }

  function start(form) {
    lines(form).forEach(addButton);
    compute(form);
    form.addEventListener("input", (event) => {
      if (event.target.matches("[data-quantity], [data-price]")) compute(form);
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.hasAttribute("data-add-line")) {
        event.preventDefault();
        add(form);
      } else if (button.hasAttribute("data-remove-line")) {
        remove(form, button.closest("[data-line]"));
      }
    });
    const currency = document.getElementById("id_currency");
    currency?.addEventListener("input", () => {
      form.querySelector("[data-currency]").textContent = currency.value.toUpperCase();
      compute(form);
    });
  }

  document.querySelectorAll("form[data-lines]").forEach(start);
})();
