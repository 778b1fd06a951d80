/* The lines of a document without a page: cells as texts, exact amounts, undo and redo.
 *
 * window.LineModel. A row is {id, key, isFixed, cells, reads, amount}; `cells` is never changed but replaced, so that a
 * step of the history is a list of what the rows held. `reads` holds what the server says of a cell.
 */
(() => {
  "use strict";

  const MOST_STEPS = 200;
  const PLACES = { quantity: 4, unit_price: 6, amount: 2, retainage_percent: 2 };

  class LineModel {
    constructor(columns, { fixed = [], most = 1000 } = {}) {
      this.columns = columns;
      this.defaults = Object.fromEntries(columns.filter((each) => each.default).map((each) => [each.name, each.default]));
      this.fixed = new Set(fixed);
      this.most = most;
      this.currency = "";
      this.rows = [];
      this.past = [];
      this.future = [];
      this.count = 0;
    }

    load(lines) {
      this.rows = lines.map(({ line = null, ...cells }) => this.row(cells, line));
      this.past = [];
      this.future = [];
      this.endWithBlank();
    }

    row(cells = { ...this.defaults }, key = null) {
      const row = { id: this.count, key, isFixed: this.fixed.has(key), cells, reads: {}, amount: null };
      this.count += 1;
      this.compute(row);
      return row;
    }

    isBlank(row) {
      if (row.seen !== row.cells) {
        row.seen = row.cells;
        row.blank = row.key === null && Object.entries(row.cells).every(([name, text]) => !text.trim() || text === this.defaults[name]);
      }
      return row.blank;
    }

    get filled() {
      return this.rows.filter((row) => !this.isBlank(row));
    }

    /* There is always an empty line at the end to type into. It is no line until something stands in it. */
    endWithBlank() {
      const last = this.rows.at(-1);
      if (last && this.isBlank(last)) return null;
      if (this.rows.length > this.most) return null;
      const row = this.row();
      this.rows.push(row);
      return row;
    }

    /* In cents; null where nothing is typed, undefined where only the server can read it. */
    compute(row) {
      const { quantity = "", unit_price: price = "", amount = "" } = row.cells;
      if (amount.trim()) row.amount = window.exact.read(amount, PLACES.amount, this.currency);
      else {
        const count = quantity.trim() ? window.exact.read(quantity, PLACES.quantity) : 10n ** BigInt(PLACES.quantity);
        const each = window.exact.read(price, PLACES.unit_price, this.currency);
        const isRead = typeof count === "bigint" && typeof each === "bigint";
        if (isRead) row.amount = window.exact.divided(count * each, 10n ** BigInt(PLACES.quantity + PLACES.unit_price - 2));
        else row.amount = each === null && count !== undefined ? null : undefined;
      }
      return row.amount;
    }

    /* A typed amount makes the unit price, where one of six decimals gives it exactly. */
    priceFor(row) {
      const amount = window.exact.read(row.cells.amount || "", PLACES.amount, this.currency);
      const typed = row.cells.quantity?.trim();
      const count = typed ? window.exact.read(typed, PLACES.quantity) : 10n ** BigInt(PLACES.quantity);
      if (typeof amount !== "bigint" || typeof count !== "bigint" || count <= 0n) return null;
      const price = window.exact.divided(amount * 10n ** BigInt(PLACES.quantity + PLACES.unit_price - 2), count);
      const back = window.exact.divided(count * price, 10n ** BigInt(PLACES.quantity + PLACES.unit_price - 2));
      return back === amount ? window.exact.written(price, PLACES.unit_price, 2) : null;
    }

    /* The unit price in place of a typed amount, where there is one. */
    putPrice(row) {
      const price = this.priceFor(row);
      if (price === null) return;
      row.cells = { ...row.cells, unit_price: price };
      delete row.cells.amount;
      delete row.reads.unit_price;
      this.compute(row);
    }

    /* A number as it is shown once it is typed; the text itself where it is none that is read here. */
    shown(name, text) {
      const places = PLACES[name];
      if (places === undefined) return text;
      const value = window.exact.read(text, places, name === "unit_price" || name === "amount" ? this.currency : "");
      if (typeof value !== "bigint") return text;
      return window.exact.written(value, places, name === "unit_price" || name === "amount" ? 2 : 0);
    }

    isRead(name, text) {
      if (!text.trim()) return true;
      const places = PLACES[name];
      if (places === undefined) return false;
      const value = window.exact.read(text, places, name === "unit_price" || name === "amount" ? this.currency : "");
      if (typeof value !== "bigint") return false;
      if (name === "quantity") return value > 0n;
      return name !== "retainage_percent" || value === 0n || (value >= 100n && value <= 10000n);
    }

    set(row, name, text) {
      const cells = { ...row.cells, [name]: text };
      if (name === "amount") cells.unit_price = "";
      if (name === "unit_price" || name === "quantity") delete cells.amount;
      row.cells = cells;
      delete row.reads[name];
      this.compute(row);
    }

    get total() {
      let total = 0n;
      for (const row of this.rows) {
        if (this.isBlank(row)) continue;
        if (row.amount === undefined) return null; // a total without it would be a wrong one
        total += row.amount ?? 0n;
      }
      return total;
    }

    asJson() {
      const lines = this.filled.map((row) => {
        const cells = Object.fromEntries(Object.entries(row.cells).filter(([, text]) => text.trim()));
        return row.key === null ? cells : { line: row.key, ...cells };
      });
      return JSON.stringify(lines);
    }

    // Steps.

    snapshot() {
      return this.rows.map(({ id, key, cells, reads }) => ({ id, key, cells, reads: { ...reads } }));
    }

    remember() {
      this.past.push(this.snapshot());
      if (this.past.length > MOST_STEPS) this.past.shift();
      this.future = [];
    }

    step(from, to) {
      const before = from.pop();
      if (!before) return false;
      to.push(this.snapshot());
      const known = new Map(this.rows.map((row) => [row.id, row]));
      this.rows = before.map(({ id, key, cells, reads }) => {
        const row = known.get(id) ?? { id, key, isFixed: this.fixed.has(key) };
        Object.assign(row, { cells, reads });
        this.compute(row);
        return row;
      });
      this.endWithBlank();
      return true;
    }

    undo() {
      return this.step(this.past, this.future);
    }

    redo() {
      return this.step(this.future, this.past);
    }

    // Order.

    /* Lines that are in Intacct keep their place, and none is put before them. */
    firstFree() {
      let place = 0;
      this.rows.forEach((row, at) => {
        if (row.isFixed) place = at + 1;
      });
      return place;
    }

    insert(at, rows = [this.row()]) {
      const place = Math.max(at, this.firstFree());
      this.rows.splice(place, 0, ...rows);
      return place;
    }

    canMove(at, by) {
      const to = at + by;
      if (this.rows[at]?.isFixed || this.isBlank(this.rows[at])) return false;
      return to >= this.firstFree() && to < this.rows.length && !this.isBlank(this.rows[to]);
    }

    move(at, by) {
      const [row] = this.rows.splice(at, 1);
      this.rows.splice(at + by, 0, row);
    }

    remove(at) {
      this.rows.splice(at, 1);
      this.endWithBlank();
    }
  }

  window.LineModel = LineModel;
})();
