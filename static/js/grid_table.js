/* The table of the grid: one element for each row of the model, and what is wrong with a line in a row of its own below.
 *
 * window.gridTable({table, columns, model, take}); `take` is asked to put a text into every cell that holds the same
 * doubtful one. Knows no key and no clipboard: grid.js does.
 */
(() => {
  "use strict";

  window.gridTable = ({ table, columns, model, take }) => {
    const byName = new Map(columns.map((column) => [column.name, column]));
    const body = table.tBodies[0];
    const wanted = new Set(); // further columns that somebody asked to see
    const elements = new Map(); // id of a row -> its element
    let shownColumns = [];
    const isPicked = (column) => column.pick || column.reads === "changed";

    function headings() {
      const texts = shownColumns.map((column) => {
        const cell = document.createElement("th");
        cell.scope = "col";
        cell.id = `col-${column.name}`;
        cell.className = `grid-${column.name} grid-reads-${column.reads}`;
        cell.textContent = column.label;
        if (column.needed) {
          const mark = document.createElement("span");
          mark.className = "asteriskField";
          mark.textContent = "*";
          mark.setAttribute("aria-hidden", "true");
          cell.append(mark);
        }
        if (column.help) cell.title = column.help;
        return cell;
      });
      const line = table.tHead.rows[0];
      line.replaceChildren(line.cells[0], ...texts, line.cells[line.cells.length - 1]);
    }

    const template = document.createElement("tr");

    function makeTemplate() {
      template.replaceChildren();
      const number = document.createElement("th");
      number.scope = "row";
      number.className = "grid-number";
      number.innerHTML = '<span class="visually-hidden">Line </span><span data-number></span>';
      template.append(number);
      for (const column of shownColumns) {
        const cell = document.createElement("td");
        cell.className = `grid-${column.name} grid-reads-${column.reads}`;
        cell.dataset.label = column.label;
        const input = document.createElement("input");
        input.type = "text";
        input.autocomplete = "off";
        input.dataset.cell = column.name;
        if (column.reads !== "text" && !isPicked(column)) input.inputMode = "decimal";
        if (isPicked(column)) {
          input.dataset.pick = column.pick || "";
          input.setAttribute("role", "combobox");
          input.setAttribute("aria-autocomplete", "list");
          input.setAttribute("aria-expanded", "false");
        }
        if (column.longest) input.maxLength = 2000;
        if (column.needed) input.setAttribute("aria-required", "true");
        cell.append(input);
        template.append(cell);
      }
      const end = document.createElement("td");
      end.className = "grid-remove";
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1; // keys remove a line too: no further stop between two lines
      button.className = "grid-remove-button";
      button.dataset.removeLine = "";
      button.textContent = "×";
      end.append(button);
      template.append(end);
    }

    function elementOf(row) {
      const line = template.cloneNode(true);
      line.dataset.row = String(row.id);
      line.cells[0].id = `row-${row.id}`;
      for (const input of line.querySelectorAll("input")) {
        input.id = `cell-${row.id}-${input.dataset.cell}`;
        input.setAttribute("aria-labelledby", `col-${input.dataset.cell} row-${row.id}`);
      }
      elements.set(row.id, line);
      fill(row);
      return line;
    }

    const inputOf = (row, name) => elements.get(row.id)?.querySelector(`input[data-cell="${name}"]`) ?? null;

    function textOf(row, name) {
      const text = row.cells[name] ?? "";
      if (name === "amount" && !text && typeof row.amount === "bigint") return window.exact.written(row.amount, 2, 2);
      return name === "quantity" && model.isBlank(row) ? "" : text;
    }

    /* Bring the element of a row to what the row holds. */
    function fill(row, but = null) {
      const line = elements.get(row.id);
      if (!line) return;
      for (const input of line.querySelectorAll("input")) {
        const name = input.dataset.cell;
        const text = textOf(row, name);
        if (input !== but && input.value !== text) input.value = text;
        mark(row, input, name);
      }
      line.classList.toggle("grid-blank", model.isBlank(row));
      line.classList.toggle("grid-fixed", row.isFixed);
      tell(row, line);
    }

    function mark(row, input, name) {
      const read = row.reads[name];
      const isWrong = Boolean(read?.fault);
      const isDoubtful = Boolean(read?.caution);
      if (isWrong) input.setAttribute("aria-invalid", "true");
      else if (input.hasAttribute("aria-invalid")) input.removeAttribute("aria-invalid");
      input.classList.toggle("is-doubtful", isDoubtful);
      if (isWrong || isDoubtful) input.setAttribute("aria-describedby", `said-${row.id}-${name}`);
      else if (input.hasAttribute("aria-describedby")) input.removeAttribute("aria-describedby");
      if ((input.title || "") !== (read?.label || "")) input.title = read?.label || "";
    }

    /* What is wrong with the cells of a line stands in a row of its own below it. */
    function tell(row, line) {
      const told = Object.entries(row.reads).filter(([, read]) => read.fault || read.caution);
      const below = line.nextElementSibling?.dataset.saidOf === String(row.id) ? line.nextElementSibling : null;
      if (!told.length) {
        below?.remove();
        return;
      }
      const place = below ?? document.createElement("tr");
      place.className = "grid-said";
      place.dataset.saidOf = String(row.id);
      const cell = document.createElement("td");
      cell.colSpan = shownColumns.length + 2;
      for (const [name, read] of told) cell.append(sentence(row, name, read));
      place.replaceChildren(cell);
      if (!below && line.isConnected) line.after(place);
      else if (!below) place.dataset.waiting = "";
      line.saidBelow = place;
    }

    function sentence(row, name, read) {
      const text = document.createElement("p");
      text.id = `said-${row.id}-${name}`;
      text.className = read.fault ? "grid-fault" : "grid-caution";
      const label = document.createElement("strong");
      label.textContent = `${byName.get(name)?.label ?? name}: `;
      text.append(label, read.fault || read.caution);
      const same = model.rows.filter((each) => each.cells[name] === row.cells[name] && each.reads[name]).length;
      for (const [written, shown] of read.choices || []) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm btn-outline-secondary";
        button.textContent = same > 1 && row.cells[name] ? `Use ${shown} in ${same} lines` : `Use ${shown}`;
        button.addEventListener("click", () => take(row, name, written));
        text.append(" ", button);
      }
      return text;
    }

    function number() {
      model.rows.forEach((row, place) => {
        const cell = elements.get(row.id).cells[0].lastElementChild;
        const text = model.isBlank(row) && place === model.rows.length - 1 ? "+" : String(place + 1);
        if (cell.textContent !== text) cell.textContent = text;
        const button = elements.get(row.id).querySelector("[data-remove-line]");
        const label = `Remove line ${place + 1}`;
        if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
      });
    }

    /* Bring the table to the rows of the model: only what moved, came or went is touched. */
    function arrange() {
      const held = new Set(model.rows.map((row) => row.id));
      for (const [id, line] of elements) {
        if (held.has(id)) continue;
        line.saidBelow?.remove();
        line.remove();
        elements.delete(id);
      }
      const fresh = document.createDocumentFragment();
      let next = body.firstElementChild;
      const skip = () => {
        while (next && next.dataset.saidOf !== undefined) next = next.nextElementSibling;
      };
      skip();
      for (const row of model.rows) {
        let line = elements.get(row.id);
        if (!line) line = elementOf(row);
        if (line === next) {
          next = line.nextElementSibling;
          skip();
          continue;
        }
        if (next) body.insertBefore(line, next);
        else fresh.append(line);
        if (line.saidBelow) line.after(line.saidBelow);
      }
      body.append(fresh);
      for (const line of elements.values()) if (line.saidBelow?.childElementCount) line.after(line.saidBelow);
      number();
    }

    function rebuild() {
      const filled = new Set();
      for (const row of model.rows) {
        for (const name of Object.keys(row.cells)) if (row.cells[name]) filled.add(name);
        for (const name of Object.keys(row.reads)) filled.add(name);
      }
      const now = columns.filter((column) => !column.more || wanted.has(column.name) || filled.has(column.name));
      if (now.length === shownColumns.length && now.every((column, at) => column === shownColumns[at])) return false;
      shownColumns = now;
      body.replaceChildren();
      elements.clear();
      headings();
      makeTemplate();
      table.classList.toggle("grid-many", shownColumns.length > 9);
      return true;
    }

    return {
      wanted,
      elements,
      get columns() {
        return shownColumns;
      },
      rebuild,
      arrange,
      fill,
      number,
      inputOf,
      textOf,
    };
  };
})();
