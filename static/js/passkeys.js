/* Passkeys: what the site asks for goes to the browser, what the device answers goes back with the form.
 *
 * <form data-passkey="login|use|add" hidden> with an input named credential. "login" fetches its question from the form's
 * address, the others find theirs in <script type="application/json" id="passkey-options">. Needs webauthn-json.js.
 */
(() => {
  "use strict";

  const TOLD = {
    InvalidStateError: "This device has a passkey for your account already.",
    NotSupportedError: "This device cannot keep such a passkey.",
    Status429: "Too many attempts from your network. Wait a minute, then try again.",
    SecurityError: "Passkeys do not work at this address. They need the site’s own name, and https.",
  };
  const NOTHING = "Nothing was confirmed. Try again, or go another way.";

  async function question(form) {
    if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw Object.assign(new Error("The site did not ask"), { name: `Status${answer.status}` });
    const asked = await answer.json();
    if (asked.request_options) return asked;
    window.location.reload(); // logged in meanwhile, in another window: the page leads on by itself
    return new Promise(() => {});
  }

  async function answer(form) {
    const asked = await question(form);
    if (form.dataset.passkey !== "add") return window.webauthnJSON.get(asked.request_options);
    const options = asked.creation_options;
    const alone = form.elements.passwordless.checked;
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: alone ? "required" : "preferred",
    });
    return window.webauthnJSON.create(options);
  }

  async function go(form) {
    const note = form.querySelector("[data-passkey-note]");
    note.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await answer(form));
      form.submit();
    } catch (error) {
      note.querySelector("[data-passkey-words]").textContent = TOLD[error.name] || NOTHING;
      note.hidden = false;
      form.removeAttribute("data-submitted");
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.elements.credential.value = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go(form);
    });
  }
})();
