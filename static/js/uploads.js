/* Files are dropped anywhere on a page with <form data-drop>, or chosen in its input, and sent at once.
 * The form names an address that answers {"url": "…"} where it took the files, and {"errors": ["…"]} with 422 where it
 * did not. Inside it: input[type=file], [data-drop-progress] with a <progress> and [data-drop-status] for words,
 * [data-drop-errors] with a heading, [data-drop-send] with the button that is needed without this script.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-drop]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const shown = form.querySelector("[data-drop-progress]");
  const bar = shown.querySelector("progress");
  const status = form.querySelector("[data-drop-status]");
  const errors = form.querySelector("[data-drop-errors]");
  let isSending = false;
  let depth = 0;

  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

  function refuse(texts) {
    isSending = false;
    shown.hidden = true;
    input.value = "";
    input.disabled = false;
    const list = document.createElement("ul");
    for (const text of texts) list.append(Object.assign(document.createElement("li"), { textContent: text }));
    errors.querySelector("ul")?.remove();
    errors.append(list);
    errors.hidden = false;
    errors.focus();
  }

  function answered(request) {
    let answer = null;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      answer = null;
    }
    if (answer?.url) {
      status.textContent = "The file was taken in.";
      window.location.assign(answer.url);
    } else if (answer?.errors) refuse(answer.errors);
    else if (request.status === 413) refuse(["The file is too large. Split it up."]);
    else if (request.status === 401 || request.status === 403) refuse(["You were logged out, or may not import. Load the page again."]);
    else refuse(["The server did not take the file. Try again."]);
  }

  function send(files) {
    if (isSending || !files.length) return;
    isSending = true;
    errors.hidden = true;
    const body = new FormData(form);
    body.delete(input.name);
    for (const file of files) body.append(input.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      if (event.loaded === event.total) status.textContent = "Reading…";
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => refuse(["The network was lost while the file was sent. Try again."]));
    shown.hidden = false;
    status.textContent = files.length === 1 ? `Sending ${files[0].name}…` : `Sending ${files.length} files…`;
    input.disabled = true;
    request.send(body);
  }

  form.querySelector("[data-drop-send]").hidden = true; // chosen files are sent at once
  input.addEventListener("change", () => send([...input.files]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...input.files]);
  });

  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    document.body.classList.add("is-dropping");
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) document.body.classList.remove("is-dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("is-dropping");
    send([...event.dataTransfer.files]);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload(); // Back shows the page as it was while it sent
  });
})();
