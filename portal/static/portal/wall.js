// How old the shown board is. A screen that hears nothing says so, louder than what it shows.
(() => {
  const SILENT_SECONDS = 45;
  const AGAIN_MS = 3600 * 1000;
  const wall = document.getElementById("wall");
  const begun = Date.now();
  let drawn = Date.now();

  const say = () => {
    const age = document.getElementById("wall-age");
    const time = age?.querySelector("time")?.textContent ?? age?.dataset.time;
    if (!age || !time) return;
    age.dataset.time = time;
    const seconds = Math.round((Date.now() - drawn) / 1000);
    const isLost = seconds > SILENT_SECONDS;
    document.body.classList.toggle("is-lost", isLost);
    const words = isLost ? wall.dataset.lost : wall.dataset.age;
    age.textContent = words.replace("{time}", time).replace("{seconds}", seconds);
  };

  document.addEventListener("htmx:afterSwap", () => {
    drawn = Date.now();
    say();
    // A screen runs for months: what the page is made of comes anew now and then.
    if (Date.now() - begun > AGAIN_MS) location.reload();
  });
  setInterval(say, 1000);
  say();
})();
