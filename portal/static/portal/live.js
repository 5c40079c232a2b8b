// The live stream of a browser, and the parts of a page that it redraws.
//
// Browsers allow six connections to a server: one tab holds the stream and passes every event on to the others;
// when it closes or falls silent, another one takes over. A part with data-live is drawn again from that address
// when something changed; while the stream is lost it is asked for every 15 seconds. A form in which somebody is
// writing is left as it is.
(function () {
  "use strict";
  const NAME = "aclf-live";
  const KINDS = ["ready", "case", "proof", "beds", "notification", "resync", "degraded", "alive"];
  const NEWS = ["ready", "case", "beds", "notification", "resync"];
  const BEAT_MS = 4000;
  const SILENT_MS = 12000;
  // The server gives a sign of life every ten seconds: without it a connection is dead, whatever the browser thinks.
  const DEAD_MS = 25000;
  const RETRY_MS = 3000;
  const POLL_MS = 15000;
  const IDLE_POLLS = 4;
  // News is shown at once; in a storm, which is more than a few within a second, several are shown together.
  const AT_ONCE_MS = 15;
  const TOGETHER_MS = 120;
  const STORM_MS = 1000;
  const FEW = 3;
  const ANSWER_MS = 10000;
  const MOST_ROWS = 10;
  // For so long what no event records (who is on duty, say) is taken as it was when the page was drawn.
  const FRESH_MS = 10000;

  // What the htmx extension takes for an EventSource.
  class SharedSource extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.readyState = EventSource.CONNECTING;
      this.heardAt = performance.now();
      this.channel = new BroadcastChannel(NAME);
      this.channel.onmessage = (message) => this.hear(message.data);
      this.watch = setInterval(() => this.takeOverIfSilent(), BEAT_MS);
      // A page that goes must not tell the other tabs of a lost connection: the next one takes over at once.
      addEventListener("pagehide", () => this.disconnect());
      addEventListener("pageshow", ({ persisted }) => persisted && this.release && this.connect());
      this.lead({});
      this.channel.postMessage({ kind: "hello" });
    }

    lead(options) {
      const hold = () =>
        new Promise((release) => {
          this.release = release;
          this.connect();
        });
      navigator.locks.request(NAME, options, hold).catch(() => {
        // Another tab took the lead, because this one was silent.
        this.disconnect();
        this.lead({});
      });
    }

    connect() {
      this.aliveAt = performance.now();
      this.source = new EventSource(this.url);
      this.source.onopen = () => this.tell({ kind: "open" });
      this.source.onerror = () => {
        this.tell({ kind: "lost" });
        if (this.source?.readyState !== EventSource.CLOSED) return;
        this.disconnect();
        this.retry = setTimeout(() => this.connect(), RETRY_MS);
      };
      for (const kind of KINDS) {
        this.source.addEventListener(kind, ({ data }) => {
          this.aliveAt = performance.now();
          this.tell({ kind, data });
        });
      }
      this.beats = setInterval(() => this.beat(), BEAT_MS);
    }

    disconnect() {
      clearTimeout(this.retry);
      clearInterval(this.beats);
      this.source?.close();
      this.source = null;
    }

    // The network came back: what was open before may be dead without having noticed.
    again() {
      this.tell({ kind: "again" });
    }

    beat() {
      const isOpen = this.source?.readyState === EventSource.OPEN;
      const isDead = isOpen && performance.now() - this.aliveAt > DEAD_MS;
      this.tell({ kind: isOpen && !isDead ? "beat" : "lost" });
      if (isDead) this.reconnect();
    }

    reconnect() {
      this.disconnect();
      this.connect();
    }

    takeOverIfSilent() {
      if (this.source || performance.now() - this.heardAt < SILENT_MS) return;
      this.heardAt = performance.now();
      this.lost();
      if (document.visibilityState === "visible") this.lead({ steal: true });
    }

    tell(message) {
      this.channel.postMessage(message);
      this.hear(message);
    }

    hear({ kind, data }) {
      if (kind === "hello") {
        if (this.source) this.beat();
        return;
      }
      if (kind === "again") {
        if (this.source) this.reconnect();
        return;
      }
      this.heardAt = performance.now();
      if (kind === "lost") this.lost();
      else if (kind === "open" || this.readyState !== EventSource.OPEN) this.opened();
      if (KINDS.includes(kind)) this.dispatchEvent(new MessageEvent(kind, { data }));
    }

    opened() {
      this.readyState = EventSource.OPEN;
      this.onopen?.(new Event("open"));
    }

    lost() {
      this.readyState = EventSource.CONNECTING;
      this.onerror?.(new Event("error"));
    }

    close() {
      clearInterval(this.watch);
      this.disconnect();
      this.release?.();
      this.channel.close();
      this.readyState = EventSource.CLOSED;
    }
  }

  // Plain http on another machine knows no locks: there every tab has a stream of its own.
  if (navigator.locks && window.BroadcastChannel) {
    htmx.createEventSource = (url) => new SharedSource(url);
  }

  // The state of the connection, in the top bar: open only while the stream and the last answer say so.
  let stream = "connecting";
  let isAnswered = true;
  let current = null;
  const state = () => (stream === "open" && !isAnswered ? "lost" : stream);
  const say = (what, detail) => document.dispatchEvent(new CustomEvent(`live:${what}`, { detail }));
  const show = () => {
    const place = document.getElementById("live-state");
    const now = state();
    say("state", now);
    if (!place || place.dataset.state === now) return;
    place.dataset.state = now;
    const text = place.dataset[`text${now[0].toUpperCase()}${now.slice(1)}`];
    place.querySelector(".live-text").textContent = text;
  };
  const streamIs = (now) => {
    stream = now;
    show();
  };
  const answered = (isOk) => {
    const isBack = isOk && !isAnswered;
    isAnswered = isOk;
    if (isOk) say("heard");
    show();
    if (isBack) current?.again?.();
  };
  document.addEventListener("live:answered", ({ detail }) => answered(detail.isAnswered));

  // Parts of the page that are drawn again.
  const isBusy = (node) => node.nodeName === "FORM" && (node.getAttribute("aria-busy") === "true" || window.isTypedInto(node));
  const holdsBusy = (node) =>
    node.nodeType === Node.ELEMENT_NODE && (isBusy(node) || [...node.querySelectorAll("form")].some(isBusy));
  // Whoever has put the cursor into a field is about to type, and what they type must not go nowhere.
  const WRITTEN_IN = "input:not([type=checkbox], [type=radio]), textarea";
  const entered = (node) => {
    const { activeElement: field } = document;
    return node.contains(field) && field.matches(WRITTEN_IN) ? field.form : null;
  };
  const versionOf = (form) => form.elements.namedItem("version")?.value;
  const warn = (form) => form.querySelector("[data-stale]")?.removeAttribute("hidden");

  // A place in a list whose content has not changed, or what has come again as it is: what stands there is left.
  const isKept = (old, fresh) => fresh.dataset?.kept !== undefined || old.isEqualNode(fresh);
  const outdated = new Set();

  const callbacks = {
    beforeNodeMorphed(old, fresh) {
      if (fresh.dataset?.kept && fresh.dataset.kept !== old.dataset?.mark) outdated.add(fresh.id);
      if (isKept(old, fresh)) return false;
      if (!isBusy(old)) return true;
      if (fresh.nodeName === "FORM" && versionOf(fresh) !== versionOf(old)) warn(old);
      return false;
    },
    beforeNodeRemoved(old) {
      const form = entered(old);
      if (holdsBusy(old)) old.querySelectorAll("form").forEach(warn);
      else if (form?.closest("[data-unfolds]")) form.dataset.outdated = "";
      else if (form) warn(form);
      else return true;
      return false;
    },
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
  };

  const draw = (part, html, morphStyle = "innerHTML") => {
    Idiomorph.morph(part, html, { morphStyle, ignoreActiveValue: true, callbacks });
    if (/\shx-/.test(html)) htmx.process(part);
    part.dispatchEvent(new CustomEvent("live:drawn", { bubbles: true }));
  };

  const sayGone = (part) => {
    delete part.dataset.live;
    const note = document.createElement("p");
    note.className = "alert alert-warning";
    note.setAttribute("role", "alert");
    note.textContent = part.dataset.liveGone ?? "";
    part.prepend(note);
  };

  // Which cases of a list changed since it was asked for; null when all of it has to be drawn again.
  const takeChanges = (part) => {
    const { liveChanges: changes } = part;
    part.liveChanges = new Set();
    const isFew = part.dataset.liveRows && changes && changes.size <= MOST_ROWS;
    return isFew ? [...changes] : null;
  };
  const noteChange = (part, changed) => {
    if (!changed || part.liveChanges === null) part.liveChanges = null;
    else part.liveChanges = new Set([...(part.liveChanges ?? []), ...changed]);
  };

  const load = async (part) => {
    const changes = takeChanges(part);
    const rows = changes?.map((id) => `&case=${encodeURIComponent(id)}`).join("");
    const address = changes ? part.dataset.liveRows + rows : part.dataset.live;
    const request = { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(address, request);
    if (answer.status === 401 && holdsBusy(document.body)) return streamIs("lost");
    if (answer.headers.has("HX-Refresh")) return location.reload();
    if (answer.status === 404) return sayGone(part);
    if (!answer.ok) throw new Error(answer.status);
    const list = changes && document.getElementById(part.dataset.liveList);
    if (!list) return draw(part, await answer.text());
    draw(list, await answer.text(), "outerHTML");
    // Places for rows that are not here, as they came in from another page of the list, or that are here as they were.
    const missing = [...part.querySelectorAll("[data-kept]")].map(({ id }) => id);
    const wanted = [...missing, ...outdated].map((id) => id.replace("case-", ""));
    outdated.clear();
    if (wanted.some((id) => changes.includes(id))) refresh(part);
    else if (wanted.length) refresh(part, wanted);
  };

  const pause = (part) => {
    part.liveLoadedAt = (part.liveLoadedAt ?? []).filter((at) => performance.now() - at < STORM_MS);
    return part.liveLoadedAt.length < FEW ? AT_ONCE_MS : TOGETHER_MS;
  };

  const refresh = (part, changed) => {
    noteChange(part, changed);
    part.liveIsStale = true;
    schedule(part);
  };
  const schedule = (part) => {
    if (part.liveWaits || part.liveLoads) return;
    part.liveWaits = true;
    setTimeout(async () => {
      part.liveWaits = false;
      part.liveIsStale = false;
      part.liveLoads = true;
      try {
        await load(part);
        answered(true);
      } catch {
        part.liveChanges = null;
        answered(false);
      } finally {
        part.liveLoads = false;
        part.liveLoadedAt.push(performance.now());
      }
      if (part.liveIsStale) schedule(part);
    }, pause(part));
  };
  const refreshAll = (changed) => document.querySelectorAll("[data-live]").forEach((part) => refresh(part, changed));

  const onCase = ({ data }) => {
    const { case: changed } = JSON.parse(data);
    document.querySelectorAll("[data-live]:not([data-live-kind])").forEach((part) => {
      if (!part.dataset.liveCase || part.dataset.liveCase === changed) refresh(part, [changed]);
    });
  };

  // What became of the alerts about a case is shown on its own pages, and in no list.
  const onProof = ({ data }) => {
    const { case: changed } = JSON.parse(data);
    document.querySelectorAll(`[data-live-case="${CSS.escape(changed)}"]`).forEach((part) => refresh(part));
  };

  // Parts that show the figures of wards hear of those, and of no case.
  const onBeds = () => document.querySelectorAll('[data-live-kind="beds"]').forEach((part) => refresh(part));

  const wired = new WeakSet();
  const wire = (source) => {
    if (wired.has(source)) return;
    wired.add(source);
    for (const kind of KINDS) source.addEventListener(kind, () => say("heard"));
    for (const kind of NEWS) source.addEventListener(kind, () => say("news"));
    source.addEventListener("case", onCase);
    source.addEventListener("proof", onProof);
    source.addEventListener("beds", onBeds);
    source.addEventListener("degraded", () => streamIs("lost"));
    source.addEventListener("resync", () => {
      streamIs("open");
      refreshAll();
    });
  };

  document.addEventListener("htmx:sseOpen", ({ detail }) => {
    current = detail.source;
    wire(current);
    say("heard");
    streamIs("open");
    say("news");
    // A page that was drawn a moment ago asks which of its rows have changed since, and not for all of them again.
    refreshAll(performance.now() < FRESH_MS ? [] : undefined);
  });
  document.addEventListener("htmx:sseError", () => streamIs("lost"));
  addEventListener("offline", () => streamIs("lost"));
  addEventListener("online", () => current?.again?.());
  addEventListener("pageshow", ({ persisted }) => persisted && refreshAll());

  let polls = 0;
  setInterval(() => {
    polls += 1;
    const isIdle = polls % IDLE_POLLS === 0 && document.visibilityState === "visible";
    if (state() !== "open" || isIdle) refreshAll();
  }, POLL_MS);
})();
