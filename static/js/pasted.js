/* What a spreadsheet puts on the clipboard as a table of texts, and which column each of its headers means.
 *
 * window.pasted.table(clipboard) reads the HTML of Excel and Sheets (merged cells are blank behind their first), else
 * tabs and line ends with quoted cells. window.pasted.headers(row, columns) maps a header by the words that uploads know;
 * window.pasted.totals(words) tells rows that only say what others add up to, by the words of erp_admin.uploads.total_words.
 */
(() => {
  "use strict";

  const MOST_ROWS = 5000;

  function table(clipboard) {
    const html = clipboard.getData("text/html");
    const rows = (/<table/i.test(html) && fromHtml(html)) || fromText(clipboard.getData("text/plain"));
    const filled = rows.map((row) => row.map((text) => text.trim()));
    while (filled.length && filled.at(-1).every((text) => !text)) filled.pop();
    return filled;
  }

  const words = (cell) => {
    for (const line of cell.querySelectorAll("br")) line.replaceWith(" ");
    return cell.textContent.replace(/\s+/g, " ").trim();
  };

  function fromHtml(html) {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector("table");
    if (!found) return null;
    const rows = [];
    const taken = new Set(); // "row:column" that a merged cell covers
    [...found.rows].slice(0, MOST_ROWS).forEach((line, row) => {
      rows[row] ??= [];
      let column = 0;
      for (const cell of line.cells) {
        while (taken.has(`${row}:${column}`)) rows[row][column++] = "";
        const [high, wide] = [Math.min(cell.rowSpan || 1, MOST_ROWS), Math.min(cell.colSpan || 1, 100)];
        for (let down = 0; down < high; down += 1) {
          for (let right = 0; right < wide; right += 1) if (down || right) taken.add(`${row + down}:${column + right}`);
        }
        rows[row][column++] = words(cell);
      }
      while (taken.has(`${row}:${column}`)) rows[row][column++] = "";
    });
    return rows.map((row) => Array.from(row, (text) => text ?? ""));
  }

  /* A quote at the begin of a cell holds it together, tabs and line ends included; two stand for one. */
  function fromText(text) {
    const rows = [[]];
    let place = 0;
    const end = text.length;
    while (place < end && rows.length <= MOST_ROWS) {
      let cell = "";
      const closed = text[place] === '"' ? quoted(text, place) : null;
      if (closed) {
        [cell, place] = closed;
      } else {
        const from = place;
        while (place < end && text[place] !== "\t" && text[place] !== "\n" && text[place] !== "\r") place += 1;
        cell = text.slice(from, place);
      }
      rows.at(-1).push(cell.replace(/\s+/g, " "));
      if (text[place] === "\t") {
        place += 1;
        if (place >= end) rows.at(-1).push("");
      } else if (place < end) {
        place += text[place] === "\r" && text[place + 1] === "\n" ? 2 : 1;
        if (place < end) rows.push([]);
      }
    }
    return rows;
  }

  /* The cell and the place behind it; null where the quote is no wrapping of a cell: 12" pipe, or one never closed. */
  function quoted(text, begin) {
    let cell = "";
    for (let place = begin + 1; place < text.length; place += 1) {
      if (text[place] !== '"') cell += text[place];
      else if (text[place + 1] === '"') {
        cell += '"';
        place += 1;
      } else {
        const next = text[place + 1];
        return next === undefined || next === "\t" || next === "\n" || next === "\r" ? [cell, place + 1] : null;
      }
    }
    return null;
  }

  /* As erp_admin.documents.plain makes headers plain. */
  const plain = (name) =>
    name
      .normalize("NFKC")
      .toLowerCase()
      .normalize("NFD")
      .replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
      .normalize("NFC")
      .replaceAll("%", " percent ")
      .replaceAll("#", " number ")
      .replaceAll("$", " $ ")
      .replace(/\p{Cf}/gu, "")
      .replace(/[^\p{L}\p{M}\p{N}$]+/gu, " ")
      .trim();

  /* The names of columns by place, and the headers that mean none; null where the row is no header. */
  function headers(row, columns) {
    const byName = new Map(columns.flatMap((column) => column.names.map((name) => [name, column.name])));
    const places = new Map();
    const unknown = [];
    row.forEach((text, place) => {
      if (!text) return;
      const name = byName.get(plain(text));
      if (name && ![...places.values()].includes(name)) places.set(place, name);
      else unknown.push(text);
    });
    const isData = row.some((text) => /^[($-]*\d[\d.,]*[)%-]*$/.test(text));
    const isHeader = places.size >= 2 || (places.size === 1 && row.filter(Boolean).length === 1);
    return isHeader && !isData ? { places, unknown } : null;
  }

  const NUMBER = /^[-(\s]*(?:[a-z]{3}|\p{Sc})?[-(\s]*\d[\d.,\s'’]*[-)\s]*(?:[a-z]{3}|\p{Sc}|%)?[-)\s]*$/iu;

  /* Whether a row has words, and none but that it is a total or carried from another page. `words` are those of the server. */
  function totals({ totals: known = [], beside = [], carried = [], spaced = "" }) {
    const [totalWords, besideWords] = [new Set(known), new Set(beside)];
    const carriedWords = carried.map((source) => new RegExp(source));
    const spacedWords = new RegExp(spaced || "$^");

    function saysTotal(text) {
      let bare = plain(text.replaceAll("∑", " total ").replace(/["״](?=[א-ת])/g, ""));
      if (spacedWords.test(bare)) bare = bare.replaceAll(" ", "");
      if (carriedWords.some((each) => each.test(bare))) return true;
      const said = bare.split(" ");
      const others = said.filter((word) => !totalWords.has(word));
      return others.length < said.length && others.every((word) => besideWords.has(word) || /\p{N}/u.test(word));
    }

    return (row) => {
      const texts = row.filter((text) => text && !NUMBER.test(text));
      return texts.length > 0 && texts.every(saysTotal);
    };
  }

  window.pasted = { table, headers, totals };
})();
