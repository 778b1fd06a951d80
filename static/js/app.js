/* Small behaviors of every page: copy buttons, messages, exact times, reasons of disabled actions, announcements. */
(() => {
  "use strict";

  const live = document.getElementById("live");
  const announce = (text) => {
    if (live && live.textContent !== text) live.textContent = text;
  };
  const words = () => [...document.querySelectorAll("[data-announce]")].map((element) => element.textContent.trim()).join(" ");
  let said = words();

  /* Copy: data-copy="text" or data-copy-target="#id"; the word in [data-copy-label] says what happened. */

  async function write(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    // Plain http other than localhost has no clipboard; the older way still works there.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("The browser refused to copy");
    return undefined;
  }

  async function copy(button) {
    const target = button.dataset.copyTarget && document.querySelector(button.dataset.copyTarget);
    const text = target ? (target.value ?? target.textContent).trim() : button.dataset.copy;
    const label = button.querySelector("[data-copy-label]") || button;
    const before = (button.dataset.copyWord ||= label.textContent);
    try {
      await write(text);
      label.textContent = "Copied";
      announce("Copied");
    } catch {
      label.textContent = "Select and copy by hand";
      if (target) window.getSelection().selectAllChildren(target);
    }
    window.setTimeout(() => {
      label.textContent = before;
      announce("");
    }, 2500);
  }

  /* A relative time shows its exact time on a tap, where there is no hover. */

  function toggleTime(time) {
    const shown = time.textContent;
    time.textContent = time.dataset.exact || time.title;
    time.dataset.exact = shown;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && (button.dataset.copy !== undefined || button.dataset.copyTarget)) copy(button);
    if (button && button.hasAttribute("data-dismiss")) {
      button.parentElement.remove();
      document.getElementById("main")?.focus();
    }
    if (button && button.getAttribute("aria-disabled") === "true") event.preventDefault();
    const time = event.target.closest("time[data-exact]");
    if (time && !time.closest("a")) toggleTime(time);
  });

  /* The reason of a disabled action can be dismissed with Escape. */

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll(".disabled-action").forEach((element) => {
      if (element.matches(":hover, :focus-within")) element.classList.add("is-dismissed");
    });
  });
  for (const kind of ["mouseout", "focusout"]) {
    document.addEventListener(kind, (event) => {
      const element = event.target.closest?.(".disabled-action");
      if (element && !element.contains(event.relatedTarget)) element.classList.remove("is-dismissed");
    });
  }

  /* Progress that is polled is announced only when its words change. */

  document.addEventListener("htmx:afterSwap", () => {
    const now = words();
    if (now !== said) announce(now);
    said = now;
  });

  /* A whole page in answer to a partial update means that the person was logged out meanwhile: show that page as a page. */

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!/^\s*<!doctype html/i.test(event.detail.xhr.responseText)) return;
    event.preventDefault();
    window.location.reload();
  });

  /* A failed update must not vanish silently. */

  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    const shown = document.getElementById("messages");
    if (status === 401) window.location.reload();
    else if (shown && responseText.includes("data-error-update")) shown.innerHTML = responseText;
    else announce("The page could not be brought up to date. It tries again by itself.");
  });

  /* What was shown of a failed update goes when the next one succeeds. */

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.querySelector("#messages [data-error-update]")?.remove();
  });
})();
