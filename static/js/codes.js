/* Fields for codes: <input data-pick="/t/…/pick/vendors/">, a combobox whose choices are fetched while somebody types.
 *
 * The address answers ?q=text with [{"value", "text", "inactive", "disabled"}]. One list is shared by all fields. Before it
 * is asked the field sends "codes:within", whose detail.params may be narrowed, or whose detail.items answer at once.
 * Nothing is chosen unless somebody points at it: what was typed stays as it is, and the server says what it means.
 */
(() => {
  "use strict";

  const WAIT = 150;
  const list = document.createElement("ul");
  list.id = "codes-list";
  list.className = "codes-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Choices");
  list.hidden = true;

  let shown = null; // the field whose choices are shown
  let active = -1;
  let items = [];
  let timer = 0;
  let newest = 0;

  const isField = (element) => element instanceof HTMLInputElement && element.matches("[data-pick]") && !element.readOnly;
  const inGrid = (input) => Boolean(input.closest("[data-grid]"));

  function close() {
    clearTimeout(timer);
    newest += 1;
    if (!shown) return;
    shown.setAttribute("aria-expanded", "false");
    shown.removeAttribute("aria-activedescendant");
    shown.removeAttribute("aria-controls");
    list.hidden = true;
    shown = null;
    active = -1;
  }

  function place(input) {
    const box = input.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, 280), window.innerWidth - 16);
    list.style.width = `${width}px`;
    list.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
    const below = window.innerHeight - box.bottom;
    const isAbove = below < 200 && box.top > below;
    list.style.maxHeight = `${Math.min(320, (isAbove ? box.top : below) - 12)}px`;
    list.style.top = isAbove ? "auto" : `${box.bottom + 2}px`;
    list.style.bottom = isAbove ? `${window.innerHeight - box.top + 2}px` : "auto";
  }

  function show(input, found, failed) {
    // What somebody points at stays pointed at when the answer to later words arrives.
    const pointed = shown === input && active >= 0 ? items[active].value : null;
    shown = input;
    items = found;
    active = -1;
    const options = found.map((item, number) => {
      const option = document.createElement("li");
      option.id = `codes-option-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      if (item.disabled) option.setAttribute("aria-disabled", "true");
      option.textContent = item.text;
      if (item.inactive) {
        const mark = document.createElement("span");
        mark.className = "picker-inactive";
        mark.textContent = "inactive";
        option.append(mark);
      }
      option.dataset.number = String(number);
      return option;
    });
    if (!options.length) {
      const none = document.createElement("li");
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      none.textContent = failed ? "The search did not answer. Type on, or try again." : "Nothing found.";
      options.push(none);
    }
    if (!list.isConnected) (document.querySelector("main") ?? document.body).append(list);
    list.replaceChildren(...options);
    list.hidden = false;
    list.scrollTop = 0;
    place(input);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    const again = pointed === null ? -1 : found.findIndex((item) => item.value === pointed);
    if (again >= 0) point(again);
    else input.removeAttribute("aria-activedescendant");
  }

  async function open(input, words) {
    const mine = ++newest;
    const url = new URL(input.dataset.pick, window.location.href);
    const detail = { params: url.searchParams, items: null, words };
    input.dispatchEvent(new CustomEvent("codes:within", { bubbles: true, detail }));
    if (detail.items) {
      show(input, detail.items, false);
      return;
    }
    url.searchParams.set("q", words);
    let found = [];
    let failed = false;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      failed = !answer.ok;
      if (answer.ok) found = await answer.json();
    } catch {
      failed = true;
    }
    if (mine === newest && document.activeElement === input) show(input, found, failed);
  }

  function point(to) {
    const options = [...list.children];
    const usable = (number) => items[number] && !items[number].disabled;
    let next = to;
    while (next >= 0 && next < items.length && !usable(next)) next += to > active ? 1 : -1;
    if (next >= items.length || !usable(next)) return;
    active = next;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    options[active].scrollIntoView({ block: "nearest" });
    shown.setAttribute("aria-activedescendant", options[active].id);
  }

  function choose(number) {
    const [input, item] = [shown, items[number]];
    if (!input || !item || item.disabled) return;
    close();
    input.value = item.value;
    input.dispatchEvent(new CustomEvent("codes:chosen", { bubbles: true, detail: item }));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  function keys(event) {
    const input = event.target;
    if (!isField(input)) return;
    const isShown = shown === input;
    const asks = event.key === "F4" || (!inGrid(input) && event.key === "ArrowDown" && !isShown);
    if (asks) {
      event.preventDefault();
      if (isShown) close();
      else open(input, "");
      return;
    }
    if (!isShown || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowDown") point(active + 1);
    else if (event.key === "ArrowUp") point(active - 1);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape") close();
    else {
      if (event.key === "Tab" && active >= 0) choose(active);
      if (event.key === "Tab" || event.key === "Enter") close();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener("keydown", keys, true);
  document.addEventListener("input", (event) => {
    if (!isField(event.target) || !event.isTrusted) return;
    clearTimeout(timer);
    const words = event.target.value;
    timer = setTimeout(() => {
      if (document.activeElement === event.target) open(event.target, words);
    }, WAIT);
  });
  document.addEventListener("click", (event) => {
    if (isField(event.target) && shown !== event.target) open(event.target, "");
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === shown || isField(event.target)) close();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-number]");
    if (option) choose(Number(option.dataset.number));
  });
  window.addEventListener("resize", close);
  document.addEventListener(
    "scroll",
    (event) => {
      if (shown && event.target !== list) place(shown);
    },
    true,
  );

  function prepare(root) {
    for (const input of root.querySelectorAll("input[data-pick]:not([role])")) {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
    }
  }

  prepare(document);
  window.codes = { prepare, close };
})();
