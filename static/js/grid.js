/* Lines as a table of inputs that behaves like a spreadsheet: <div data-grid data-columns="[…]"> around an empty table.
 *
 * Takes and keeps its value in <textarea name="lines_json"> of the form, as a list of {"line": key, column: text}. Sends
 * "grid:changed" with what the bar shows. Keys are listed in templates/erp_admin/grid_keys.html; what a pasted table is
 * becomes of pasted.js, what cells mean of reading.js. The cells have no name: the form sends the one value.
 */
(() => {
  "use strict";

  const root = document.querySelector("[data-grid]");
  if (!root) return;
  const form = root.closest("form");
  const value = form.elements.namedItem("lines_json");
  const columns = JSON.parse(root.dataset.columns);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const changeable = JSON.parse(root.dataset.changeable || "[]");
  const copied = JSON.parse(root.dataset.copied || "[]");
  const model = new window.LineModel(columns, {
    fixed: JSON.parse(root.dataset.fixed || "[]"),
    most: Number(root.dataset.most),
  });
  const table = root.querySelector("table");
  const body = table.tBodies[0];
  const view = window.gridTable({ table, columns, model, take });
  const { wanted, elements, rebuild, arrange, fill, number, inputOf, textOf } = view;
  let current = { row: null, name: "", before: "", isTyped: false, mode: "select" };
  let range = null; // {name, from, to}: places of rows

  const say = (text) => {
    document.getElementById("live").textContent = text;
    root.dispatchEvent(new CustomEvent("grid:said", { bubbles: true, detail: text }));
  };
  /* One answer for every cell that holds the same doubtful text. */
  function take(row, name, written) {
    const text = row.cells[name] ?? "";
    const same = text ? model.rows.filter((each) => each.cells[name] === text && each.reads[name]) : [row];
    change(() => same.forEach((each) => model.set(each, name, written)), []);
    same.forEach((each) => queue(each, name));
    show(same);
    inputOf(row, name)?.focus();
  }

  // Changes.

  let writing = 0;
  let isBroken = false; // what came was no list of lines

  function write() {
    clearTimeout(writing);
    writing = 0;
    const text = model.asJson();
    if (isBroken || value.value === text) return;
    value.value = text;
    value.dispatchEvent(new Event("input", { bubbles: true }));
  }

  let telling = 0;

  /* The bar follows a moment later, once for all that changed in it. */
  function changed() {
    clearTimeout(writing);
    writing = setTimeout(write, 150);
    telling ||= setTimeout(tellBar, 30);
  }

  function tellBar() {
    telling = 0;
    const filled = model.filled;
    const faults = [];
    const cautions = [];
    for (const row of filled) {
      for (const [name, read] of Object.entries(row.reads)) {
        if (read.fault) faults.push([row, name]);
        else if (read.caution) cautions.push([row, name]);
      }
    }
    const detail = { lines: filled.length, total: model.total, faults, cautions, rows: filled, label: labelOf };
    form.dispatchEvent(new CustomEvent("grid:changed", { detail }));
  }

  const labelOf = (name) => byName.get(name)?.label ?? name;

  /* A step that can be undone. `rows` are those whose cells it changes; without them any may have. */
  function change(act, rows = null) {
    commit();
    model.remember();
    act();
    show(rows);
  }

  function show(rows = null) {
    model.endWithBlank();
    if (rebuild()) rows = null;
    arrange();
    for (const row of rows ?? model.rows) fill(row);
    changed();
  }

  // What the server reads.

  const asked = new Map(); // row -> names
  let asking = 0;

  function queue(row, name) {
    const text = row.cells[name] ?? "";
    if (!text.trim()) delete row.reads[name];
    else if (model.isRead(name, text)) {
      delete row.reads[name];
      row.cells = { ...row.cells, [name]: model.shown(name, text) };
    } else if (byName.get(name).reads === "text" && !/^[=#]/.test(text.trim()) && text.length <= byName.get(name).longest) {
      delete row.reads[name];
    } else {
      if (!asked.has(row)) asked.set(row, new Set());
      asked.get(row).add(name);
    }
    if (name === "project" && row.cells.task_id) queue(row, "task_id");
    if (name === "task_id" && row.cells.cost_type_id) queue(row, "cost_type_id");
    if (name === "changes_line") copyFrom(row);
    if (asked.size && !asking) asking = setTimeout(ask, 60);
  }

  async function ask() {
    const rows = [...asked.keys()];
    const questions = rows.map((row) => {
      const names = new Set([...asked.get(row), "project", "task_id"]);
      return Object.fromEntries([...names].filter((name) => row.cells[name]).map((name) => [name, row.cells[name]]));
    });
    const names = rows.map((row) => asked.get(row));
    asked.clear();
    asking = 0;
    root.setAttribute("aria-busy", "true");
    const answer = await window.reading.ask({ lines: questions });
    root.removeAttribute("aria-busy");
    if (!answer) return;
    rows.forEach((row, at) => {
      for (const name of names[at]) {
        if ((row.cells[name] ?? "") !== (questions[at][name] ?? "")) continue; // typed over meanwhile
        const read = answer.lines[at]?.[name] ?? {};
        if (read.text && !read.fault && !read.caution) row.cells = { ...row.cells, [name]: read.text };
        if (read.fault || read.caution || read.label) row.reads[name] = read;
        else delete row.reads[name];
      }
      model.compute(row);
    });
    const isTyping = document.activeElement;
    const again = rebuild();
    if (again) arrange();
    for (const row of again ? model.rows : rows) fill(row, isTyping);
    if (again && current.row) inputOf(current.row, current.name)?.focus();
    changed();
  }

  function readAll(names) {
    for (const row of model.filled) {
      for (const name of names) if (row.cells[name] && !row.reads[name]?.fault) queue(row, name);
    }
    changed();
  }

  /* Choosing the line that is changed copies what it says into cells that are empty, or that the last choice filled. */
  function copyFrom(row) {
    const line = changeable.find((each) => each.number === row.cells.changes_line?.trim());
    const before = row.copied ?? {};
    if (!line || before.number === line.number) return;
    const cells = { ...row.cells };
    for (const name of copied) {
      const text = cells[name] ?? "";
      if (!text.trim() || text === before[name]) cells[name] = line[name] ?? "";
    }
    if (!cells.quantity?.trim()) cells.quantity = "1";
    row.copied = { ...line };
    row.cells = cells;
    model.compute(row);
    for (const name of ["project", "task_id", "item_id", "location_id", "department_id", "class_id"]) {
      if (cells[name]) queue(row, name);
    }
  }

  // The cell that has the focus.

  const rowOf = (input) => model.rows.find((row) => String(row.id) === input.closest("tr").dataset.row);
  const isCell = (element) => element instanceof HTMLInputElement && element.dataset.cell !== undefined;

  function commit() {
    const { row, name, isTyped } = current;
    if (!row || !isTyped) return;
    current.isTyped = false;
    if (name === "amount" && row.cells.amount) {
      const price = model.priceFor(row);
      if (price !== null) {
        row.cells = { ...row.cells, unit_price: price };
        delete row.cells.amount;
        model.compute(row);
        delete row.reads.unit_price;
      }
    }
    if (row.cells[name] !== undefined) queue(row, name);
    if (model.isBlank(row)) row.reads = {};
    if (rebuild()) show();
    else fill(row);
    changed();
  }

  function enter(input) {
    const row = rowOf(input);
    const name = input.dataset.cell;
    current = { row, name, before: row.cells, isTyped: false, mode: "select" };
    if (range && (range.name !== name || !inRange(model.rows.indexOf(row)))) clearRange();
    input.select();
    for (const line of body.querySelectorAll(".grid-current")) line.classList.remove("grid-current");
    elements.get(row.id).classList.add("grid-current");
  }

  table.addEventListener("focusin", (event) => {
    if (isCell(event.target)) enter(event.target);
  });
  table.addEventListener("focusout", (event) => {
    if (isCell(event.target)) commit();
  });
  table.addEventListener("mouseup", (event) => {
    if (isCell(event.target)) current.mode = "edit";
  });
  table.addEventListener("input", (event) => {
    const input = event.target;
    if (!isCell(input)) return;
    const [row, name] = [rowOf(input), input.dataset.cell];
    if (current.row !== row || current.name !== name) current = { row, name, before: row.cells, isTyped: false, mode: "select" };
    if (!current.isTyped) model.remember();
    current.isTyped = true;
    if (current.mode === "select") current.mode = "enter";
    const wasBlank = model.isBlank(row);
    model.set(row, name, input.value);
    if (wasBlank !== model.isBlank(row)) {
      if (model.endWithBlank()) arrange();
      number();
    }
    fill(row, input);
    changed();
  });
  table.addEventListener("codes:within", (event) => {
    const { detail, target } = event;
    const row = rowOf(target);
    const column = byName.get(target.dataset.cell);
    if (column.reads === "changed") {
      const words = detail.words.toLowerCase();
      const items = changeable.map((line) => ({ value: line.number, text: `${line.number} ${line.description}` }));
      detail.items = items.filter((item) => item.text.toLowerCase().includes(words));
      return;
    }
    if (!column.within.length) return;
    const project = row.cells.project || form.elements.namedItem("project")?.value || root.dataset.project || "";
    detail.params.set("project_number", project.trim());
    if (column.within.includes("task_id")) detail.params.set("task", row.cells.task_id || "");
    if (!project.trim()) detail.items = [{ value: "", text: "Choose the project first.", disabled: true }];
  });

  function go(place, name) {
    const row = model.rows[Math.max(0, Math.min(place, model.rows.length - 1))];
    const input = row && inputOf(row, name);
    if (!input) return false;
    input.focus();
    if (current.row !== row || current.name !== name) enter(input); // it had the focus already
    input.select();
    input.closest("tr").scrollIntoView({ block: "nearest" });
    return true;
  }

  // A part of a column.

  const inRange = (place) => range && place >= Math.min(range.from, range.to) && place <= Math.max(range.from, range.to);

  function showRange() {
    for (const cell of body.querySelectorAll(".is-ranged")) cell.classList.remove("is-ranged");
    if (!range) return;
    model.rows.forEach((row, place) => {
      if (inRange(place)) inputOf(row, range.name)?.parentElement.classList.add("is-ranged");
    });
  }

  function clearRange() {
    range = null;
    showRange();
  }

  function extend(by) {
    const place = model.rows.indexOf(current.row);
    range ??= { name: current.name, from: place, to: place };
    range.to = Math.max(0, Math.min(model.rows.length - 1, range.to + by));
    showRange();
    const count = Math.abs(range.to - range.from) + 1;
    say(`${count} cells of ${labelOf(range.name)} selected.`);
    elements.get(model.rows[range.to].id).scrollIntoView({ block: "nearest" });
  }

  // Acts.

  const placeNow = () => model.rows.indexOf(current.row);

  function fillDown() {
    commit();
    const { name } = current;
    const at = placeNow();
    if (at < 0) return;
    let [from, to] = range ? [Math.min(range.from, range.to), Math.max(range.from, range.to)] : [at - 1, at];
    if (from < 0) return;
    const text = textOf(model.rows[from], name);
    const rows = model.rows.slice(from + 1, to + 1);
    change(() => rows.forEach((row) => model.set(row, name, text)), rows);
    rows.forEach((row) => queue(row, name));
    show(rows);
    say(`Filled down ${rows.length === 1 ? "1 cell" : `${rows.length} cells`}.`);
  }

  /* By its button: into every empty cell below, as far as there are lines. */
  function fillBelow() {
    if (range) return fillDown();
    commit();
    const { name } = current;
    const at = placeNow();
    const text = at < 0 ? "" : textOf(model.rows[at], name);
    const rows = model.rows.slice(at + 1).filter((row) => !model.isBlank(row) && !(row.cells[name] ?? "").trim());
    if (at < 0 || !text.trim()) return say("Put the cursor into the cell that is to be filled down.");
    if (!rows.length) return say("No empty cell below.");
    change(() => rows.forEach((row) => model.set(row, name, text)), rows);
    rows.forEach((row) => queue(row, name));
    show(rows);
    go(at, name);
    return say(`Filled down ${rows.length === 1 ? "1 empty cell" : `${rows.length} empty cells`}.`);
  }

  const isFull = () => model.filled.length >= model.most;

  function insert(place) {
    if (isFull()) return say(`A document takes at most ${model.most} lines.`);
    let at = 0;
    change(() => {
      at = model.insert(place);
    }, []);
    return go(at, current.name || view.columns[0].name);
  }

  function duplicate() {
    const at = placeNow();
    if (at < 0 || model.isBlank(model.rows[at])) return;
    if (isFull()) return void say(`A document takes at most ${model.most} lines.`);
    commit();
    const row = model.row({ ...model.rows[at].cells });
    row.reads = { ...model.rows[at].reads };
    let place = 0;
    change(() => {
      place = model.insert(at + 1, [row]);
    }, [row]);
    go(place, current.name);
  }

  function move(by) {
    const at = placeNow();
    commit();
    if (at < 0 || !model.canMove(at, by)) {
      if (at >= 0 && model.rows[at].isFixed) say("Lines that are in Intacct keep their order there.");
      return;
    }
    const { name } = current;
    change(() => model.move(at, by), []);
    go(at + by, name);
    say(`Line ${at + 1} is now line ${at + by + 1}.`);
  }

  function remove(place = placeNow()) {
    const row = model.rows[place];
    if (!row || (model.isBlank(row) && place === model.rows.length - 1)) return;
    const name = current.name || view.columns[0].name;
    change(() => model.remove(place), []);
    current = { ...current, row: null };
    go(place, name);
    say(`Line ${place + 1} removed. Undo with Ctrl+Z.`);
  }

  function step(act, word) {
    commit();
    const { name } = current;
    const place = Math.max(0, placeNow());
    current.row = null;
    if (!act.call(model)) return say(`Nothing to ${word}.`);
    clearRange();
    show();
    go(place, name || view.columns[0].name);
    return say(word === "undo" ? "Undone." : "Done again.");
  }

  function clear() {
    const rows = model.rows.filter((_, place) => inRange(place));
    const { name } = range;
    change(() => rows.forEach((row) => model.set(row, name, "")), rows);
  }

  // Keys.

  function keys(event) {
    const input = event.target;
    if (!isCell(input)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const place = placeNow();
    const acts = [
      [command && !event.shiftKey && key === "z", () => step(model.undo, "undo")],
      [command && ((event.shiftKey && key === "z") || key === "y"), () => step(model.redo, "redo")],
      [command && !event.shiftKey && key === "d", fillDown],
      [command && event.shiftKey && key === "d", duplicate],
      [event.altKey && key === "arrowup", () => move(-1)],
      [event.altKey && key === "arrowdown", () => move(1)],
      [event.altKey && key === "enter", () => insert(place + 1)],
      [event.altKey && (key === "delete" || key === "backspace"), () => remove()],
      [command && key === "home", () => go(0, view.columns[0].name)],
      [command && key === "end", () => go(model.rows.length - 1, current.name)],
    ];
    const act = acts.find(([holds]) => holds);
    if (!act && (command || event.altKey)) return;
    const todo = act ? act[1] : plainKey(event, input, place);
    if (!todo) return;
    event.preventDefault();
    todo();
  }

  function plainKey(event, input, place) {
    const { key } = event;
    if (key === "Enter") return () => go(place + (event.shiftKey ? -1 : 1), current.name);
    if (event.shiftKey && (key === "ArrowDown" || key === "ArrowUp")) return () => extend(key === "ArrowDown" ? 1 : -1);
    if (key === "ArrowDown") return () => go(place + 1, current.name);
    if (key === "ArrowUp") return () => go(place - 1, current.name);
    if (event.shiftKey) return null;
    if (key === "F2") {
      return () => {
        current.mode = "edit";
        input.setSelectionRange(input.value.length, input.value.length);
      };
    }
    if (key === "Escape") return () => restore(input);
    if (key === "Delete" && range) return clear;
    if (current.mode === "edit") return null;
    const at = view.columns.findIndex((column) => column.name === current.name);
    if (key === "ArrowRight" && at < view.columns.length - 1) return () => go(place, view.columns[at + 1].name);
    if (key === "ArrowLeft" && at > 0) return () => go(place, view.columns[at - 1].name);
    return null;
  }

  function restore(input) {
    if (range) clearRange();
    if (current.isTyped) {
      current.row.cells = current.before;
      current.isTyped = false;
      model.past.pop();
      model.compute(current.row);
      fill(current.row);
      changed();
    }
    current.mode = "select";
    input.select();
  }

  table.addEventListener("keydown", keys);
  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-line]");
    if (button) remove(model.rows.indexOf(rowOf(button)));
  });

  window.gridPaste({ table, columns, model, view, now: () => ({ ...current, place: placeNow(), range }), isCell, inRange, commit, change, queue, show, go, say, labelOf });

  // The buttons above the lines.

  const tools = {
    insert: () => insert(Math.max(0, placeNow())),
    duplicate,
    up: () => move(-1),
    down: () => move(1),
    remove: () => remove(),
    fill: fillBelow,
    undo: () => step(model.undo, "undo"),
    redo: () => step(model.redo, "redo"),
  };
  const bar = form.querySelector("[data-grid-tools]");
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) tools[button.dataset.tool]();
  });
  bar.addEventListener("change", (event) => {
    const name = event.target.dataset.column;
    if (!name) return;
    if (event.target.checked) wanted.add(name);
    else wanted.delete(name);
    const isFilled = !event.target.checked && model.rows.some((row) => row.cells[name]);
    show();
    if (isFilled) {
      event.target.checked = true;
      say(`${labelOf(name)} is filled in, so it stays in sight.`);
    }
  });

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
    for (const row of model.rows) row.copied = changeable.find((line) => line.number === row.cells.changes_line);
    current = { row: null, name: "", before: {}, isTyped: false, mode: "select" };
    readAll(columns.filter((column) => column.reads !== "text" || column.name === "description").map((each) => each.name));
    show();
    write();
  }

  form.addEventListener("formdata", (event) => {
    if (isBroken || !model.rows.length) return;
    event.formData.set("lines_json", model.asJson());
  });
  form.addEventListener("submit", () => {
    commit();
    write();
  });
  form.addEventListener("draft:restored", load);
  form.addEventListener("change", (event) => {
    if (event.target.name === "project") readAll(["task_id", "cost_type_id"]);
    if (event.target.name === "currency") {
      model.currency = event.target.value.trim().toUpperCase();
      model.rows.forEach((row) => model.compute(row));
      readAll(["unit_price", "amount"]);
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#cell-"]');
    if (!link) return;
    const [, id, name] = /^#cell-(\d+)-(.+)$/.exec(link.getAttribute("href")) || [];
    const row = model.rows.find((each) => String(each.id) === id);
    if (!row) return;
    event.preventDefault();
    if (!inputOf(row, name)) {
      wanted.add(name);
      show();
    }
    go(model.rows.indexOf(row), name);
  });

  model.currency = root.dataset.gridCurrency || "";
  root.hidden = false;
  load();
  window.grid = { go: (row, name) => go(model.rows.indexOf(row), name), take: (line, name, text) => takeText(line, name, text) };

  function takeText(line, name, text) {
    const row = model.rows[line];
    if (!row) return;
    change(() => model.set(row, name, text), [row]);
    queue(row, name);
    show([row]);
    go(line, name);
  }
})();
