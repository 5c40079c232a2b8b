// Entering without a connection: a form waits on its page until it can be sent, and a first visit also on this
// device, without anything that names the patient. Signing out wipes it (portal.js).
(function () {
  "use strict";
  const NAME = "aclf-offline";
  const DAYS = 3;
  const RETRY_MS = 4000;
  const ANSWER_MS = 5000;
  const form = document.querySelector("form[data-keep]");
  const place = document.querySelector("[data-drafts]");
  const isKept = "kept" in document.body.dataset;

  const database = () =>
    new Promise((done, fail) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  const withDrafts = async (act) => {
    try {
      const open = await database();
      const asked = act(open.transaction("drafts", "readwrite").objectStore("drafts"));
      const answer = await new Promise((done, fail) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      });
      open.close();
      return answer;
    } catch {
      // A browser that keeps nothing, such as a private window: the page itself still waits.
      return undefined;
    }
  };
  const discard = (id) => withDrafts((drafts) => drafts.delete(id));
  const isOld = (draft) => Date.now() - draft.at > DAYS * 86400000;

  const offer = (draft) => {
    const row = place.querySelector("template").content.cloneNode(true).firstElementChild;
    const at = new Date(draft.at);
    const when = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
    row.querySelector("time").textContent = at.toLocaleString(document.documentElement.lang, when);
    row.querySelector("time").dateTime = at.toISOString();
    row.querySelector("[data-continue]").addEventListener("click", () => {
      form.elements.case_id.value = draft.id;
      window.putBack(form, draft.typed);
      place.hidden = true;
    });
    row.querySelector("[data-discard]").addEventListener("click", async () => {
      await discard(draft.id);
      row.remove();
      place.hidden = !place.querySelector("li");
    });
    place.querySelector("ul").append(row);
  };
  const show = async () => {
    const drafts = (await withDrafts((rows) => rows.getAll())) ?? [];
    drafts.filter(isOld).forEach((draft) => discard(draft.id));
    const own = drafts.filter((draft) => draft.user === place.dataset.user && !isOld(draft));
    const waiting = own.filter((draft) => draft.id !== form?.elements.case_id.value);
    if (form) waiting.sort((a, b) => b.at - a.at).forEach(offer);
    place.hidden = !waiting.length;
  };

  // The id and the time of a page that was kept are old.
  const freshId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let time = Date.now();
    for (let index = 5; index >= 0; index -= 1) {
      bytes[index] = time % 256;
      time = Math.floor(time / 256);
    }
    bytes[6] = (bytes[6] & 15) | 112;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  if (form && place && isKept) {
    form.elements.case_id.value = freshId();
    const seen = new Date().toLocaleString("sv-SE", { timeZone: form.dataset.zone });
    form.elements.first_visit_at.value = seen.slice(0, 16).replace(" ", "T");
  }

  if (place) show();
  const sent = document.querySelector("[data-sent]");
  if (sent) discard(sent.dataset.sent);
  if (!form) return;

  const notice = document.querySelector("[data-held]");
  const say = (what) => {
    const isNew = what && notice.hidden;
    notice.hidden = !what;
    notice.querySelectorAll("[data-when]").forEach((text) => {
      text.hidden = text.dataset.when !== what;
    });
    if (isNew) notice.scrollIntoView({ block: "center" });
  };
  const keep = () => {
    if (!place) return;
    const id = form.elements.case_id.value;
    withDrafts((drafts) =>
      drafts.put({ id, user: place.dataset.user, at: Date.now(), typed: window.typedInto(form) }),
    );
  };

  let [goes, asks, waits, wasAway] = [false, false, 0, isKept];
  const ask = (path) => fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });

  // What stands in the way of sending, if anything. After an absence the form's token may be old too.
  const obstacle = async () => {
    try {
      const answer = await ask(wasAway ? location.pathname : "/healthz");
      if (!answer.ok) return "away";
      if (!wasAway) return "";
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page.querySelector("form[data-keep] [name=csrfmiddlewaretoken]");
      if (!token) return "signed-out";
      form.elements.csrfmiddlewaretoken.value = token.value;
      return "";
    } catch {
      return "away";
    }
  };
  const stop = () => {
    clearTimeout(waits);
    waits = 0;
    say("");
  };
  const send = async (button) => {
    if (asks) return;
    asks = true;
    const found = await obstacle();
    asks = false;
    if (!found) {
      stop();
      goes = true;
      form.requestSubmit(button);
      return;
    }
    wasAway = true;
    keep();
    say(found);
    if (found === "away") waits = setTimeout(() => send(button), RETRY_MS);
  };

  form.addEventListener("submit", (event) => {
    if (goes) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clearTimeout(waits);
    send(event.submitter);
  });
  // Who goes on typing decides again when to send.
  form.addEventListener("input", () => {
    if (waits) stop();
    if (wasAway) keep();
  });
  addEventListener("pageshow", () => {
    goes = false;
  });
})();
