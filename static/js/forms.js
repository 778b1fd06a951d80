/* Forms: confirmation, no double submit, unsaved changes, focus on the error summary.
 *
 * <form data-confirm="Disconnect Sage Intacct?" data-confirm-text="…" data-confirm-label="Disconnect"
 *   data-confirm-stay="Keep it" data-confirm-danger>
 * A submit button may carry the same attributes; they win over the form's.
 * <form data-unsaved> with an element [data-unsaved-bar hidden] inside.
 */
(() => {
  "use strict";

  const confirmed = new WeakSet();

  function question(form, submitter) {
    return [submitter, form].find((element) => element && element.hasAttribute("data-confirm"));
  }

  function ask(form, submitter, source) {
    const dialog = document.getElementById("confirm");
    const go = document.getElementById("confirm-go");
    document.getElementById("confirm-title").textContent = source.dataset.confirm;
    document.getElementById("confirm-text").textContent = source.dataset.confirmText || "";
    document.getElementById("confirm-stay").textContent = source.dataset.confirmStay || "Cancel";
    go.textContent = source.dataset.confirmLabel || "Continue";
    go.className = source.hasAttribute("data-confirm-danger") ? "btn btn-danger" : "btn btn-primary";
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "go") return;
        confirmed.add(form);
        form.requestSubmit(submitter);
      },
      { once: true },
    );
    dialog.showModal();
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method === "dialog") return;
      if (form.hasAttribute("data-submitted")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      const source = question(form, event.submitter);
      if (source && !confirmed.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        ask(form, event.submitter, source);
        return;
      }
      confirmed.delete(form);
      if (form.method !== "post") return;
      form.setAttribute("data-submitted", "");
      if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    },
    true,
  );

  function release(form) {
    form.removeAttribute("data-submitted");
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }

  // Coming back with the browser's back button shows the page as it was left: make its forms usable again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-submitted]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) release(form);
  });

  function state(form) {
    const pairs = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    return JSON.stringify(pairs.map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }

  const saved = new Map();

  function watch(form) {
    if (saved.has(form)) return;
    saved.set(form, state(form));
    // A form shown again with errors holds what was typed, none of which is saved.
    const rejected = Boolean(document.querySelector("[data-error-summary]"));
    const show = () => {
      const changed = rejected || state(form) !== saved.get(form);
      form.classList.toggle("is-changed", changed);
      form.querySelectorAll("[data-unsaved-bar]").forEach((bar) => (bar.hidden = !changed));
    };
    form.addEventListener("input", show);
    form.addEventListener("change", show);
    show();
  }

  window.addEventListener("beforeunload", (event) => {
    for (const form of saved.keys()) {
      if (form.isConnected && form.classList.contains("is-changed") && !form.hasAttribute("data-submitted")) {
        event.preventDefault();
        return;
      }
    }
  });

  function start() {
    document.querySelectorAll("form[data-unsaved]").forEach(watch);
    const summary = document.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }

  // Pickers replace their selects first, so that their starting value is not taken for a change.
  window.addEventListener("load", start);
})();
