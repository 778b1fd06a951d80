/* Counts a wait down, by the clock and not by ticks: a window that slept shows the truth when it wakes. */
(() => {
  "use strict";

  for (const note of document.querySelectorAll("[data-wait]")) {
    const words = note.querySelector("[data-wait-words]");
    const end = Date.now() + Number(note.dataset.wait) * 1000;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) {
        words.textContent = `You can try again in ${left} second${left === 1 ? "" : "s"}.`;
        window.setTimeout(tick, 250);
        return;
      }
      words.textContent = "You can try again now.";
      document.getElementById("live").textContent = words.textContent;
    };
    tick();
  }
})();
