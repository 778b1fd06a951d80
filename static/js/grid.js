/* Lines as a table of inputs that behaves like a spreadsheet: <div data-grid data-columns="[…]"> around an empty table.
 *
 * Takes and keeps its value in <textarea name="lines_json"> of the form, as a list of {"line": key, column: text}. Sends
 * "grid:changed" with what the bar shows. This is the value and its changes; the parts beside it are grid_table (the
 * page), grid_cells (the cell with the focus), grid_reading (what the server reads), grid_acts (buttons), grid_keys and
 * grid_paste. Each is given this one `grid` and adds to it what the others call.
 */
(() => {
  "use strict";

  const root = document.querySelector("[data-grid]");
  if (!root) return;
  const form = root.closest("form");
  const value = form.elements.namedItem("lines_json");
  const columns = JSON.parse(root.dataset.columns);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const most = Number(root.dataset.most);
  const model = new window.LineModel(columns, { fixed: JSON.parse(root.dataset.fixed || "[]"), most });
  const table = root.querySelector("table");
  const view = window.gridTable({ table, columns, model, take });
  const grid = {
    root,
    form,
    table,
    columns,
    byName,
    model,
    view,
    changeable: JSON.parse(root.dataset.changeable || "[]"),
    copied: JSON.parse(root.dataset.copied || "[]"),
    labelOf: (name) => byName.get(name)?.label ?? name,
    say,
    change,
    show,
    changed,
  };

  function say(text) {
    document.getElementById("live").textContent = text;
    root.dispatchEvent(new CustomEvent("grid:said", { bubbles: true, detail: text }));
  }

  // Changes.

  let writing = 0;
  let telling = 0;
  let isBroken = false; // what came was no list of lines

  function write() {
    clearTimeout(writing);
    writing = 0;
    const text = model.asJson();
    if (isBroken || value.value === text) return;
    value.value = text;
    value.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* The value and the bar follow a moment later, once for all that changed. */
  function changed() {
    clearTimeout(writing);
    writing = setTimeout(write, 250);
    telling ||= setTimeout(tellBar, 30);
  }

  function tellBar() {
    telling = 0;
    const filled = model.filled;
    const faults = [];
    const cautions = [];
    for (const row of filled) {
      for (const name in row.reads) {
        if (row.reads[name].fault) faults.push([row, name]);
        else if (row.reads[name].caution) cautions.push([row, name]);
      }
    }
    const detail = { lines: filled.length, total: model.total, faults, cautions, rows: filled, label: grid.labelOf };
    form.dispatchEvent(new CustomEvent("grid:changed", { detail }));
  }

  /* A step that can be undone. `rows` are those whose cells it changes; without them any may have. */
  function change(act, rows = null) {
    grid.commit();
    model.remember();
    act();
    show(rows);
  }

  function show(rows = null) {
    model.endWithBlank();
    if (view.rebuild()) rows = null;
    const made = view.arrange();
    for (const row of rows ?? model.rows) if (!made.has(row)) view.fill(row);
    changed();
  }

  /* One answer for every cell that holds the same doubtful text. */
  function take(row, name, written) {
    const text = row.cells[name] ?? "";
    const same = text ? model.rows.filter((each) => each.cells[name] === text && each.reads[name]) : [row];
    put(same, name, written);
    view.inputOf(row, name)?.focus();
  }

  function put(rows, name, text) {
    change(() => {
      for (const row of rows) {
        model.set(row, name, text);
        grid.queue(row, name);
      }
    }, rows);
  }
  grid.put = put;

  for (const part of [window.gridCells, window.gridReading, window.gridActs, window.gridKeys, window.gridPaste]) part(grid);

  // From and to the form.

  function load() {
    try {
      model.load(JSON.parse(value.value || "[]"));
      isBroken = false;
    } catch {
      isBroken = true; // and sent as it came, so that nothing is taken for an empty document
      model.load([]);
      say("The lines could not be read. They are kept as they came.");
      return;
    }
    for (const { line, name, text, choices } of JSON.parse(root.dataset.gridFaults || "[]")) {
      if (model.rows[line]) model.rows[line].reads[name] = { fault: text, choices };
    }
    root.dataset.gridFaults = "[]";
    for (const row of model.rows) row.copied = grid.changeable.find((line) => line.number === row.cells.changes_line);
    grid.leave();
    const read = columns.filter((column) => column.reads !== "text" || column.name === "description");
    grid.readAll(read.map((column) => column.name));
    show();
    write();
  }

  form.addEventListener("formdata", (event) => {
    if (!isBroken && writing) event.formData.set("lines_json", model.asJson());
  });
  form.addEventListener("submit", () => {
    grid.commit();
    write();
  });
  form.addEventListener("draft:restored", load);
  value.addEventListener("draft:shown", (event) => {
    const other = new window.LineModel(columns, { most });
    try {
      other.load(JSON.parse(event.detail.value || "[]"));
    } catch {
      return;
    }
    other.currency = model.currency;
    other.rows.forEach((row) => other.compute(row));
    const { total, filled } = other;
    const sum = total === null ? "" : `, ${window.exact.money(total, model.currency)}`;
    event.detail.shown = `${filled.length.toLocaleString("en-US")} ${filled.length === 1 ? "line" : "lines"}${sum}`;
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "project") grid.readAll(["task_id", "cost_type_id"]);
    if (event.target.name === "currency") {
      model.currency = event.target.value.trim().toUpperCase();
      model.rows.forEach((row) => model.compute(row));
      grid.readAll(["unit_price", "amount"]);
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#cell-"]');
    if (!link) return;
    const [, id, name] = /^#cell-(\d+)-(.+)$/.exec(link.getAttribute("href")) || [];
    const row = model.rows.find((each) => String(each.id) === id);
    if (!row) return;
    event.preventDefault();
    if (!view.inputOf(row, name)) {
      view.wanted.add(name);
      show();
    }
    grid.go(model.rows.indexOf(row), name);
  });

  model.currency = root.dataset.gridCurrency || "";
  root.hidden = false;
  load();
  window.grid = {
    go: (row, name) => grid.go(model.rows.indexOf(row), name),
    take(line, name, text) {
      if (!model.rows[line]) return;
      put([model.rows[line]], name, text);
      grid.go(line, name);
    },
  };
})();
