// A case as a film: one frame at a time, for as long as the pause before the next one was, shortened.
(() => {
  const SHORTEST_MS = 900;
  const LONGEST_MS = 4000;
  const HOUR_MS = 1500;
  const at = (id) => document.getElementById(`replay-${id}`);
  const frames = [...document.querySelectorAll(".replay-frame")];
  if (frames.length < 2) return;
  let here = 0;
  let timer = null;

  const show = (number) => {
    here = Math.max(0, Math.min(number, frames.length - 1));
    frames.forEach((frame, place) => frame.classList.toggle("is-here", place === here));
    at("time").value = here;
    at("elapsed").textContent = frames[here].dataset.elapsed;
    at("place").textContent = `${here + 1} / ${frames.length}`;
    at("back").disabled = here === 0;
    at("on").disabled = here === frames.length - 1;
  };

  const pauseBefore = (number) => {
    const hours = (frames[number].dataset.seconds - frames[number - 1].dataset.seconds) / 3600;
    return Math.min(LONGEST_MS, SHORTEST_MS + hours * HOUR_MS);
  };

  const stop = () => {
    clearTimeout(timer);
    timer = null;
    at("play").textContent = at("play").dataset.play;
  };
  const go = () => {
    if (here === frames.length - 1) return stop();
    timer = setTimeout(() => {
      show(here + 1);
      go();
    }, pauseBefore(here + 1));
  };

  const all = (isAll) => {
    at("frames").classList.toggle("is-film", !isAll);
    at("all").setAttribute("aria-pressed", String(isAll));
  };

  at("play").addEventListener("click", () => {
    if (timer) return stop();
    all(false);
    if (here === frames.length - 1) show(0);
    at("play").textContent = at("play").dataset.pause;
    go();
  });
  const step = (by) => {
    stop();
    all(false);
    show(here + by);
  };
  at("back").addEventListener("click", () => step(-1));
  at("on").addEventListener("click", () => step(1));
  at("time").addEventListener("input", (event) => step(event.target.valueAsNumber - here));
  at("all").addEventListener("click", () => {
    stop();
    all(at("all").getAttribute("aria-pressed") === "false");
  });
  at("print").addEventListener("click", () => print());

  at("time").max = frames.length - 1;
  at("player").hidden = false;
  at("print").hidden = false;
  all(false);
  show(0);
})();
