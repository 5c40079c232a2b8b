// New requests on the board make themselves heard: sound, a notification, the title, and for screen readers words.
(function () {
  "use strict";
  const TONES = [[880, 0], [1175, 0.18], [880, 0.5], [1175, 0.68]];
  const board = document.getElementById("board-live");
  const button = document.getElementById("sound");
  const said = document.getElementById("news");
  const title = document.title;
  const waiting = () => [...board.querySelectorAll("[data-new]")];
  let known = new Set(waiting().map((row) => row.dataset.new));
  let audio = null;

  const isWanted = () => {
    try {
      return localStorage.getItem("sound") === "on";
    } catch {
      return false;
    }
  };
  const remember = (wanted) => {
    try {
      localStorage.setItem("sound", wanted ? "on" : "off");
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };

  const ring = () => {
    if (audio?.state !== "running") return;
    for (const [pitch, after] of TONES) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.3, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.17);
    }
  };

  const showSound = () => {
    const isOn = audio?.state === "running";
    button.setAttribute("aria-pressed", String(isOn));
    button.classList.toggle("btn-primary", !isOn);
    document.getElementById("sound-text").textContent = isOn ? button.dataset.textOn : button.dataset.textOff;
  };

  // Browsers play sound only after a gesture of the person.
  const turnOn = async () => {
    audio ??= new AudioContext();
    await audio.resume();
    showSound();
  };
  const turnOff = async () => {
    await audio?.close();
    audio = null;
    showSound();
  };

  button.addEventListener("click", async () => {
    const on = audio?.state !== "running";
    remember(on);
    if (!on) return turnOff();
    await turnOn();
    ring();
    if (window.Notification?.permission === "default") await Notification.requestPermission();
  });
  document.addEventListener("pointerdown", (event) => {
    if (isWanted() && !button.contains(event.target) && audio?.state !== "running") turnOn();
  });

  const notify = (row) => {
    if (window.Notification?.permission !== "granted" || document.visibilityState === "visible") return;
    const words = `${button.dataset.newTitle} ${row.dataset.number}`;
    const note = new Notification(words, { tag: row.dataset.new });
    note.onclick = () => {
      window.focus();
      row.scrollIntoView();
      note.close();
    };
  };

  const badge = (count) => {
    document.title = count ? `(${count}) ${title}` : title;
  };

  document.addEventListener("live:drawn", () => {
    const rows = waiting();
    const fresh = rows.filter((row) => !known.has(row.dataset.new));
    known = new Set(rows.map((row) => row.dataset.new));
    badge(rows.length);
    if (!fresh.length) return;
    ring();
    fresh.forEach(notify);
    said.textContent = `${said.dataset.text}: ${fresh.map((row) => row.dataset.number).join(", ")}`;
  });

  button.hidden = !window.AudioContext;
  showSound();
  badge(known.size);
})();
