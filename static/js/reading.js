/* Asks the server what typed cells and fields mean: <form data-entry data-values-url="…" data-type="key of the document type">.
 *
 * window.reading.ask({lines, fields}) answers what erp_admin.views.read_values does; null where nothing answered, since
 * saving reads everything again.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-entry]");

  const typed = (name) => form.querySelector(`[name="${name}"]`)?.value.trim() ?? "";

  async function ask({ lines = [], fields = {} }) {
    const question = {
      type: form.dataset.type,
      parent: form.dataset.parent || "",
      project: typed("project"),
      currency: typed("currency"),
      lines,
      fields,
    };
    try {
      const answer = await fetch(form.dataset.valuesUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": typed("csrfmiddlewaretoken") },
        credentials: "same-origin",
        body: JSON.stringify(question),
      });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  if (form) window.reading = { form, ask };
})();
