/* Keyboard shortcuts: what is marked [data-shortcut="n"] is pressed by its letter, g and a letter go to a rail link
 * [data-go="c"], / goes to the page's search field, Ctrl-S saves the form [data-save], ? lists them all.
 *
 * Letters are for nobody who types into a field, and can be switched off in the list (WCAG 2.1.4).
 */
(() => {
  "use strict";

  const KEY = "shortcuts";
  const list = document.getElementById("shortcuts");
  const choice = document.querySelector("[data-shortcuts-on]");
  let isGoing = false;

  function areOn() {
    try {
      return window.localStorage.getItem(KEY) !== "off";
    } catch {
      return true;
    }
  }

  function isTyping(target) {
    return Boolean(target.closest?.("input, textarea, select, [contenteditable], [role=grid], dialog[open]"));
  }

  function press(element) {
    if (!element || element.getAttribute("aria-disabled") === "true") return false;
    element.focus();
    element.click();
    return true;
  }

  function act(key) {
    if (isGoing) {
      isGoing = false;
      return press(document.querySelector(`[data-go="${CSS.escape(key)}"]`));
    }
    if (key === "g") {
      isGoing = true;
      return true;
    }
    if (key === "/") {
      const field = document.querySelector("main input[type=search]");
      field?.focus();
      return Boolean(field);
    }
    return press(document.querySelector(`main [data-shortcut="${CSS.escape(key)}"]`));
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      const save = document.querySelector("main [data-save]");
      if (save) {
        event.preventDefault();
        save.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === "?" && list) {
      event.preventDefault();
      list.showModal();
    } else if (areOn() && event.key.length === 1 && act(event.key.toLowerCase())) {
      event.preventDefault();
    } else {
      isGoing = false;
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("dialog [data-close]");
    if (button) button.closest("dialog").close();
    if (event.target.closest?.('[data-open="shortcuts"]')) list?.showModal();
  });

  if (choice) {
    choice.checked = areOn();
    choice.addEventListener("change", () => {
      try {
        if (choice.checked) window.localStorage.removeItem(KEY);
        else window.localStorage.setItem(KEY, "off");
      } catch {
        choice.checked = true; // storage is closed to us: nothing would be kept
      }
    });
  }
})();
