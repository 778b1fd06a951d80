/* Copy and paste in the grid: a part of a column out, a table of a spreadsheet in, with or without its header row.
 *
 * window.gridPaste(…) is given what grid.js does; what is on the clipboard is read by pasted.js. One paste is one step.
 */
(() => {
  "use strict";

  window.gridPaste = ({ table, columns, model, view, now, isCell, inRange, commit, change, queue, show, go, say, labelOf }) => {
    table.addEventListener("copy", (event) => {
      const { range } = now();
      if (!range || range.from === range.to) return;
      const texts = model.rows.filter((_, place) => inRange(place)).map((row) => view.textOf(row, range.name));
      event.clipboardData.setData("text/plain", texts.join("\n"));
      event.preventDefault();
    });
    table.addEventListener("paste", (event) => {
      if (!isCell(event.target)) return;
      const rows = window.pasted.table(event.clipboardData);
      if (!rows.length || (rows.length === 1 && rows[0].length === 1)) return; // a text for this cell
      event.preventDefault();
      window.codes.close();
      paste(rows);
    });

    function paste(rows) {
      commit();
      const { place, name: begin } = now();
      const header = window.pasted.headers(rows[0], columns);
      const room = model.most - model.filled.length;
      const lines = (header ? rows.slice(1) : rows).filter((row) => !header || row.some(Boolean));
      const isMore = header ? lines.length : Math.max(0, place + lines.length - model.filled.length);
      if (isMore > room) {
        say(`Nothing was pasted: a document takes at most ${model.most.toLocaleString()} lines, and these are ${lines.length}.`);
        return;
      }
      const touched = [];
      change(() => (header ? pasteNamed(lines, header, place, touched) : pasteBlock(lines, place, begin, touched)), []);
      for (const [row, names] of touched) for (const name of names) queue(row, name);
      show(touched.map(([row]) => row));
      const at = touched.length ? model.rows.indexOf(touched[0][0]) : place;
      go(at, begin);
      const count = `${lines.length} ${lines.length === 1 ? "line" : "lines"} pasted`;
      if (!header) say(`${count}. Undo with Ctrl+Z.`);
      else {
        const known = [...header.places.values()].map(labelOf).join(", ");
        const left = header.unknown.length ? ` Not taken, as lines have no such column: ${header.unknown.join(", ")}.` : "";
        say(`${count}: ${known}.${left}`);
      }
    }

    /* Never over lines that are there: behind the current one, or in place of an empty one. */
    function pasteNamed(lines, header, place, touched) {
      const isOverBlank = model.isBlank(model.rows[place]);
      const rows = lines.map((texts) => {
        const row = model.row();
        const names = [];
        for (const [at, name] of header.places) {
          if (!texts[at]) continue;
          put(row, name, texts[at]);
          names.push(name);
        }
        touched.push([row, names]);
        return row;
      });
      if (isOverBlank && place < model.rows.length) model.rows.splice(place, 1);
      model.insert(isOverBlank ? place : place + 1, rows);
    }

    function pasteBlock(lines, place, begin, touched) {
      const first = view.columns.findIndex((column) => column.name === begin);
      lines.forEach((texts, down) => {
        if (place + down >= model.rows.length) model.rows.push(model.row());
        const row = model.rows[place + down];
        const names = [];
        texts.forEach((text, right) => {
          const column = view.columns[first + right];
          if (!column) return;
          put(row, column.name, text);
          names.push(column.name);
        });
        touched.push([row, names]);
      });
    }

    /* A block may hold price and amount: both are kept, and compared when the lines are saved. */
    function put(row, name, text) {
      const cells = { ...row.cells, [name]: text };
      row.cells = cells;
      delete row.reads[name];
      model.compute(row);
      if (name === "amount" && !(cells.unit_price ?? "").trim()) {
        const price = model.priceFor(row);
        if (price !== null) {
          row.cells = { ...cells, unit_price: price };
          delete row.cells.amount;
          model.compute(row);
        }
      }
    }
  };
})();
