// What the alarm needs of the browser: permission to sound, a ring, and one voice among all its tabs.

const NOTES = [[880, 0], [1175, 0.18], [880, 0.5], [1175, 0.68], [1568, 0.86]];
const NOTE_SECONDS = 0.17;
const SILENT = 0.0001;
const GESTURES = ["pointerup", "touchend", "click", "keydown"];
const PATIENCE_MS = 1500;

// Making the browser's sound ready takes a tenth of a second in which a page does nothing else. Where it would be
// forbidden anyway, nothing is made; where it is allowed, only once the page has been drawn.
const IDLE_MS = 100;
const drawn = async () => {
  if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
  await new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: IDLE_MS }));
};

// Whether the browser says that it forbids this page to sound. An element that plays nothing is judged like sound.
const forbids = async () => {
  if (navigator.getAutoplayPolicy) return navigator.getAutoplayPolicy("audiocontext") !== "allowed";
  const nothing = new Audio();
  const played = nothing.play()?.catch(({ name }) => name === "NotAllowedError");
  nothing.pause();
  return Promise.race([played, new Promise((done) => setTimeout(done, IDLE_MS, false))]);
};

// Browsers play only after a gesture on the page, or on the one before it. Any gesture will do: each one tries again.
export class Sound {
  constructor(changed) {
    this.changed = changed;
    this.context = null;
    this.isOpen = false;
    const again = ({ target }) => {
      const isSwitch = target.closest?.("#sound");
      if (this.isOpen && !this.isAllowed && !isSwitch) this.start();
    };
    GESTURES.forEach((gesture) => addEventListener(gesture, again, { capture: true, passive: true }));
    document.addEventListener("visibilitychange", () => this.isOpen && !this.isAllowed && this.open());
  }

  get isAllowed() {
    return this.context?.state === "running";
  }

  // Without a gesture, where the browser does not forbid it.
  async open() {
    this.isOpen = true;
    const isForbidden = !this.context && (!window.AudioContext || (await forbids()));
    if (isForbidden && !this.context) return this.isOpen && this.changed(false);
    await drawn();
    if (this.isOpen) await this.start();
  }

  // At once, as browsers want it within a gesture.
  async start() {
    if (!window.AudioContext) return this.changed(false);
    this.isOpen = true;
    if (!this.context) {
      this.context = new AudioContext();
      this.context.onstatechange = ({ target }) => target === this.context && this.changed(this.isAllowed);
    }
    await Promise.race([this.resume(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
    if (this.context) this.changed(this.isAllowed);
  }

  resume() {
    return this.context.resume().catch(() => {
      // Closed meanwhile.
    });
  }

  close() {
    this.isOpen = false;
    this.context?.close();
    this.context = null;
  }

  ring(loudness) {
    if (!this.isAllowed) return;
    for (const [pitch, after] of NOTES) this.note(pitch, this.context.currentTime + after, loudness);
  }

  note(pitch, start, loudness) {
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(SILENT, start);
    volume.gain.exponentialRampToValueAtTime(loudness, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(SILENT, start + NOTE_SECONDS - 0.01);
    tone.connect(volume).connect(this.context.destination);
    tone.start(start);
    tone.stop(start + NOTE_SECONDS);
  }
}

const LOCK = "aclf-alarm";

// A lock of the browser goes to one of the tabs that may sound, and to the next when that one closes or fails.
// A tab that may not sound waits for the shared lock: who gets it knows that no tab sounds.
export class Voice {
  constructor(changed) {
    this.changed = changed;
    this.isHere = false;
    this.isElsewhere = false;
    this.end = null;
    this.channel = window.BroadcastChannel ? new BroadcastChannel(LOCK) : null;
    if (this.channel) this.channel.onmessage = () => this.listens && this.listen();
  }

  // This tab can sound.
  async seek() {
    if (this.end) return;
    this.stop();
    this.end = new AbortController();
    // Plain http on another machine knows no locks: there every tab rings, rather than none.
    if (!navigator.locks) return this.have(true);
    const { signal } = this.end;
    const hold = () =>
      new Promise((release) => {
        if (signal.aborted) return release();
        signal.addEventListener("abort", release);
        this.have(true);
        this.channel?.postMessage("sounds");
      });
    await navigator.locks.request(LOCK, { signal }, hold).catch(() => {
      // It stopped before its turn.
    });
  }

  // This tab cannot sound: does another one?
  async listen() {
    this.release();
    if (!navigator.locks) return;
    this.listens?.abort();
    this.listens = new AbortController();
    const { signal } = this.listens;
    const { held } = await navigator.locks.query();
    if (signal.aborted) return;
    this.hear(held.some(({ name, mode }) => name === LOCK && mode === "exclusive"));
    await navigator.locks.request(LOCK, { signal, mode: "shared" }, () => !signal.aborted && this.hear(false)).catch(() => {
      // It stopped listening.
    });
  }

  release() {
    this.end?.abort();
    this.end = null;
    this.have(false);
  }

  stop() {
    this.listens?.abort();
    this.listens = null;
    this.hear(false);
  }

  have(isHere) {
    if (this.isHere === isHere) return;
    this.isHere = isHere;
    this.changed();
  }

  hear(isElsewhere) {
    if (this.isElsewhere === isElsewhere) return;
    this.isElsewhere = isElsewhere;
    this.changed();
  }
}
