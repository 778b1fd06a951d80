/* Forms: confirmation, no double submit, unsaved changes, focus on the error summary.
 *
 * <form data-confirm="Disconnect Sage Intacct?" data-confirm-text="…" data-confirm-label="Disconnect"
 *   data-confirm-stay="Keep it" data-confirm-danger>
 * A submit button may carry the same attributes; they win over the form's.
 * <form data-unsaved> with an element [data-unsaved-bar hidden] inside.
 * <form data-draft="…"> is sent once session.js has found that the log-in holds; leaving it needs no warning while
 * drafts.js holds everything that was typed.
 */
(() => {
  "use strict";

  const confirmed = new WeakSet();
  const passed = new WeakSet();

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

  /* The form is sent when its person is logged in; what was typed stays where it is until then. */
  const asking = new WeakSet();

  function where(form, submitter) {
    const address = submitter?.getAttribute("formaction") || form.getAttribute("action") || "";
    return new URL(address, window.location.href).pathname;
  }

  async function sendOnceLoggedIn(form, submitter) {
    if (asking.has(form)) return;
    asking.add(form);
    submitter?.setAttribute("aria-busy", "true");
    const outcome = await window.logIn.ready(where(form, submitter));
    asking.delete(form);
    if (outcome === "ready" && form.isConnected) {
      confirmed.add(form);
      passed.add(form);
      form.requestSubmit(submitter);
      return;
    }
    release(form);
    confirmed.delete(form);
    const words = outcome === "offline" ? "You are offline. Nothing was sent yet; try again." : "Nothing was sent yet.";
    window.drafts?.tell(form, words);
    submitter?.focus();
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
      if (form.hasAttribute("data-draft") && window.logIn && !passed.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        sendOnceLoggedIn(form, event.submitter);
        return;
      }
      confirmed.delete(form);
      passed.delete(form);
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
    const pairs = [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "draft_of_form"].includes(name));
    return JSON.stringify(pairs.map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }

  const saved = new Map();
  const PAUSE = 200; // a form may hold a thousand lines: it is compared once for many keys
  const waiting = new Map(); // form -> what compares it

  function watch(form) {
    if (saved.has(form)) return;
    saved.set(form, state(form));
    // A form shown again with errors holds what was typed, none of which is saved. Where drafts are kept, the draft says
    // whether anything was typed at all.
    const isRejected = Boolean(document.querySelector("[data-error-summary]"));
    const rejected = () => (form.hasAttribute("data-draft") && window.logIn ? form.hasAttribute("data-draft-adopted") : isRejected);
    let timer = 0;
    const show = () => {
      window.clearTimeout(timer);
      waiting.delete(form);
      const changed = rejected() || state(form) !== saved.get(form);
      form.classList.toggle("is-changed", changed);
      form.querySelectorAll("[data-unsaved-bar]").forEach((bar) => (bar.hidden = !changed));
    };
    const soon = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(show, PAUSE);
      waiting.set(form, show);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("draft:adopted", show);
    show();
  }

  window.addEventListener("beforeunload", (event) => {
    for (const show of [...waiting.values()]) show();
    for (const form of saved.keys()) {
      if (form.isConnected && form.classList.contains("is-changed") && !form.hasAttribute("data-submitted")) {
        if (window.drafts?.holds(form)) continue;
        event.preventDefault();
        return;
      }
    }
  });

  function start() {
    document.querySelectorAll("form[data-unsaved]").forEach(watch);
    document.querySelector("[data-error-summary], [data-error-panel]")?.focus();
  }

  // Pickers replace their selects first, so that their starting value is not taken for a change.
  window.addEventListener("load", start);
})();
