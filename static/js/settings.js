/* The settings form: sections that follow their switch, asterisks, proposals, lists that arrive while the page is open.
 *
 * <form data-settings>: inputs [data-switch="key"], sections <details data-of-switch="key">, selects
 * [data-required-by="key key"]. [data-proposal="id" data-value data-text] says what is proposed for a select; it is
 * filled in where the field is required and neither chosen nor emptied by the person. Buttons [data-choose="id"
 * data-value data-text] choose. [data-proposals-filled] says how many are filled in. <nav data-spy> marks the section
 * in view. The list of a field was read when htmx brings what is said of it, #said_<key>, anew.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-settings]");
  const touched = new Set(); // what the person chose or emptied is theirs
  const filled = new Map(); // by id of the select: the value that was proposed and filled in
  let isOurs = false; // a change made by this script is nobody's choice

  const isOn = (key) => Boolean(form.querySelector(`[data-switch="${CSS.escape(key)}"]`)?.checked);
  const requiring = (select) => (select.dataset.requiredBy || "").split(" ").filter(Boolean);
  const isRequired = (select) => select.required || requiring(select).some(isOn);

  /* Choosing: the picker where one stands in its place, else the select itself. */

  function choose(select, value, text, silently) {
    if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
    const picker = select.tomselect;
    if (picker) {
      if (value) picker.addOption({ value, text });
      picker.setValue(value, silently);
    } else {
      select.value = value;
      if (!silently) select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    // What the choice means is asked for (htmx), though nothing was typed that could be lost.
    if (silently && select.hasAttribute("hx-get")) select.dispatchEvent(new Event("change"));
  }

  function propose() {
    for (const said of form.querySelectorAll("[data-proposal]")) {
      const select = document.getElementById(said.dataset.proposal);
      if (!select) continue;
      // What was refused, the person looks at; the proposal is one click away.
      const isFree = !select.value && !touched.has(select.id) && !select.classList.contains("is-invalid");
      if (isRequired(select) && isFree) {
        filled.set(select.id, said.dataset.value);
        isOurs = true;
        choose(select, said.dataset.value, said.dataset.text, true);
        isOurs = false;
      } else if (isRequired(select) && select.value === said.dataset.value && !touched.has(select.id)) {
        filled.set(select.id, said.dataset.value); // the server filled it in
      }
    }
    tell();
  }

  function withdraw(key) {
    for (const [id, value] of filled) {
      const select = document.getElementById(id);
      if (!select || isRequired(select) || !requiring(select).includes(key) || select.value !== value) continue;
      filled.delete(id);
      isOurs = true;
      choose(select, "", "", true);
      isOurs = false;
    }
    tell();
  }

  function tell() {
    const count = [...filled].filter(([id, value]) => document.getElementById(id)?.value === value).length;
    const told = form.querySelector("[data-proposals-filled]");
    const text = count ? `${count} ${count === 1 ? "proposal is" : "proposals are"} filled in; Save accepts ${count === 1 ? "it" : "them"}.` : "";
    if (told && told.textContent !== text) told.textContent = text;
    for (const button of form.querySelectorAll("[data-choose]")) {
      button.hidden = document.getElementById(button.dataset.choose)?.value === button.dataset.value;
    }
    for (const others of form.querySelectorAll(".proposal-others")) {
      others.hidden = ![...others.querySelectorAll("button")].some((button) => !button.hidden);
    }
  }

  /* The asterisk and what screen readers hear follow the switches. */

  function mark(select) {
    const needed = isRequired(select);
    const label = form.querySelector(`label[for="${CSS.escape(select.id)}"], label[for="${CSS.escape(select.id)}-ts-control"]`);
    const star = label?.querySelector(".asteriskField");
    if (needed && label && !star) {
      const added = document.createElement("span");
      added.className = "asteriskField";
      added.textContent = "*";
      label.append(added);
    } else if (!needed && star) star.remove();
    const controls = select.tomselect ? [select.tomselect.control_input, select.tomselect.focus_node] : [select];
    for (const control of controls) {
      if (needed) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    }
  }

  function follow(input) {
    const key = input.dataset.switch;
    const section = form.querySelector(`[data-of-switch="${CSS.escape(key)}"]`);
    if (section) section.open = input.checked;
    form.querySelectorAll("select[data-required-by]").forEach(mark);
    if (input.checked) propose();
    else withdraw(key);
  }

  /* A list that arrives: its pickers ask anew, its proposals are filled in. */

  function arrived(select) {
    const picker = select?.tomselect;
    if (picker) {
      picker.loadedSearches = {};
      picker.wrapper.classList.remove("preloaded");
      picker.clearOptions((option) => picker.items.includes(option.value));
    }
    propose();
  }

  function restored() {
    for (const select of form.querySelectorAll("select[data-picker-url]")) {
      if (select.value) touched.add(select.id);
      if (select.tomselect) {
        const option = select.selectedOptions[0];
        if (option) select.tomselect.addOption({ value: option.value, text: option.textContent });
        select.tomselect.setValue(select.value, true);
      }
    }
    form.querySelectorAll("[data-switch]").forEach(follow);
  }

  function start() {
    form.addEventListener("change", (event) => {
      if (isOurs) return;
      if (event.target.matches("[data-switch]")) follow(event.target);
      else if (event.target.matches("select")) {
        touched.add(event.target.id);
        tell();
      }
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-choose]");
      if (!button) return;
      const select = document.getElementById(button.dataset.choose);
      choose(select, button.dataset.value, button.dataset.text, false);
      (select.tomselect?.focus_node || select).focus();
    });
    form.addEventListener("draft:restored", restored);
    form.addEventListener("toggle", () => form.querySelectorAll("select[data-required-by]").forEach(mark), true);
    document.addEventListener("htmx:afterSettle", (event) => {
      const said = /^said_(.+)$/.exec(event.target.id || "");
      if (said) arrived(document.getElementById(`id_${said[1]}`));
    });
    propose();
  }

  // The pickers, and the form's own note of how it began, come first.
  if (form) window.addEventListener("load", start);

  /* The index beside the form marks the section that is read. */

  function spy(nav) {
    const links = new Map();
    for (const link of nav.querySelectorAll('a[href^="#"]')) {
      const section = document.getElementById(link.hash.slice(1));
      if (section) links.set(section, link);
    }
    const show = () => {
      let present = null;
      let highest = 0;
      for (const section of links.keys()) {
        const { top } = section.getBoundingClientRect();
        // Of sections side by side the first counts.
        if (present && (top <= highest || top > window.innerHeight / 3)) continue;
        present = section;
        highest = top;
      }
      for (const [section, link] of links) {
        if (section === present) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    window.addEventListener("scroll", show, { passive: true });
    nav.addEventListener("click", (event) => {
      const section = event.target.closest("a") && document.querySelector(event.target.closest("a").hash)?.closest("details");
      if (section) section.open = true;
    });
    show();
  }

  document.querySelectorAll("[data-spy]").forEach(spy);
})();
