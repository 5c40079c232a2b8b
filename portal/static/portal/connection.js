// A lost connection cannot be missed: a banner, how old what is shown is, live parts greyed (strips.css), and
// countdowns that stand still (portal.js). live.js knows the connection; all of it heals by itself.
(function () {
  "use strict";
  // Going to another page also ends a connection.
  const PATIENCE_MS = 1500;
  const root = document.documentElement;
  const banner = document.getElementById("lost");
  let [heardAt, isLost, patience, clock] = [Date.now(), false, 0, 0];
  if (!banner) return;

  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: banner?.dataset.zone };
  const time = () => new Date(heardAt).toLocaleTimeString(root.lang, CLOCK);

  // How long ago what is shown was known to be so, in milliseconds, and at what time; null while it is live.
  window.staleness = () => (isLost ? { age: Date.now() - heardAt, time: time() } : null);

  const inWords = (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
    if (hours) return fill(banner.dataset.ageHours, { hours, minutes: minutes % 60 });
    return fill(minutes ? banner.dataset.ageMinutes : banner.dataset.ageSeconds, { minutes, seconds: seconds % 60 });
  };
  const tick = () => {
    const { age, time } = window.staleness();
    banner.querySelector("[data-age]").textContent = fill(banner.dataset.asOf, { time, age: inWords(age) });
  };

  const change = (lost) => {
    clearTimeout(patience);
    patience = 0;
    if (lost === isLost) return;
    isLost = lost;
    root.dataset.connection = lost ? "lost" : "open";
    clearInterval(clock);
    if (lost) {
      tick();
      clock = setInterval(tick, 1000);
    }
    banner.hidden = !lost;
    document.dispatchEvent(new CustomEvent("connection:changed"));
  };

  document.addEventListener("live:heard", () => {
    heardAt = Date.now();
  });
  document.addEventListener("live:state", ({ detail: state }) => {
    if (state === "open") change(false);
    else if (state === "lost" && !isLost) patience ||= setTimeout(change, PATIENCE_MS, true);
  });
})();
