/* Searchable pickers: <select data-picker-url="…">. The address answers ?q=text with
 * [{"value": "4000", "text": "4000 Revenue", "inactive": false}], with a "note" where there is something to know; the
 * select's own options are kept and stay valid without a script. data-picker-fixed="setting=12" is sent along.
 */
(() => {
  "use strict";

  const escape = (text) => {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML;
  };

  function row(item) {
    const word = item.inactive ? "inactive" : item.note || "";
    const mark = word ? `<span class="picker-inactive">${escape(word)}</span>` : "";
    return `<div>${escape(item.text)}${mark}</div>`;
  }

  function search(select, text) {
    const url = new URL(select.dataset.pickerUrl, window.location.href);
    url.searchParams.set("q", text);
    const fixed = new URLSearchParams(select.dataset.pickerFixed || "");
    for (const [name, value] of fixed) {
      if (!url.searchParams.has(name)) url.searchParams.set(name, value);
    }
    return fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) throw new Error(`The search answered ${answer.status}`);
      return answer.json();
    });
  }

  /* Once something was chosen, the list opens again only when the person asks: not for the focus that comes back to the
   * picker, nor for an answer that is still under way.
   */
  function stayClosed(control) {
    let isChosen = false;
    const open = control.open;
    control.hook("instead", "open", () => {
      if (!isChosen) open.call(control);
    });
    control.on("item_add", () => {
      isChosen = true;
    });
    const ask = () => {
      isChosen = false;
    };
    for (const event of ["mousedown", "keydown"]) control.wrapper.addEventListener(event, ask, true);
    const come = (event) => {
      if (!control.wrapper.contains(event.relatedTarget)) ask();
    };
    control.wrapper.addEventListener("focus", come, true);
  }

  function picker(select) {
    let newest = 0; // an answer that was overtaken by a later search is dropped
    const control = new window.TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: ["text", "value"],
      maxOptions: 100,
      preload: "focus",
      loadThrottle: 200,
      selectOnTab: true,
      closeAfterSelect: true,
      openOnFocus: true,
      hideSelected: true, // else Enter after a search takes the present choice again
      plugins: select.required || select.multiple ? ["dropdown_input"] : ["dropdown_input", "clear_button"],
      placeholder: select.dataset.pickerPlaceholder || "Search by id or name",
      shouldLoad: () => true,
      // The server decides what matches; what it sent is not filtered or reordered again.
      score: () => () => 1,
      sortField: [{ field: "$order" }],
      load(text, done) {
        const mine = ++newest;
        search(select, text)
          .then((items) => {
            if (mine !== newest) return done();
            control.clearOptions((option) => control.items.includes(option.value));
            return done(items);
          })
          .catch(() => {
            control.pickerFailed = mine === newest;
            done();
          });
        control.pickerFailed = false;
      },
      render: {
        option: row,
        item: row,
        no_results: () =>
          `<div class="no-results" role="option" aria-disabled="true">${control.pickerFailed ? "The search did not answer. Try again." : "Nothing found. Search by id or name."}</div>`,
      },
      onInitialize() {
        for (const option of select.options) {
          if (option.dataset.inactive === "true" && this.options[option.value]) {
            this.updateOption(option.value, { ...this.options[option.value], inactive: true });
          }
        }
      },
    });
    stayClosed(control);
    // One stop for Tab: Delete and Backspace empty the picker, so its × needs none of its own.
    control.wrapper.querySelector(".clear-button")?.setAttribute("tabindex", "-1");
    const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}-ts-control"]`);
    // The replaced select stays in the form but leaves the reading order: the picker's own field stands for it.
    select.setAttribute("aria-hidden", "true");
    select.addEventListener("focus", () => control.focus());
    const described = select.getAttribute("aria-describedby");
    const name = label ? label.textContent.replace("*", "").trim() : select.getAttribute("aria-label");
    for (const element of [control.control_input, control.focus_node]) {
      if (name) element.setAttribute("aria-label", name);
      if (described) element.setAttribute("aria-describedby", described);
      if (select.getAttribute("aria-invalid")) element.setAttribute("aria-invalid", "true");
      if (select.required) element.setAttribute("aria-required", "true");
    }
  }

  /* Pickers in a closed <details> are made when it opens: a long form has hundreds. */
  function start(root) {
    for (const select of root.querySelectorAll("select[data-picker-url]:not(.tomselected)")) {
      if (!select.closest("details:not([open])")) picker(select);
    }
  }

  start(document);
  document.addEventListener("toggle", (event) => start(event.target), true);
  document.addEventListener("pickers:start", (event) => start(event.detail));
  document.addEventListener("htmx:afterSwap", () => start(document));
})();
