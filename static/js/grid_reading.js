/* What the server reads of typed cells: asked for many cells at once, a moment after the last of them.
 *
 * window.gridReading(grid) adds queue(row, name) and readAll(names). What is plain is formatted here without asking.
 */
(() => {
  "use strict";

  const WITHIN = ["project", "task_id"]; // what other cells of the line are read within
  const COPIED = ["project", "task_id", "item_id", "location_id", "department_id", "class_id"];

  window.gridReading = (grid) => {
    const { model, view, byName, root } = grid;
    const asked = new Map(); // row -> names
    let asking = 0;

    function queue(row, name) {
      const text = row.cells[name] ?? "";
      const column = byName.get(name);
      if (!text.trim()) delete row.reads[name];
      else if (model.isRead(name, text)) {
        delete row.reads[name];
        const shown = model.shown(name, text);
        if (shown !== text) row.cells = { ...row.cells, [name]: shown };
      } else if (column.reads === "text" && !/^[=#]/.test(text.trim()) && text.length <= column.longest) {
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
      const names = rows.map((row) => asked.get(row));
      const questions = rows.map((row, at) => {
        const wanted = [...new Set([...names[at], ...WITHIN])].filter((name) => row.cells[name]);
        return Object.fromEntries(wanted.map((name) => [name, row.cells[name]]));
      });
      asked.clear();
      asking = 0;
      root.setAttribute("aria-busy", "true");
      const answer = await window.reading.ask({ lines: questions });
      root.removeAttribute("aria-busy");
      if (!answer) return;
      rows.forEach((row, at) => {
        for (const name of names[at]) {
          if ((row.cells[name] ?? "") !== (questions[at][name] ?? "")) continue; // typed over meanwhile
          put(row, name, answer.lines[at]?.[name] ?? {});
        }
        model.compute(row);
      });
      showAnswers(rows);
    }

    function put(row, name, read) {
      if (read.text && !read.fault && !read.caution) row.cells = { ...row.cells, [name]: read.text };
      if (read.fault || read.caution || read.label) row.reads[name] = read;
      else delete row.reads[name];
    }

    function showAnswers(rows) {
      const focused = document.activeElement;
      const again = view.rebuild();
      if (again) view.arrange();
      for (const row of again ? model.rows : rows) view.fill(row, focused);
      if (again && grid.now.row) view.inputOf(grid.now.row, grid.now.name)?.focus();
      grid.changed();
    }

    function readAll(names) {
      for (const row of model.filled) {
        for (const name of names) if (row.cells[name] && !row.reads[name]?.fault) queue(row, name);
      }
      grid.changed();
    }

    /* Choosing the line that is changed copies what it says into cells that are empty, or that the last choice filled. */
    function copyFrom(row) {
      const line = grid.changeable.find((each) => each.number === row.cells.changes_line?.trim());
      const before = row.copied ?? {};
      if (!line || before.number === line.number) return;
      const cells = { ...row.cells };
      for (const name of grid.copied) {
        const text = cells[name] ?? "";
        if (!text.trim() || text === before[name]) cells[name] = line[name] ?? "";
      }
      if (!cells.quantity?.trim()) cells.quantity = "1";
      row.copied = { ...line };
      row.cells = cells;
      model.compute(row);
      for (const name of COPIED) if (cells[name]) queue(row, name);
    }

    Object.assign(grid, { queue, readAll });
  };
})();
