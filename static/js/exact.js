/* Exact numbers: read and written with the marks of <html data-decimal="." data-group=",">, computed without floats.
 *
 * window.exact. [data-money] says how the company writes money. A number is a whole one (BigInt) with so many places; what only the server reads is undefined here.
 */
(() => {
  "use strict";

  const { decimal = ".", group = "," } = document.documentElement.dataset;
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const groups = /\s/.test(group) ? "[ \\u00a0\\u202f]" : group === "\u2019" ? "['\u2019]" : escaped(group);
  const DIGITS = new RegExp(`^(\\d+|[1-9]\\d{0,2}(?:${groups}\\d{3})+)?(?:${escaped(decimal)}(\\d*))?$`);

  /* null where nothing is typed. What is read here is read so by the server: 1,234.56 · $5 · (250.00) · 250- · USD 5. */
  function read(text, places, currency = "") {
    let rest = text.replace(/[\u2010-\u2015\u2212\ufe63\uff0d]/g, "-").trim();
    if (!rest) return null;
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
        rest = match[1].trim();
        taken = true;
        break;
      }
    }
    const digits = DIGITS.exec(rest);
    if (!digits || !(digits[1] || digits[2]) || Math.max(...Object.values(found)) > 1) return undefined;
    if (found.money && !/^(USD|CAD|AUD|NZD|)$/.test(currency)) return undefined; // whose dollar it is, the server says
    const part = digits[2] || "";
    if (part.length > places) return undefined;
    const size = BigInt((digits[1] || "").replace(/\D/g, "") + part.padEnd(places, "0"));
    return found.bracket || found.minus ? -size : size;
  }

  /* Half away from zero. */
  function divided(size, by) {
    const isBelow = size < 0n !== by < 0n;
    const [whole, unit] = [size < 0n ? -size : size, by < 0n ? -by : by];
    const rounded = (whole + unit / 2n) / unit;
    return isBelow ? -rounded : rounded;
  }

  /* With at least so many decimals; zeros beyond them say nothing. */
  function written(value, places, least) {
    const size = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
    const whole = size.slice(0, size.length - places).replace(/\B(?=(\d{3})+$)/g, group);
    let part = size.slice(size.length - places);
    while (part.length > least && part.endsWith("0")) part = part.slice(0, -1);
    return `${value < 0n ? "-" : ""}${whole}${part ? decimal + part : ""}`;
  }

  const { own = "", sign = "", units = {} } = JSON.parse(document.querySelector("[data-money]")?.dataset.money || "{}");

  /* An amount in cents as pages show it: the company's own currency by its sign, any other by its code. */
  function money(cents, currency = "") {
    const isOwn = Boolean(currency) && currency === own;
    const size = written(cents < 0n ? -cents : cents, 2, Math.min(2, units[currency] ?? 2));
    const shown = `${isOwn ? sign : ""}${size}`;
    return `${cents < 0n ? `(${shown})` : shown}${isOwn || !currency ? "" : ` ${currency}`}`;
  }

  window.exact = { read, divided, written, money };
})();
