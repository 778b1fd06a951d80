/* The keys of the grid, as templates/erp_admin/grid_tools.html lists them. window.gridKeys(grid) adds nothing. */
(() => {
  "use strict";

  window.gridKeys = (grid) => {
    const { model, view, go, acts } = grid;

    function keys(event) {
      const input = event.target;
      if (!grid.isCell(input)) return;
      const command = event.ctrlKey || event.metaKey;
      const place = grid.placeNow();
      const found = command || event.altKey ? commandOf(event, command, place) : plainKey(event, input, place);
      if (!found) return;
      event.preventDefault();
      found();
    }

    function commandOf(event, command, place) {
      const { shiftKey, altKey } = event;
      const key = event.key.toLowerCase();
      const found = [
        [command && !shiftKey && key === "z", acts.undo],
        [command && ((shiftKey && key === "z") || key === "y"), acts.redo],
        [command && !shiftKey && key === "d", acts.fillDown],
        [command && shiftKey && key === "d", acts.duplicate],
        [altKey && key === "arrowup", () => acts.move(-1)],
        [altKey && key === "arrowdown", () => acts.move(1)],
        [altKey && key === "enter", () => acts.insert(place + 1)],
        [altKey && (key === "delete" || key === "backspace"), () => acts.remove()],
        [command && key === "home", () => go(0, view.columns[0].name)],
        [command && key === "end", () => go(model.rows.length - 1, grid.now.name)],
      ].find(([holds]) => holds);
      return found?.[1];
    }

    function plainKey(event, input, place) {
      const { key, shiftKey } = event;
      const { name, mode } = grid.now;
      if (key === "Enter") return () => go(place + (shiftKey ? -1 : 1), name);
      if (shiftKey && (key === "ArrowDown" || key === "ArrowUp")) return () => grid.extend(key === "ArrowDown" ? 1 : -1);
      if (key === "ArrowDown") return () => go(place + 1, name);
      if (key === "ArrowUp") return () => go(place - 1, name);
      if (shiftKey) return null;
      if (key === "F2") return () => edit(input);
      if (key === "Escape") return () => grid.restore(input);
      if (key === "Delete" && grid.range) return acts.clear;
      if (mode === "edit") return null;
      const at = view.columns.findIndex((column) => column.name === name);
      if (key === "ArrowRight" && at < view.columns.length - 1) return () => go(place, view.columns[at + 1].name);
      if (key === "ArrowLeft" && at > 0) return () => go(place, view.columns[at - 1].name);
      return null;
    }

    function edit(input) {
      grid.now.mode = "edit";
      input.setSelectionRange(input.value.length, input.value.length);
    }

    grid.table.addEventListener("keydown", keys);
  };
})();
