// The viewer of one file: larger, smaller, rotate, print, and the files before and after it, also by keys.
// A page that does not come says so, and can be asked for again.
(function () {
  "use strict";
  const viewer = document.getElementById("viewer");
  if (!viewer) return;
  const LARGEST = 3;
  const acts = {
    larger: () => (viewer.dataset.zoom = Math.min(LARGEST, Number(viewer.dataset.zoom) + 1)),
    smaller: () => (viewer.dataset.zoom = Math.max(0, Number(viewer.dataset.zoom) - 1)),
    turn: () => (viewer.dataset.turn = (Number(viewer.dataset.turn) + 1) % 4),
    print: () => print(),
  };
  const away = document.getElementById("page-away");
  const say = (page) => {
    if (page.nextElementSibling?.matches(".file-trouble")) return;
    const trouble = away.content.firstElementChild.cloneNode(true);
    trouble.querySelector("button").addEventListener("click", () => {
      trouble.remove();
      page.src = page.src;
    });
    page.after(trouble);
  };
  for (const page of viewer.querySelectorAll(".viewer-page")) {
    page.addEventListener("error", () => say(page));
    if (page.complete && page.naturalWidth === 0) say(page);
  }
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const key = event.key === "=" ? "+" : event.key;
    viewer.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  });
})();
