// The alarm on a page of a ward's or a network's people: asks what waits, rings, and says what it is doing.
//
// Whether sound is wanted is kept on the device for each person: a telephone that is silenced at home must not
// silence the ward. Who is on duty wants it unless they say otherwise, and that holds for one duty only.
//
// It runs before the page is first drawn. The board brings what the server knew then: no row moves away under the
// reader for what has to be said.
import { Alarm, RING_EVERY_MS, loudness } from "./alarm.js";
import { Sound, Voice } from "./alarm_sound.js";

const SILENCE_HOURS = 12;
const LOOK_EVERY_MS = 30000;
// After the row that the same news brings to the board.
const TOGETHER_MS = 150;
const ANSWER_MS = 10000;
const SAID_MS = 8000;
const TEST_LOUDNESS = 0.5;
const MOST_NAMED = 5;

const strip = document.getElementById("alarm");
const button = document.getElementById("sound");
const root = document.documentElement;
const title = document.title;
const key = `sound:${strip?.dataset.user}`;

let [waiting, known, isExpected, isSignedOut] = [[], null, false, false];
let [ahead, rings, bell, quiet, asksOff] = [0, 0, 0, 0, false];

// What the person chose here: { wanted, until }, or null.
let chosen = null;
const choice = () => {
  try {
    chosen = JSON.parse(localStorage.getItem(key));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  return chosen && (chosen.until ?? Infinity) > Date.now() ? chosen : null;
};
const choose = (wanted) => {
  chosen = wanted ? { wanted } : { wanted, until: Date.now() + SILENCE_HOURS * 3600000 };
  try {
    localStorage.setItem(key, JSON.stringify(chosen));
  } catch {
    // As above.
  }
};
const isWanted = () => !isSignedOut && (choice()?.wanted ?? isExpected);

const sound = new Sound((isAllowed) => alarm.learn({ isAllowed }));
const voice = new Voice(() => {
  ringOn();
  show();
});
const alarm = new Alarm((state) => {
  ENTER[state]();
  ringOn();
  show();
});

const silence = () => {
  voice.release();
  voice.stop();
  sound.close();
  alarm.conditions.isAllowed = null;
};
const ENTER = {
  off: silence,
  wanted: () => sound.open(),
  blocked: () => voice.listen(),
  armed: () => voice.seek(),
  ringing: () => clearTimeout(quiet),
  acknowledged: () => {
    quiet = setTimeout(() => alarm.take("settle"), SAID_MS);
  },
};

// Seconds for which the oldest has waited, on the server's clock.
const waited = () => (Date.now() + ahead - Date.parse(waiting[0]?.since)) / 1000;
const ring = () => {
  sound.ring(loudness(waited()));
  rings += 1;
  root.dataset.alarmRings = rings;
};
const ringOn = () => {
  const rings = alarm.state === "ringing" && voice.isHere;
  if (rings === Boolean(bell)) return;
  clearInterval(bell);
  bell = rings ? setInterval(ring, RING_EVERY_MS) : 0;
  if (rings) ring();
};

const shown = (name, isShown) => {
  strip.querySelector(`[data-strip="${name}"]`).hidden = !isShown;
};
const showWaiting = () => {
  const links = waiting.slice(0, MOST_NAMED).map(({ number, href }) => {
    const link = document.createElement("a");
    [link.href, link.textContent] = [href, number];
    return link;
  });
  const more = waiting.length - links.length;
  strip.querySelector("[data-numbers]").replaceChildren(
    ...links.flatMap((link) => [link, " "]),
    ...(more > 0 ? [`+${more}`] : []),
  );
  strip.querySelector("[data-count]").textContent = waiting.length;
};
const show = () => {
  const { state } = alarm;
  const isOn = ["armed", "ringing", "acknowledged"].includes(state);
  root.dataset.alarm = state;
  root.dataset.alarmVoice = voice.isHere ? "here" : voice.isElsewhere ? "elsewhere" : "none";
  shown("signed-out", isSignedOut);
  shown("blocked", state === "blocked" && !voice.isElsewhere);
  shown("elsewhere", state === "blocked" && voice.isElsewhere);
  shown("off", state === "off" && isExpected && !isSignedOut);
  shown("ask-off", asksOff && isOn);
  shown("waiting", waiting.length > 0 && !isSignedOut);
  shown("acknowledged", state === "acknowledged");
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isOn));
  button.querySelector("#sound-text").textContent = isOn ? button.dataset.textOn : button.dataset.textOff;
  document.title = waiting.length ? `(${waiting.length}) ${title}` : title;
};

const tagOf = (id) => `alarm:${id}`;
// Words for who cannot see the page, and a notification for who looks at another one.
const announce = (fresh) => {
  const news = document.getElementById("news");
  news.textContent = `${news.dataset.text}: ${fresh.map(({ number }) => number).join(", ")}`;
  const isMine = voice.isHere || !voice.isElsewhere;
  if (document.visibilityState === "visible" || !isMine || window.Notification?.permission !== "granted") return;
  navigator.serviceWorker?.ready.then((registration) => {
    for (const { id, number, href } of fresh) {
      const options = { body: number, tag: tagOf(id), data: { path: href }, lang: root.lang };
      registration.showNotification(news.dataset.text, { ...options, requireInteraction: true });
    }
  });
};
const withdraw = (ids) => {
  if (!ids.length) return;
  const tags = ids.map(tagOf);
  navigator.serviceWorker?.getRegistration().then(async (registration) => {
    const shown = (await registration?.getNotifications()) ?? [];
    shown.filter(({ tag }) => tags.includes(tag)).forEach((one) => one.close());
  });
};

const hear = (answer) => {
  [waiting, isExpected] = [answer.waiting, answer.is_expected];
  ahead = Date.parse(answer.now) - Date.now();
  const ids = waiting.map(({ id }) => id);
  const fresh = known ? waiting.filter(({ id }) => !known.includes(id)) : [];
  const gone = known ? known.filter((id) => !ids.includes(id)) : [];
  known = ids;
  showWaiting();
  alarm.learn({ isWanted: isWanted(), isWaiting: waiting.length > 0 });
  show();
  if (fresh.length) announce(fresh);
  withdraw(gone);
};
const signOut = () => {
  isSignedOut = true;
  alarm.learn({ isWanted: false });
  show();
};

const look = async () => {
  let isAnswered = false;
  try {
    const request = { headers: { "HX-Request": "true" }, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(strip.dataset.url, request);
    isAnswered = answer.status < 500;
    if ([401, 404].includes(answer.status)) return signOut();
    if (!answer.ok) return undefined;
    const latest = await answer.json();
    if (latest.user !== strip.dataset.user) return signOut();
    isSignedOut = false;
    hear(latest);
  } catch {
    // What waited when it was last asked goes on ringing; the page says that the connection is lost.
  } finally {
    document.dispatchEvent(new CustomEvent("live:answered", { detail: { isAnswered } }));
  }
  return undefined;
};

let [isLooking, looksAgain, soon] = [false, false, 0];
const lookNow = async () => {
  looksAgain = isLooking;
  if (isLooking) return;
  isLooking = true;
  await look();
  isLooking = false;
  if (looksAgain) lookSoon();
};
const lookSoon = () => {
  soon ||= setTimeout(() => {
    soon = 0;
    lookNow();
  }, TOGETHER_MS);
};

const turnOn = async () => {
  choose(true);
  alarm.learn({ isWanted: isWanted() });
  await sound.start();
  sound.ring(TEST_LOUDNESS);
  if (window.Notification?.permission === "default") await Notification.requestPermission();
};
const turnOff = () => {
  asksOff = false;
  choose(false);
  alarm.learn({ isWanted: isWanted() });
};

// A slip of the thumb must not silence a ward: while sound is on, the button lets it be heard, and asks.
const askOff = () => {
  asksOff = !asksOff;
  if (asksOff) sound.ring(TEST_LOUDNESS);
  show();
};

if (strip) {
  button.addEventListener("click", () => (["off", "wanted", "blocked"].includes(alarm.state) ? turnOn() : askOff()));
  strip.querySelector("[data-turn-off]").addEventListener("click", turnOff);
  strip.querySelectorAll("[data-turn-on]").forEach((one) => one.addEventListener("click", turnOn));
  addEventListener("storage", (event) => event.key === key && alarm.learn({ isWanted: isWanted() }));
  document.addEventListener("live:news", lookSoon);
  addEventListener("pageshow", ({ persisted }) => persisted && lookSoon());
  addEventListener("online", lookSoon);
  setInterval(lookNow, LOOK_EVERY_MS);
  if (strip.dataset.answer) hear(JSON.parse(strip.dataset.answer));
  // News may have come since; the stream tells of later ones.
  lookNow();
}
