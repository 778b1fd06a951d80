/* What is typed into a form is kept from the first word on: on the server, and in this browser while that cannot be reached.
 *
 * <meta name="drafts" content="address of the drafts"> beside the one of session.js, and
 * <form data-draft="key of the form">, as a rule the path of its page. Where the state of it is told: [data-draft-status],
 * else behind the buttons. Never kept: passwords, one-time codes, files, and what is inside [data-never-kept].
 * A widget that keeps its value in a hidden field dispatches "input" on it, and reads it again on "draft:restored".
 * window.drafts.holds(form) says whether everything typed is kept, so that leaving needs no warning.
 */
(() => {
  "use strict";

  const PREFIX = "draft:";
  const PAUSE = 800; // after the last key
  const LONG_PAUSE = 3_000; // where the form is long
  const LONG = 100_000;
  const AGAIN = 10_000; // after a failure
  const WITH_THE_PAGE = 60_000; // bytes that a browser still sends while a page goes away
  const DAYS_HERE = 7;
  const VERSIONS = ["seen", "version", "connection", "made_from", "shown_lines"]; // hidden fields that say from which version a form was made

  const meta = document.querySelector('meta[name="drafts"]');
  const whose = document.querySelector('meta[name="session"]')?.dataset.person;
  const mine = meta ? `${PREFIX}${whose}:${meta.content}:` : "";

  /* This browser's own copies. */

  const here = {
    keys: () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)),
    put(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    get(key) {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    remove(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        /* a browser without storage has kept nothing */
      }
    },
    every(act) {
      try {
        here.keys().forEach(act);
      } catch {
        /* the same */
      }
    },
  };

  // Whoever logs out leaves nothing behind; what nobody came back for goes by itself.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.action?.endsWith?.("/logout/") || event.target.closest("dialog")) return;
    kept.forEach((draft) => draft.leave());
    here.every((key) => (!whose || key.startsWith(`${PREFIX}${whose}:`)) && here.remove(key));
  });
  here.every((key) => {
    if (!((here.get(key)?.at ?? 0) > Date.now() - DAYS_HERE * 86_400_000)) here.remove(key);
  });

  const kept = new Map();
  if (!meta || !window.logIn) {
    window.drafts = { holds: () => false };
    return;
  }

  const live = document.getElementById("live");
  const announce = (text) => live && (live.textContent = text);

  function newOpening() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    const bytes = window.crypto.getRandomValues(new Uint8Array(16)); // plain http other than localhost
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  function token() {
    return document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  }

  const answered = (status, told = {}) => ({ status, told });

  /* Status 0: not reached; 401: the log-in has ended or waits for its person. */
  async function send(body, options = {}) {
    let answer;
    try {
      answer = await fetch(new URL("keep/", new URL(meta.content, window.location.href)), {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
        body: JSON.stringify(body),
        redirect: "manual",
        ...options,
      });
    } catch {
      return answered(0);
    }
    if (answer.type === "opaqueredirect") return answered(401);
    return answered(answer.status, await answer.json().catch(() => ({})));
  }

  /* Send again with a fresh token where the log-in holds; it was renewed in another tab. */
  async function sendSurely(body) {
    const first = await send(body);
    if (![401, 403, 413].includes(first.status) || first.told.what) return first;
    const told = await window.logIn.ask();
    if (told.state !== "open" || told.person !== whose) return answered(told.state === "offline" ? 0 : 401);
    window.logIn.renew(told.csrf);
    return send(body);
  }

  function discard(opening) {
    const body = new URLSearchParams({ opening, csrfmiddlewaretoken: token() });
    const url = new URL("discard/", new URL(meta.content, window.location.href));
    return fetch(url, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
  }

  /* Fields of a form as [name, value, how a picker shows it]. */

  const isSecret = (field) =>
    field.type === "password" || /one-time-code|password/.test(field.autocomplete || "") || field.closest("[data-never-kept]");
  const isKeptField = (field) =>
    field.name &&
    !field.disabled &&
    !["file", "submit", "button", "image", "reset"].includes(field.type) &&
    !["csrfmiddlewaretoken", "draft_of_form"].includes(field.name) &&
    field.tagName !== "FIELDSET" &&
    !isSecret(field);
  const isTicked = (field) => ["checkbox", "radio"].includes(field.type);

  function fieldsOf(form) {
    return [...form.elements].filter(isKeptField);
  }

  function typedIn(form) {
    const typed = [];
    for (const field of fieldsOf(form)) {
      if (field.tagName === "SELECT") {
        for (const option of field.selectedOptions) typed.push([field.name, option.value, option.text.trim()]);
      } else if (!isTicked(field) || field.checked) typed.push([field.name, field.value, ""]);
    }
    return typed;
  }

  const text = (typed) => JSON.stringify(typed.map(([name, value]) => [name, value]));
  const withoutVersions = (typed) => typed.filter(([name]) => !VERSIONS.includes(name));
  const areSame = (one, other) => text(withoutVersions(one)) === text(withoutVersions(other));

  function labelOf(form, name) {
    const field = form.elements[name]?.tagName ? form.elements[name] : form.elements[name]?.[0];
    const label = field && (field.closest("fieldset")?.querySelector("legend") || field.labels?.[0]);
    return label?.textContent.replace("*", "").trim() || field?.getAttribute("aria-label") || "";
  }

  class Kept {
    constructor(form) {
      this.form = form;
      this.place = form.dataset.draft;
      this.begin(newOpening());
      this.first = text(typedIn(form));
      this.status = form.querySelector("[data-draft-status]") || this.makeStatus();
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "draft_of_form", disabled: true });
      this.field = field;
      form.append(field);
      for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => event.target !== field && this.soon());
      form.addEventListener("submit", (event) => !event.defaultPrevented && this.submitted());
    }

    begin(opening, number = 0) {
      Object.assign(this, { opening, number, held: null, began: false, local: null });
    }

    get key() {
      return `${mine}${this.opening}`;
    }

    makeStatus() {
      const status = document.createElement("span");
      status.className = "draft-status";
      const actions = this.form.querySelector(".form-actions");
      (actions || this.form).append(status);
      return status;
    }

    tell(words, act = null, isLoud = false) {
      this.status.replaceChildren(words);
      if (act) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: act.label });
        button.addEventListener("click", act.act);
        this.status.append(" ", button);
      }
      if (isLoud && words !== this.said) announce(words);
      if (isLoud) this.said = words;
    }

    soon(pause) {
      if (this.isLeaving) return;
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.keep(), pause ?? (this.size > LONG ? LONG_PAUSE : PAUSE));
    }

    body(typed) {
      this.number += 1;
      return { place: this.place, opening: this.opening, number: this.number, typed, replaces: this.replaces };
    }

    async keep(isAgain = false) {
      if (this.isLeaving) return;
      if (this.isSending) return this.soon();
      const typed = typedIn(this.form);
      const now = text(typed);
      this.size = now.length;
      if (now === this.held) return;
      if (now === this.first && !this.replaces) return this.forget();
      this.isSending = true;
      const { opening } = this;
      const { status, told } = await sendSurely(this.body(typed));
      this.isSending = false;
      if (this.isLeaving) return;
      if (opening !== this.opening) return this.soon(); // another draft was restored meanwhile
      this.began = true;
      if (status === 201) this.hold(now, told.at);
      else if (status === 409 && told.closed === "saved" && now === this.sent) this.wasSaved(now);
      else if (status === 409 && !isAgain) {
        here.remove(this.key); // closed by another window, while this one goes on
        this.begin(newOpening());
        await this.keep(true);
      } else this.failed(status, told, typed, now);
    }

    /* Back at a form that was saved: what stands in it is no draft until somebody types on. */
    wasSaved(now) {
      here.remove(this.key);
      this.begin(newOpening());
      this.held = now;
      this.tell("Saved as it stands here.");
    }

    hold(now, at) {
      here.remove(this.key);
      Object.assign(this, { held: now, local: null, replaces: null });
      this.tell(`Draft kept ${at}`);
      if (this.said) {
        announce("Your draft is kept again.");
        this.said = "";
      } else if (!this.isTold) announce("What you type is kept as a draft.");
      this.isTold = true;
      if (text(typedIn(this.form)) !== now) this.soon();
    }

    failed(status, told, typed, now) {
      const isHere = this.keepHere(typed, now);
      const where = isHere ? "What you type is kept in this browser." : "What you type is not kept: do not close this page.";
      if (status === 401) {
        const act = { label: "Log in", act: () => window.logIn.ready().then((how) => how === "ready" && this.keep()) };
        return this.tell(`Your log-in has ended. ${where}`, act, true);
      }
      if (told.what) return this.tell(told.what, null, true);
      this.tell(status === 0 ? `Offline. ${where}` : `The draft could not be sent. ${where}`, null, true);
      return this.soon(AGAIN);
    }

    keepHere(typed, now) {
      if (this.local === now) return true;
      const body = { place: this.place, number: this.number, typed, replaces: this.replaces, at: Date.now() };
      if (!here.put(this.key, body)) return false;
      Object.assign(this, { local: now, began: true });
      return true;
    }

    /* Typed back to how the form was: there is nothing to keep. */
    forget() {
      if (this.began) discard(this.opening);
      here.remove(this.key);
      this.begin(newOpening());
      this.tell("");
    }

    /* The page goes away, or may: keep here at once, and send what a browser still sends. */
    leave() {
      const typed = typedIn(this.form);
      const now = text(typed);
      if (this.isLeaving || now === this.held || (now === this.first && !this.replaces)) return;
      this.keepHere(typed, now);
      const body = this.body(typed);
      if (JSON.stringify(body).length > WITH_THE_PAGE || this.isSending) return;
      send(body, { keepalive: true }).then(({ status, told }) => status === 201 && this.hold(now, told.at));
    }

    submitted() {
      const typed = typedIn(this.form);
      const now = text(typed);
      window.clearTimeout(this.timer);
      if (now !== this.held && now !== this.first) this.keepHere(typed, now);
      this.isLeaving = true;
      this.sent = now;
      if (!this.began) return;
      this.field.disabled = false;
      this.field.value = this.opening;
      sessionStorage.setItem(`${PREFIX}sent:${this.place}`, this.opening);
    }

    /* Back with the browser's button: the form is as it was left. */
    returned() {
      if (!this.isLeaving) return;
      this.isLeaving = false;
      this.field.disabled = true;
      this.held = null;
      this.soon();
    }

    holds() {
      const typed = typedIn(this.form);
      const now = text(typed);
      const others = [...this.form.elements].filter((field) => field.name && (field.type === "file" || isSecret(field)));
      if (others.some((field) => field.value)) return false;
      return now === this.held || (now === this.first && !this.replaces) || this.keepHere(typed, now);
    }

    /* What was refused by the server is the same draft still. */
    adopt(draft) {
      this.begin(draft.opening, draft.number);
      Object.assign(this, { held: text(typedIn(this.form)), began: true, isTold: true });
      this.first = null;
      this.form.setAttribute("data-draft-adopted", "");
      this.form.dispatchEvent(new Event("draft:adopted"));
      this.tell(`Draft kept ${draft.kept}`);
    }

    /* What was typed before stays a draft of its own: `aside`. */
    restore(draft) {
      const typed = typedIn(this.form);
      const aside = text(typed) === this.first ? null : this.setAside(typed);
      const left = fill(this.form, draft.typed);
      if (!aside && this.began) discard(this.opening);
      this.begin(newOpening());
      this.replaces = draft.opening;
      this.form.dispatchEvent(new Event("draft:restored", { bubbles: true }));
      this.form.dispatchEvent(new Event("input", { bubbles: true }));
      this.keep();
      return { left, aside };
    }

    setAside(typed) {
      const { key, opening } = this;
      this.keepHere(typed, text(typed));
      send(this.body(typed)).then(({ status }) => status === 201 && here.remove(key));
      return { opening, number: this.number, typed, words: "This stood in the form before you restored a draft. It was not saved." };
    }
  }

  function fill(form, typed) {
    const values = new Map();
    for (const [name, value, shown] of typed) values.set(name, [...(values.get(name) ?? []), { value, shown }]);
    const changed = [];
    const counted = new Map();
    for (const field of fieldsOf(form)) {
      const given = values.get(field.name) ?? [];
      const before = isTicked(field) ? field.checked : field.value;
      if (isTicked(field)) field.checked = given.some(({ value }) => value === field.value);
      else if (field.tagName === "SELECT") choose(field, given);
      else {
        const place = counted.get(field.name) ?? 0;
        counted.set(field.name, place + 1);
        if (given[place]) field.value = given[place].value;
      }
      if ((isTicked(field) ? field.checked : field.value) !== before) changed.push(field);
    }
    for (const field of changed) {
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    const names = new Set([...form.elements].map((field) => field.name));
    return typed.filter(([name, value]) => !names.has(name) && value.trim());
  }

  /* A picker may not have loaded what was chosen. */
  function choose(select, given) {
    const wanted = given.map(({ value }) => value);
    for (const { value, shown } of given) {
      if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(shown || value, value));
    }
    if (select.tomselect) {
      given.forEach(({ value, shown }) => value && select.tomselect.addOption({ value, text: shown || value }));
      select.tomselect.setValue(select.multiple ? wanted : (wanted[0] ?? ""), true);
    } else for (const option of select.options) option.selected = wanted.includes(option.value);
  }

  /* What is offered on return. */

  function make(name, className, ...children) {
    const made = document.createElement(name);
    made.className = className;
    made.append(...children);
    return made;
  }

  function action(label, className, act) {
    const button = make("button", `btn btn-sm ${className}`, label);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  /* A widget that keeps its value in a hidden field says how people read it: "draft:shown", with detail {value, shown}. */
  function shownBy(form, name, value) {
    const detail = { value, shown: value };
    const field = form.elements[name];
    if (field?.tagName) field.dispatchEvent(new CustomEvent("draft:shown", { detail }));
    return detail.shown;
  }

  function differences(form, typed) {
    const now = new Map();
    for (const [name, value, shown] of typedIn(form)) now.set(name, [...(now.get(name) ?? []), shown || value]);
    const then = new Map();
    for (const [name, value, shown] of typed) then.set(name, [...(then.get(name) ?? []), shown || value]);
    return [...then]
      .filter(([name]) => !VERSIONS.includes(name))
      .map(([name, values]) => [name, labelOf(form, name), values.join(", "), (now.get(name) ?? []).join(", ")])
      .filter(([, label, value, present]) => label && value !== present)
      .map(([name, label, value]) => [label, shownBy(form, name, value)])
      .filter(([, value]) => value.length <= 200)
      .slice(0, 8);
  }

  const hasNewer = (form, typed) =>
    typed.some(([name, value]) => VERSIONS.includes(name) && form.elements[name] && form.elements[name].value !== value);

  function offer(draft, found) {
    const row = make("div", "draft-offer-row");
    const began = found.began === found.kept ? found.began : `${found.began}; last typed ${found.kept}`;
    row.append(make("p", "draft-offer-words", found.words ?? `You began this on ${began}. It was not saved.`));
    if (found.typed === null) {
      row.append(make("p", "", "What you typed can no longer be read: the site's key was changed since."));
    } else {
      if (hasNewer(draft.form, found.typed)) {
        row.append(make("p", "", "It was saved with other values since you began. Restore your draft and save it: you see both versions before yours replaces anything."));
      }
      const rows = differences(draft.form, found.typed);
      if (rows.length) {
        const list = make("dl", "draft-offer-fields");
        for (const [label, value] of rows) list.append(make("dt", "", label), make("dd", "", value || "(empty)"));
        row.append(make("details", "", make("summary", "", "What you typed"), list));
      }
    }
    const actions = make("div", "draft-offer-actions");
    if (found.typed !== null) actions.append(action("Restore", "btn-primary", () => restored(draft, found, row)));
    actions.append(action("Discard", "btn-outline-secondary", () => discarded(draft, found, row)));
    row.append(actions);
    return row;
  }

  function finish(draft, row) {
    const bar = row.parentElement;
    row.remove();
    if (!bar.querySelector(".draft-offer-row")) bar.remove();
    const first = fieldsOf(draft.form).find((field) => field.type !== "hidden" && !field.closest("[hidden]"));
    (first?.tomselect ?? first)?.focus();
  }

  function restored(draft, found, row) {
    const { left, aside } = draft.restore(found);
    if (aside) row.after(offer(draft, aside));
    if (left.length) {
      const words = left.map(([, value, shown]) => shown || value).join(" · ");
      draft.form.before(make("p", "panel panel-warning", `These words of your draft have no field here any more: ${words}`));
    }
    finish(draft, row);
    announce("Your draft is restored. It is not saved yet.");
  }

  async function discarded(draft, found, row) {
    await discard(found.opening);
    if (found.typed === null) return finish(draft, row);
    const back = action("Undo", "btn-outline-secondary", async () => {
      const again = { ...found, opening: newOpening() };
      const { status } = await send({ place: draft.place, opening: again.opening, number: 1, typed: found.typed });
      if (status === 201) row.replaceWith(offer(draft, again));
    });
    row.replaceChildren(make("p", "draft-offer-words", "Discarded."), make("div", "draft-offer-actions", back));
    back.focus();
    return undefined;
  }

  /* One question for all forms of the page. */
  async function keptOnServer() {
    const url = new URL(meta.content, window.location.href);
    for (const draft of kept.values()) url.searchParams.append("place", draft.place);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
      return answer.ok ? (await answer.json()).drafts : [];
    } catch {
      return [];
    }
  }

  function offerKept(draft, found) {
    const marker = `${PREFIX}sent:${draft.place}`;
    const sent = sessionStorage.getItem(marker);
    sessionStorage.removeItem(marker);
    const isRefused = Boolean(document.querySelector("[data-error-summary]"));
    const shown = [];
    for (const each of found) {
      if (each.opening === draft.opening) continue; // typed here meanwhile
      if (isRefused && each.opening === sent) draft.adopt(each);
      else if (each.typed && areSame(each.typed, typedIn(draft.form))) discard(each.opening);
      else shown.push(each);
    }
    if (!shown.length) return;
    const bar = make("section", "panel panel-info draft-offer");
    bar.setAttribute("aria-label", "Drafts of this form");
    bar.append(...shown.map((each) => offer(draft, each)));
    draft.form.before(bar);
    announce("There is a draft of this form that you did not save.");
  }

  /* Copies that this browser kept while the server could not be reached. */
  async function bringHome() {
    const waiting = [];
    here.every((key) => key.startsWith(mine) && waiting.push(key));
    for (const key of waiting) {
      const copy = here.get(key);
      if (!copy) continue;
      const opening = key.slice(mine.length);
      const body = { place: copy.place, opening, number: copy.number + 1, typed: copy.typed, replaces: copy.replaces };
      let { status, told } = await sendSurely(body);
      if (status === 409 && told.closed === "replaced") {
        ({ status, told } = await sendSurely({ ...body, opening: newOpening(), replaces: null }));
      }
      if ([201, 400, 409].includes(status)) here.remove(key);
    }
  }

  async function start() {
    for (const form of document.querySelectorAll("form[data-draft]")) kept.set(form, new Kept(form));
    await bringHome();
    if (!kept.size) return;
    const found = await keptOnServer();
    kept.forEach((draft) => offerKept(draft, found.filter(({ place }) => place === draft.place)));
  }

  document.addEventListener("visibilitychange", () => document.hidden && kept.forEach((draft) => draft.leave()));
  window.addEventListener("pagehide", () => kept.forEach((draft) => draft.leave()));
  window.addEventListener("pageshow", (event) => event.persisted && kept.forEach((draft) => draft.returned()));
  window.addEventListener("online", () => kept.forEach((draft) => draft.local && draft.keep()));
  // Pickers replace their selects first, so that their starting value is not taken for typing.
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);

  window.drafts = {
    holds: (form) => kept.get(form)?.holds() ?? false,
    tell: (form, words) => kept.get(form)?.tell(words, null, true),
  };
})();
