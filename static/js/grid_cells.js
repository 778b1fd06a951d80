/* The cell of the grid that has the focus, and the part of a column that is selected from it.
 *
 * window.gridCells(grid) adds now {row, name, before, isTyped, mode}, range {name, from, to} and what moves and commits
 * them. `mode` is "select" (arrows leave the cell), "enter" (typed over) or "edit" (arrows move within it).
 */
(() => {
  "use strict";

  window.gridCells = (grid) => {
    const { model, view, table, root, form } = grid;
    const body = table.tBodies[0];
    const isCell = (element) => element instanceof HTMLInputElement && element.dataset.cell !== undefined;
    const rowOf = (input) => model.rows.find((row) => String(row.id) === input.closest("tr").dataset.row);
    const placeNow = () => model.rows.indexOf(grid.now.row);
    const begin = (row, name) => (grid.now = { row, name, before: row?.cells ?? {}, isTyped: false, mode: "select" });
    let lit = null; // the element of the line with the focus
    grid.range = null;
    begin(null, "");

    /* What was typed into the cell counts from here on. */
    function commit() {
      const { row, name, isTyped } = grid.now;
      if (!row || !isTyped) return;
      grid.now.isTyped = false;
      if (name === "amount" && row.cells.amount) model.putPrice(row);
      if (row.cells[name] !== undefined) grid.queue(row, name);
      if (model.isBlank(row)) row.reads = {};
      if (view.rebuild()) grid.show();
      else view.fill(row);
      grid.changed();
    }

    function enter(input) {
      const row = rowOf(input);
      begin(row, input.dataset.cell);
      const { range } = grid;
      if (range && (range.name !== grid.now.name || !inRange(placeNow()))) clearRange();
      input.select();
      lit?.classList.remove("grid-current");
      lit = view.lineOf(row);
      lit.classList.add("grid-current");
    }

    function typed(input) {
      const [row, name] = [rowOf(input), input.dataset.cell];
      if (grid.now.row !== row || grid.now.name !== name) begin(row, name);
      if (!grid.now.isTyped) model.remember();
      grid.now.isTyped = true;
      if (grid.now.mode === "select") grid.now.mode = "enter";
      const wasBlank = model.isBlank(row);
      model.set(row, name, input.value);
      if (wasBlank !== model.isBlank(row)) {
        if (model.endWithBlank()) view.arrange();
        else view.number();
      }
      view.fill(row, input);
      grid.changed();
    }

    function restore(input) {
      if (grid.range) clearRange();
      if (grid.now.isTyped) {
        const { row, before } = grid.now;
        row.cells = before;
        grid.now.isTyped = false;
        model.past.pop();
        model.compute(row);
        view.fill(row);
        grid.changed();
      }
      grid.now.mode = "select";
      input.select();
    }

    function go(place, name) {
      const row = model.rows[Math.max(0, Math.min(place, model.rows.length - 1))];
      const input = row && view.inputOf(row, name);
      if (!input) return false;
      const hadFocus = document.activeElement === input;
      input.focus();
      if (hadFocus || grid.now.row !== row || grid.now.name !== name) enter(input);
      return true;
    }

    /* Codes are searched within the project and the cost code of their line. */
    function within({ detail, target }) {
      const row = rowOf(target);
      const column = grid.byName.get(target.dataset.cell);
      if (column.reads === "changed") {
        const words = detail.words.toLowerCase();
        const items = grid.changeable.map((line) => ({ value: line.number, text: `${line.number} ${line.description}` }));
        detail.items = items.filter((item) => item.text.toLowerCase().includes(words));
        return;
      }
      if (!column.within.length) return;
      const project = row.cells.project || form.elements.namedItem("project")?.value || root.dataset.project || "";
      detail.params.set("project_number", project.trim());
      if (column.within.includes("task_id")) detail.params.set("task", row.cells.task_id || "");
      if (!project.trim()) detail.items = [{ value: "", text: "Choose the project first.", disabled: true }];
    }

    // A part of a column.

    function inRange(place) {
      const { range } = grid;
      return Boolean(range) && place >= Math.min(range.from, range.to) && place <= Math.max(range.from, range.to);
    }

    function showRange() {
      for (const cell of body.querySelectorAll(".is-ranged")) cell.classList.remove("is-ranged");
      if (!grid.range) return;
      model.rows.forEach((row, place) => {
        if (inRange(place)) view.inputOf(row, grid.range.name)?.parentElement.classList.add("is-ranged");
      });
    }

    function clearRange() {
      grid.range = null;
      showRange();
    }

    function extend(by) {
      const { name } = grid.now;
      const place = placeNow();
      grid.range ??= { name, from: place, to: place };
      const { range } = grid;
      range.to = Math.max(0, Math.min(model.rows.length - 1, range.to + by));
      showRange();
      grid.say(`${Math.abs(range.to - range.from) + 1} cells of ${grid.labelOf(name)} selected.`);
      view.lineOf(model.rows[range.to]).scrollIntoView({ block: "nearest" });
    }

    table.addEventListener("focusin", (event) => {
      if (isCell(event.target)) enter(event.target);
    });
    table.addEventListener("focusout", (event) => {
      if (isCell(event.target)) commit();
    });
    table.addEventListener("mouseup", (event) => {
      if (isCell(event.target)) grid.now.mode = "edit";
    });
    table.addEventListener("input", (event) => {
      if (isCell(event.target)) typed(event.target);
    });
    table.addEventListener("codes:within", within);

    const leave = () => begin(null, "");
    Object.assign(grid, { isCell, rowOf, placeNow, leave, commit, restore, go, inRange, clearRange, extend });
  };
})();
