/* A log-in that ended while a page was open: it is asked for in place, and then the page goes on with what it has.
 *
 * <meta name="session" content="address that tells how the log-in stands" data-person="7" data-name="Alma">
 *
 * window.logIn.ask(path) tells how it stands for sending a form to `path`; window.logIn.ready(path) asks for a log-in
 * where one is needed, and resolves to "ready", "offline" or "refused". A form is never sent for another person than the
 * one the page was made for. What is sent passes every check of the server again.
 */
(() => {
  "use strict";

  const page = document.querySelector('meta[name="session"]');
  if (!page) return;

  const PATIENCE = 10_000;
  const LOOK_EVERY = 3_000;
  const WHY = {
    ended: "Your log-in has ended. Everything you typed is still here, and goes on its way once you are logged in.",
    locked: "Confirm that it is you. Everything you typed is still here, and goes on its way once you have.",
  };
  let open = null; // the dialog that is open, with what it resolves

  const address = () => new URL(page.content, window.location.href);

  async function ask(path = "") {
    const url = address();
    if (path) url.searchParams.set("for", path);
    try {
      const answer = await fetch(url, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      return answer.ok ? await answer.json() : { state: "unknown" };
    } catch (error) {
      return { state: error instanceof SyntaxError ? "unknown" : "offline" };
    }
  }

  /* A log-in changes the token against forgery; the page takes over the new one. */
  function renew(token) {
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) {
      if (!field.closest("dialog.log-in-again")) field.value = token;
    }
    const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": token }));
  }

  const isOwn = (told) => told.person === page.dataset.person;

  async function ready(path = "") {
    const told = await ask(path);
    if (told.state === "offline") return "offline";
    if (told.state === "unknown") return "ready"; // whatever it is, the server says it better
    if (told.state === "open" && isOwn(told)) {
      renew(told.csrf);
      return "ready";
    }
    return show(path, told);
  }

  /* The dialog. */

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function show(path, told) {
    if (open) return open.promise;
    const dialog = element("dialog", { class: "confirm log-in-again", "aria-labelledby": "log-in-again-title" });
    const title = element("h2", { class: "h5", id: "log-in-again-title", tabindex: "-1" });
    const content = element("div", { class: "log-in-again-content" });
    const close = element("button", { type: "button", class: "btn btn-outline-secondary" }, "Not now");
    const elsewhere = element("a", { class: "btn btn-link", target: "_blank", rel: "noopener" }, "Log in in another tab");
    dialog.append(title, content, element("div", { class: "confirm-actions" }, elsewhere, close));
    document.body.append(dialog);
    const made = { dialog, title, content, elsewhere, close, path, state: "" };
    made.promise = new Promise((resolve) => {
      made.finish = (outcome) => {
        if (open !== made) return;
        open = null;
        window.clearInterval(made.timer);
        dialog.close();
        dialog.remove();
        resolve(outcome);
      };
    });
    open = made;
    close.addEventListener("click", () => made.finish("refused"));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      made.finish("refused");
    });
    dialog.showModal();
    made.timer = window.setInterval(() => look(made), LOOK_EVERY);
    go(made, told);
    return made.promise;
  }

  /* Somebody may log in in another tab meanwhile. */
  async function look(made) {
    if (document.hidden || made.isBusy) return;
    const told = await ask(made.path);
    if (open === made && told.state === "open") go(made, told);
  }
  for (const kind of ["focus", "visibilitychange"]) {
    window.addEventListener(kind, () => open && look(open), true);
  }

  async function go(made, told) {
    if (open !== made) return;
    if (told.state === "open" && isOwn(told)) {
      renew(told.csrf);
      made.finish("ready");
    } else if (told.person && !isOwn(told)) {
      somebodyElse(made, told.name);
    } else if (told.where && told.state !== made.state) {
      made.state = told.state;
      const name = page.dataset.name;
      made.title.textContent = told.state === "ended" ? `Log in again as ${name}` : `Confirm that you are ${name}`;
      made.content.replaceChildren(element("p", {}, WHY[told.state]));
      const elsewhere = new URL(told.where, window.location.href);
      elsewhere.searchParams.set("next", "/");
      made.elsewhere.href = elsewhere;
      await load(made, told.where);
    } else if (!made.content.querySelector("form")) {
      say(made, "The site did not answer. Log in in another tab; this page notices and goes on.");
    }
  }

  function somebodyElse(made, name) {
    made.title.textContent = "Somebody else is logged in here now";
    const whose = page.dataset.name;
    const words = `This page was opened by ${whose}; now ${name} is logged in. Nothing was sent. What ${whose} typed is kept for ${whose} alone.`;
    made.content.replaceChildren(element("p", { role: "alert" }, words));
    made.elsewhere.remove();
    made.close.textContent = "Close";
    made.close.focus();
  }

  function say(made, words) {
    made.content.querySelector("[data-said]")?.remove();
    made.content.append(element("p", { role: "alert", "data-said": "" }, words));
  }

  async function load(made, where, options = {}) {
    made.isBusy = true;
    try {
      const answer = await fetch(where, { ...options, headers: { Accept: "text/html, application/json" } });
      if (new URL(answer.url).pathname === address().pathname) await go(made, await ask(made.path));
      else take(made, new DOMParser().parseFromString(await answer.text(), "text/html"), answer.url);
    } catch {
      say(made, "The site cannot be reached at the moment. Try again, or log in in another tab.");
      made.content.querySelectorAll("form").forEach((form) => {
        form.removeAttribute("data-submitted");
        form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
      });
    } finally {
      made.isBusy = false;
    }
  }

  /* The form of the log-in page, as it stands there. Passkeys need a page of their own. */
  function take(made, answer, where) {
    if (open !== made) return;
    const main = answer.querySelector("main");
    const found = [...(main?.querySelectorAll('form[method="post"]') ?? [])].find(
      (form) => !form.hasAttribute("data-passkey") && !(form.getAttribute("action") || "").includes("logout"),
    );
    if (!found) {
      made.content.replaceChildren(element("p", {}, `${WHY[made.state]} This is done in another tab; this page notices and goes on.`));
      made.elsewhere.className = "btn btn-primary";
      made.elsewhere.focus();
      return;
    }
    const said = [...main.querySelectorAll('[role="alert"], [data-wait]')].filter((each) => !each.closest("[data-passkey], [hidden]"));
    const form = own(found);
    made.content.replaceChildren(element("p", {}, WHY[made.state]), ...said.map(own), form);
    form.querySelectorAll(".form-actions a").forEach((link) => link.remove());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const action = new URL(form.getAttribute("action") || where, where);
      load(made, action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    });
    (form.querySelector('[aria-invalid="true"], input:not([type="hidden"])') || made.title).focus();
  }

  /* A copy for this page, where other fields may have the same ids. */
  function own(part) {
    const copy = document.importNode(part, true);
    for (const each of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["id", "for", "aria-describedby", "aria-labelledby", "aria-errormessage"]) {
        const value = each.getAttribute(name);
        if (value) each.setAttribute(name, value.split(/\s+/).map((id) => `again-${id}`).join(" "));
      }
      if (each.getAttribute("href")?.startsWith("#")) each.setAttribute("href", `#again-${each.getAttribute("href").slice(1)}`);
    }
    copy.removeAttribute("data-error-summary");
    return copy;
  }

  window.logIn = { ask, ready, renew, name: page.dataset.name };
})();
