/* The table of the grid: one element for each row of the model, and what is wrong with a line in a row of its own below.
 *
 * window.gridTable({table, columns, model, take}); `take` is asked to put a text into every cell that holds the same
 * doubtful one. Knows no key and no clipboard: grid.js does.
 */
(() => {
  "use strict";

  // Of the columns, by name or by what they read. Rows are grids of their own, so that those out of sight cost nothing.
  const WIDTHS = {
    description: "minmax(200px, 3fr)",
    changes_line: "76px",
    unit: "76px",
    quantity: "96px",
    percent: "96px",
    price: "128px",
    amount: "128px",
    any: "minmax(96px, 1fr)",
  };

  window.gridTable = ({ table, columns, model, take }) => {
    const byName = new Map(columns.map((column) => [column.name, column]));
    const body = table.tBodies[0];
    const wanted = new Set(); // further columns that somebody asked to see
    const elements = new Map(); // id of a row -> {line, inputs by column, number, remove, said}
    let shownColumns = [];
    const isPicked = (column) => column.pick || column.reads === "changed";

    function headings() {
      const texts = shownColumns.map((column) => {
        const cell = document.createElement("th");
        cell.scope = "col";
        cell.setAttribute("role", "columnheader");
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
      const widths = shownColumns.map((column) => WIDTHS[column.name] ?? WIDTHS[column.reads] ?? WIDTHS.any);
      table.style.setProperty("--grid-columns", ["44px", ...widths, "34px"].join(" "));
    }

    const template = document.createElement("tr");
    template.setAttribute("role", "row");

    function makeTemplate() {
      const number = document.createElement("th");
      number.scope = "row";
      number.setAttribute("role", "rowheader");
      number.className = "grid-number";
      number.innerHTML = '<span class="visually-hidden">Line </span><span data-number></span>';
      const end = document.createElement("td");
      end.setAttribute("role", "cell");
      end.className = "grid-remove";
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1; // keys remove a line too: no further stop between two lines
      button.className = "grid-remove-button";
      button.dataset.removeLine = "";
      button.textContent = "×";
      end.append(button);
      template.replaceChildren(number, ...shownColumns.map(cellOf), end);
    }

    function cellOf(column) {
      const cell = document.createElement("td");
      cell.setAttribute("role", "cell");
      cell.className = `grid-${column.name} grid-reads-${column.reads}`;
      cell.dataset.label = column.label;
      const input = document.createElement("input");
      input.type = "text";
      input.autocomplete = "off";
      input.setAttribute("form", ""); // the form sends one value, and need not look at thousands of fields at each key
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
      return cell;
    }

    function elementOf(row) {
      const line = template.cloneNode(true);
      line.dataset.row = String(row.id);
      const head = line.firstElementChild;
      head.id = `row-${row.id}`;
      const inputs = new Map();
      for (const input of line.querySelectorAll("input")) {
        input.id = `cell-${row.id}-${input.dataset.cell}`;
        input.setAttribute("aria-labelledby", `col-${input.dataset.cell} ${head.id}`);
        inputs.set(input.dataset.cell, input);
      }
      const remove = line.lastElementChild.firstElementChild;
      elements.set(row.id, { line, inputs, number: head.lastElementChild, remove, said: null });
      fill(row);
      return line;
    }

    const lineOf = (row) => elements.get(row.id)?.line ?? null;
    const inputOf = (row, name) => elements.get(row.id)?.inputs.get(name) ?? null;

    function textOf(row, name) {
      const text = row.cells[name] ?? "";
      if (name === "amount" && !text && typeof row.amount === "bigint") return window.exact.written(row.amount, 2, 2);
      return name === "quantity" && model.isBlank(row) ? "" : text;
    }

    /* Bring the element of a row to what the row holds. */
    function fill(row, but = null) {
      const element = elements.get(row.id);
      if (!element) return;
      for (const [name, input] of element.inputs) {
        const text = textOf(row, name);
        if (input !== but && input.value !== text) input.value = text;
        mark(row, input, name);
      }
      element.line.classList.toggle("grid-blank", model.isBlank(row));
      element.line.classList.toggle("grid-fixed", row.isFixed);
      tell(row, element);
    }

    function mark(row, input, name) {
      const read = row.reads[name];
      const isWrong = Boolean(read?.fault);
      const isDoubtful = Boolean(read?.caution);
      if (isWrong) input.setAttribute("aria-invalid", "true");
      else if (input.hasAttribute("aria-invalid")) input.removeAttribute("aria-invalid");
      if (input.classList.contains("is-doubtful") !== isDoubtful) input.classList.toggle("is-doubtful", isDoubtful);
      if (isWrong || isDoubtful) input.setAttribute("aria-describedby", `said-${row.id}-${name}`);
      else if (input.hasAttribute("aria-describedby")) input.removeAttribute("aria-describedby");
      if ((input.title || "") !== (read?.label || "")) input.title = read?.label || "";
    }

    /* What is wrong with the cells of a line stands in a row of its own below it. */
    function tell(row, element) {
      const told = Object.entries(row.reads).filter(([, read]) => read.fault || read.caution);
      if (!told.length) {
        element.said?.remove();
        element.said = null;
        return;
      }
      element.said ??= saidOf(row);
      const cell = element.said.firstElementChild;
      cell.replaceChildren(...told.map(([name, read]) => sentence(row, name, read)));
      if (element.line.isConnected && element.line.nextElementSibling !== element.said) element.line.after(element.said);
    }

    function saidOf(row) {
      const place = document.createElement("tr");
      place.setAttribute("role", "row");
      place.className = "grid-said";
      place.dataset.saidOf = String(row.id);
      const cell = document.createElement("td");
      cell.setAttribute("role", "cell");
      cell.setAttribute("aria-colspan", String(shownColumns.length + 2));
      place.append(cell);
      return place;
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
      const last = model.rows.length - 1;
      model.rows.forEach((row, place) => {
        const { number: cell, remove } = elements.get(row.id);
        const text = place === last && model.isBlank(row) ? "+" : String(place + 1);
        if (cell.textContent === text) return;
        cell.textContent = text;
        remove.setAttribute("aria-label", `Remove line ${place + 1}`);
      });
    }

    /* Bring the table to the rows of the model, and answer which are new in it: only what moved, came or went is touched. */
    function arrange() {
      const made = new Set();
      const held = new Set(model.rows.map((row) => row.id));
      for (const [id, { line, said }] of elements) {
        if (held.has(id)) continue;
        said?.remove();
        line.remove();
        elements.delete(id);
      }
      const fresh = document.createDocumentFragment();
      let next = body.firstElementChild;
      for (const row of model.rows) {
        if (!elements.has(row.id)) {
          elementOf(row);
          made.add(row);
        }
        const { line, said } = elements.get(row.id);
        for (const element of said ? [line, said] : [line]) {
          if (element === next) next = next.nextElementSibling;
          else if (next) body.insertBefore(element, next);
          else fresh.append(element);
        }
      }
      body.append(fresh);
      number();
      return made;
    }

    function rebuild() {
      const filled = new Set();
      for (const row of model.rows) {
        for (const name in row.cells) if (row.cells[name]) filled.add(name);
        for (const name in row.reads) filled.add(name);
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
      get columns() {
        return shownColumns;
      },
      rebuild,
      arrange,
      fill,
      number,
      lineOf,
      inputOf,
      textOf,
    };
  };
})();
