// A time by one tap, on the clock of the hospital.
(function () {
  "use strict";
  const HOUR_MS = 3600000;
  const onClock = (at, timeZone) => at.toLocaleString("sv-SE", { timeZone }).slice(0, 16).replace(" ", "T");
  const offer = () => document.querySelectorAll("[data-ago-for]").forEach((row) => (row.hidden = false));
  offer();
  for (const name of ["live:drawn", "htmx:afterProcessNode"]) document.addEventListener(name, offer);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-ago]");
    if (!button) return;
    const { agoFor, zone } = button.closest("[data-ago-for]").dataset;
    const field = document.getElementById(agoFor);
    field.value = onClock(new Date(Date.now() - button.dataset.ago * HOUR_MS), zone);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
