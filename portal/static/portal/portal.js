// The countdowns of window bars, menus that close. Everything works without it.
(function () {
  "use strict";
  const LEVELS = [
    [0.5, "calm"],
    [0.75, "soon"],
    [0.9, "hurry"],
    [1, "urgent"],
  ];
  const texts = document.body.dataset;

  const fill = (template, values) =>
    template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const inWords = (milliseconds) => {
    const side = milliseconds < 0 ? "over" : "left";
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const hours = Math.floor(minutes / 60);
    if (minutes < 1) return texts[`${side}Moment`];
    if (minutes < 60) return fill(texts[`${side}Minutes`], { minutes });
    if (hours < 72) return fill(texts[`${side}Hours`], { hours, minutes: minutes % 60 });
    return fill(texts[`${side}Days`], { days: Math.floor(hours / 24), hours: hours % 24 });
  };

  const levelOf = (share) => (LEVELS.find(([limit]) => share <= limit) ?? [1, "over"])[1];

  // Every bar counts on from the server's clock as it was when the bar was drawn, also when what is around it is
  // drawn again and the bar stays. While the connection is lost it
  // stands still and says of when it is (connection.js): somebody may have met the deadline meanwhile.
  const tick = (bar) => {
    if (bar.drawnFor !== bar.dataset.now) {
      bar.drawnFor = bar.dataset.now;
      bar.drawnAt = performance.now();
    }
    const [starts, due, drawn] = ["starts", "due", "now"].map((name) => Date.parse(bar.dataset[name]));
    const stale = window.staleness?.();
    const now = drawn + Math.max(performance.now() - bar.drawnAt - (stale?.age ?? 0), 0);
    const share = Math.max((now - starts) / (due - starts), 0);
    const left = inWords(due - now);
    bar.querySelector("[data-left]").textContent = stale ? fill(texts.leftAsOf, { left, ...stale }) : left;
    bar.querySelector("progress").value = Math.min(share * 100, 100);
    if (!("alarm" in bar.dataset) && levelOf(share) !== levelOf((drawn - starts) / (due - starts))) {
      bar.className = bar.className.replace(/level-\w+/, `level-${levelOf(share)}`);
    }
  };
  const tickAll = () => document.querySelectorAll("[data-due]").forEach(tick);
  setInterval(tickAll, 15000);
  document.addEventListener("visibilitychange", tickAll);
  for (const name of ["connection:changed", "live:drawn"]) document.addEventListener(name, tickAll);

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Leaving by a link, a reload or another language loses what was typed: the browser asks first.
  let leavesWith = null;
  const NOT_TYPED = ["hidden", "submit", "button", "reset", "fieldset", "output"];
  const isLeftAsDrawn = (select) => {
    const drawn = [...select.options].filter((option) => option.defaultSelected);
    const first = drawn.length || select.multiple ? drawn : [select.options[0]];
    return [...select.options].every((option) => option.selected === first.includes(option));
  };
  const isChanged = (field) => {
    if (!field.name || NOT_TYPED.includes(field.type)) return false;
    if (field.options) return !isLeftAsDrawn(field);
    if (["radio", "checkbox"].includes(field.type)) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  };
  window.isTypedInto = (form) => [...form.elements].some(isChanged);
  document.addEventListener("submit", (event) => {
    leavesWith = event.target;
  });
  addEventListener("pageshow", () => {
    leavesWith = null;
  });
  addEventListener("beforeunload", (event) => {
    const forms = [...document.querySelectorAll("form[data-once], form[data-keep]")];
    const isSaved = (form) => form === leavesWith || "saved" in form.dataset;
    const isLost = forms.some((form) => !isSaved(form) && window.isTypedInto(form));
    if (isLost && !window.device.leaves) event.preventDefault();
  });

  // What works without a connection is kept at hand for who is signed in, and given up for who is not.
  if (!texts.worker) navigator.serviceWorker?.controller?.postMessage("drop");
  else if (!("kept" in texts) && navigator.serviceWorker) {
    navigator.serviceWorker
      .register(texts.worker)
      .then(() => window.device.ready)
      .then(() => navigator.serviceWorker.ready)
      .then(({ active }) => active.postMessage({ keepFor: `${texts.owner} ${document.documentElement.lang}` }))
      .catch(() => {
        // Without a worker, every page needs a connection.
      });
  }

  // Signing out also takes what was kept for want of a connection (device.js, worker.js).
  document.querySelector("[data-sign-out]")?.addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    window.device.leaves = true;
    await window.device.signOut();
    form.submit();
  });
})();
