/* What is done with lines: fill down, insert, duplicate, move, remove, undo. The buttons [data-grid-tools] above the grid.
 *
 * window.gridActs(grid) adds `acts`, which grid_keys.js calls too. All of them act on the line with the cursor.
 */
(() => {
  "use strict";

  window.gridActs = (grid) => {
    const { model, view, form, say, change, placeNow } = grid;
    const firstName = () => view.columns[0].name;
    const counted = (number, one, many) => (number === 1 ? `1 ${one}` : `${number} ${many}`);

    function isFull() {
      const full = model.filled.length >= model.most;
      if (full) say(`A document takes at most ${model.most.toLocaleString("en-US")} lines.`);
      return full;
    }

    /* From the cell above, or from the first of the selected ones into the others. */
    function fillDown() {
      grid.commit();
      const { name } = grid.now;
      const { range } = grid;
      const at = placeNow();
      if (at < 0) return;
      const [from, to] = range ? [Math.min(range.from, range.to), Math.max(range.from, range.to)] : [at - 1, at];
      if (from < 0) return;
      const rows = model.rows.slice(from + 1, to + 1);
      grid.put(rows, name, view.textOf(model.rows[from], name));
      say(`Filled down ${counted(rows.length, "cell", "cells")}.`);
    }

    /* By its button: into every empty cell below, as far as there are lines. */
    function fillBelow() {
      if (grid.range) return fillDown();
      grid.commit();
      const { name } = grid.now;
      const at = placeNow();
      const text = at < 0 ? "" : view.textOf(model.rows[at], name);
      const rows = model.rows.slice(at + 1).filter((row) => !model.isBlank(row) && !(row.cells[name] ?? "").trim());
      if (at < 0 || !text.trim()) return say("Put the cursor into the cell that is to be filled down.");
      if (!rows.length) return say("No empty cell below.");
      grid.put(rows, name, text);
      grid.go(at, name);
      return say(`Filled down ${counted(rows.length, "empty cell", "empty cells")}.`);
    }

    function insert(place) {
      if (isFull()) return;
      const name = grid.now.name || firstName();
      let at = 0;
      change(() => (at = model.insert(place)), []);
      grid.go(at, name);
    }

    function duplicate() {
      const at = placeNow();
      if (at < 0 || model.isBlank(model.rows[at]) || isFull()) return;
      grid.commit();
      const { name } = grid.now;
      const row = model.row({ ...model.rows[at].cells });
      row.reads = { ...model.rows[at].reads };
      let place = 0;
      change(() => (place = model.insert(at + 1, [row])), [row]);
      grid.go(place, name);
    }

    function move(by) {
      const at = placeNow();
      grid.commit();
      if (at < 0 || !model.canMove(at, by)) {
        if (at >= 0 && model.rows[at].isFixed) say("Lines that are in Intacct keep their order there.");
        return;
      }
      const { name } = grid.now;
      change(() => model.move(at, by), []);
      grid.go(at + by, name);
      say(`Line ${at + 1} is now line ${at + by + 1}.`);
    }

    function remove(place = placeNow()) {
      const row = model.rows[place];
      if (!row || (model.isBlank(row) && place === model.rows.length - 1)) return;
      const name = grid.now.name || firstName();
      change(() => model.remove(place), []);
      grid.now.row = null;
      grid.go(place, name);
      say(`Line ${place + 1} removed. Undo with Ctrl+Z.`);
    }

    function step(act, word) {
      grid.commit();
      const name = grid.now.name || firstName();
      const place = Math.max(0, placeNow());
      grid.now.row = null;
      if (!act.call(model)) return say(`Nothing to ${word}.`);
      grid.clearRange();
      grid.show();
      grid.go(place, name);
      return say(word === "undo" ? "Undone." : "Done again.");
    }

    function clear() {
      const rows = model.rows.filter((_, place) => grid.inRange(place));
      grid.put(rows, grid.range.name, "");
    }

    const undo = () => step(model.undo, "undo");
    const redo = () => step(model.redo, "redo");
    grid.acts = { fillDown, insert, duplicate, move, remove, undo, redo, clear };

    const tools = {
      insert: () => insert(Math.max(0, placeNow())),
      duplicate,
      up: () => move(-1),
      down: () => move(1),
      remove: () => remove(),
      fill: fillBelow,
      undo,
      redo,
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
      if (event.target.checked) view.wanted.add(name);
      else view.wanted.delete(name);
      const isFilled = !event.target.checked && model.rows.some((row) => row.cells[name]);
      grid.show();
      if (isFilled) {
        event.target.checked = true;
        say(`${grid.labelOf(name)} is filled in, so it stays in sight.`);
      }
    });
    grid.table.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-line]");
      if (button) remove(model.rows.indexOf(grid.rowOf(button)));
    });
  };
})();
