/* Copy and paste in the grid: a part of a column out, a table of a spreadsheet in, with or without its header row.
 *
 * window.gridPaste(grid); what is on the clipboard is read by pasted.js. One paste is one step. Nothing is left out
 * without being named: headers that mean no column, and rows that only say what the others add up to.
 */
(() => {
  "use strict";

  window.gridPaste = (grid) => {
    const { model, view, table, say } = grid;
    const saysTotal = window.pasted.totals(JSON.parse(grid.root.dataset.totalWords || "{}"));

    table.addEventListener("copy", (event) => {
      const { range } = grid;
      if (!range || range.from === range.to) return;
      const texts = model.rows.filter((_, place) => grid.inRange(place)).map((row) => view.textOf(row, range.name));
      event.clipboardData.setData("text/plain", texts.join("\n"));
      event.preventDefault();
    });
    table.addEventListener("paste", (event) => {
      if (!grid.isCell(event.target)) return;
      const rows = window.pasted.table(event.clipboardData);
      if (!rows.length || (rows.length === 1 && rows[0].length === 1)) return; // a text for this cell
      event.preventDefault();
      window.codes.close();
      paste(rows);
    });

    function paste(rows) {
      grid.commit();
      const place = grid.placeNow();
      const begin = grid.now.name;
      const header = window.pasted.headers(rows[0], grid.columns);
      const { lines, totals } = parted(header ? rows.slice(1).filter((row) => row.some(Boolean)) : rows);
      const more = header ? lines.length : Math.max(0, place + lines.length - model.filled.length);
      if (more > model.most - model.filled.length) {
        const most = model.most.toLocaleString("en-US");
        say(`Nothing was pasted: a document takes at most ${most} lines, and these are ${lines.length}.`);
        return;
      }
      const touched = []; // [row, names of its cells]
      const changed = [];
      grid.change(() => {
        if (header) putNamed(lines, header, place, touched);
        else putBlock(lines, place, begin, touched);
        for (const [row, names] of touched) {
          changed.push(row);
          for (const name of names) grid.queue(row, name);
        }
      }, changed);
      grid.go(changed.length ? model.rows.indexOf(changed[0]) : place, begin);
      say([...told(lines, header), leftOut(totals, changed)].filter(Boolean).join(" "));
    }

    /* Rows that say nothing but that they are a total are no lines, unless there is nothing else. */
    function parted(rows) {
      const lines = rows.filter((row) => !saysTotal(row));
      return lines.some((row) => row.some(Boolean)) ? { lines, totals: rows.filter(saysTotal) } : { lines: rows, totals: [] };
    }

    function told(lines, header) {
      const count = `${lines.length.toLocaleString("en-US")} ${lines.length === 1 ? "line" : "lines"} pasted`;
      if (!header) return [`${count}. Undo with Ctrl+Z.`];
      const known = [...header.places.values()].map(grid.labelOf).join(", ");
      const unknown = header.unknown.join(", ");
      return [`${count}: ${known}.`, unknown && `Not taken, as lines have no such column: ${unknown}.`];
    }

    function leftOut(totals, changed) {
      if (!totals.length) return "";
      const rows = totals.map((row) => row.filter(Boolean).join(" "));
      const shown = rows.length > 3 ? `${rows.slice(0, 3).join("; ")}; …` : rows.join("; ");
      const noun = rows.length === 1 ? "1 row that is a total" : `${rows.length} rows that are totals`;
      return `Left out ${noun}: ${shown}.${compared(totals.at(-1), changed)}`;
    }

    /* What the last total says against what was pasted. */
    function compared(row, changed) {
      const given = row.map((text) => window.exact.read(text, 2, model.currency)).findLast((each) => typeof each === "bigint");
      if (given === undefined || changed.some((line) => line.amount === undefined)) return "";
      const sum = changed.reduce((all, line) => all + (line.amount ?? 0n), 0n);
      if (given === sum) return " The lines add up to it.";
      return ` The pasted lines add up to ${window.exact.money(sum, model.currency)}.`;
    }

    /* Never over lines that are there: behind the current one, or in place of an empty one. */
    function putNamed(lines, header, place, touched) {
      const isOverBlank = model.isBlank(model.rows[place]);
      const rows = lines.map((texts) => {
        const row = model.row();
        const names = [...header.places].filter(([at]) => texts[at]).map(([at, name]) => put(row, name, texts[at]));
        touched.push([row, names]);
        return row;
      });
      if (isOverBlank && place < model.rows.length) model.rows.splice(place, 1);
      model.insert(isOverBlank ? place : place + 1, rows);
    }

    function putBlock(lines, place, begin, touched) {
      const shown = view.columns.slice(view.columns.findIndex((column) => column.name === begin));
      lines.forEach((texts, down) => {
        if (place + down >= model.rows.length) model.rows.push(model.row());
        const row = model.rows[place + down];
        const names = texts.slice(0, shown.length).map((text, right) => put(row, shown[right].name, text));
        touched.push([row, names]);
      });
    }

    /* A block may hold price and amount: both are kept, and compared when the lines are saved. */
    function put(row, name, text) {
      row.cells = { ...row.cells, [name]: text };
      delete row.reads[name];
      model.compute(row);
      if (name === "amount" && !(row.cells.unit_price ?? "").trim()) model.putPrice(row);
      return name;
    }
  };
})();
