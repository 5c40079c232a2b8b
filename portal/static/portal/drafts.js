// Forms that save themselves while somebody types: on the server, and while that cannot be reached on this
// device, without what could name a patient. The server keeps a form for its owner, whoever is signed in.
(function () {
  "use strict";
  const PAUSE_MS = 700;
  const ANSWER_MS = 5000;
  const texts = document.body.dataset;
  const { save: address, typed: source } = texts;
  const states = new WeakMap();
  const isOurs = (form) => "draftPage" in form.dataset;
  const rowId = (form) => `${form.dataset.draftPage}#${subjectOf(form)}`;
  const subjectOf = (form) => form.elements.case_id?.value ?? form.dataset.draftSubject;
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { line: Promise.resolve(), timer: 0, isPaused: false });
    return states.get(form);
  };

  const show = (form, what, saved) => {
    const place = form.querySelector("[data-draft-state]");
    if (!place) return;
    place.textContent = texts[what].replace("{time}", saved ?? "");
    place.hidden = false;
    place.classList.toggle("is-unsaved", what !== "draftSaved");
  };

  // A newer token and mark for every form of this page: the sign-in may have been renewed in another tab.
  const renew = ({ token, mark }) => {
    if (!token) return;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token));
    document.querySelectorAll("[name=page_owner]").forEach((field) => (field.value = mark));
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  };

  const onDevice = (form) => {
    if (!isOurs(form)) return undefined;
    const draft = { page: form.dataset.draftPage, subject: subjectOf(form), typed: window.typedInto(form) };
    return window.device.keep({ id: rowId(form), ...draft });
  };

  // The draft's address: a reload, or the browser's own discarding of a tab, comes back to it.
  const remember = (form) => {
    if (!form.elements.case_id || window.device.isKept) return;
    const here = new URL(location.href);
    here.searchParams.set("draft", subjectOf(form));
    history.replaceState(history.state, "", here);
  };

  const settle = async (form, answer) => {
    renew(answer);
    if (!isOurs(form)) return;
    const state = stateOf(form);
    if (answer.state === "overtaken") {
      state.other = answer;
      form.querySelector("[data-overtaken]")?.removeAttribute("hidden");
      return;
    }
    if (!answer.saved_at) return;
    if (form.dataset.draftVersion !== undefined) form.dataset.draftVersion = answer.version;
    if (!state.timer) form.dataset.saved = "";
    remember(form);
    show(form, answer.state === "signed-out" ? "draftSignedOut" : "draftSaved", answer.shown);
    await window.device.discard(rowId(form));
  };

  const post = async (form, options) => {
    const body = new FormData(form);
    if (isOurs(form) && window.isTypedInto(form)) {
      body.set("draft_page", form.dataset.draftPage);
      body.set("draft_subject", subjectOf(form));
      body.set("draft_version", form.dataset.draftVersion ?? "");
    } else {
      const mark = body.get("page_owner");
      [...body.keys()].forEach((name) => body.delete(name));
      body.set("page_owner", mark);
    }
    return fetch(address, { method: "POST", body, signal: AbortSignal.timeout(ANSWER_MS), ...options });
  };

  // The server's answer, or "away" without a connection and "failing" where the server has no answer to give.
  const attempt = async (form, options) => {
    try {
      const answer = await post(form, options);
      if (answer.status >= 500) return { state: "failing" };
      return answer.headers.get("Content-Type") === "application/json" ? await answer.json() : { state: "ready" };
    } catch {
      return { state: "away" };
    }
  };

  // One saving after the other, so that an older one never replaces a newer one.
  const save = (form, options) => {
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = 0;
    state.line = state.line.then(async () => {
      const answer = await attempt(form, options);
      if (["away", "failing"].includes(answer.state)) {
        await onDevice(form);
        if (isOurs(form)) show(form, "draftDevice");
      }
      await settle(form, answer);
      return answer;
    });
    return state.line;
  };

  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (!form || !isOurs(form)) return;
    const state = stateOf(form);
    if (state.isPaused) return;
    delete form.dataset.saved;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), PAUSE_MS);
  });
  const flush = () => {
    for (const form of document.querySelectorAll("form[data-draft-page]")) {
      if (stateOf(form).timer) save(form, { keepalive: true });
    }
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  addEventListener("pagehide", flush);
  addEventListener("device:closing", flush);

  const fill = (form, typed) => {
    const state = stateOf(form);
    state.isPaused = true;
    window.putBack(form, typed);
    state.isPaused = false;
  };
  const restore = async (form) => {
    const asked = new URLSearchParams({ page: form.dataset.draftPage, subject: subjectOf(form) });
    const answer = await fetch(`${source}?${asked}`);
    if (!answer.ok || answer.redirected) return;
    const draft = await answer.json();
    fill(form, draft.typed);
    if (form.dataset.draftVersion !== undefined) form.dataset.draftVersion = draft.version;
    form.dataset.saved = "";
    show(form, "draftSaved", draft.shown);
    const notice = document.querySelector("[data-restored]");
    if (!notice) return;
    notice.hidden = false;
    notice.querySelector("[data-discard]").href = draft.discard;
  };
  // A form that stands below the list of what is unfinished goes on by itself where it is in that list.
  const listed = (form) => document.querySelector(`[data-unfinished="${CSS.escape(rowId(form))}"]`);
  const isBegun = (form) => "draftRestore" in form.dataset || ("draftHere" in form.dataset && listed(form));
  [...document.querySelectorAll("form[data-draft-page]")].filter(isBegun).forEach((form) => {
    restore(form).catch(() => {
      // Offline: what the device keeps is offered by offline.js.
    });
  });

  document.addEventListener("htmx:load", ({ target }) => {
    if (target === document.body) return;
    target.querySelectorAll?.("form[data-draft-restore]").forEach((form) => restore(form).catch(() => {}));
  });

  // A form that goes without leaving the page: an older saving must not come after it.
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-draft-here]")) return;
    event.preventDefault();
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = 0;
    state.line.then(() => event.detail.issueRequest(true));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, successful } }) => {
    const form = requestConfig.elt;
    if (!successful || !form.matches("form[data-draft-here]")) return;
    listed(form)?.remove();
    document.querySelectorAll(".drafts:not(:has(li))").forEach((list) => list.remove());
  });

  document.addEventListener("click", async ({ target }) => {
    const form = target.closest("[data-overtaken]")?.closest("form");
    if (!form || !target.matches("[data-take-other], [data-keep-own]")) return;
    form.querySelector("[data-overtaken]").hidden = true;
    form.dataset.draftVersion = stateOf(form).other.version;
    if (target.matches("[data-take-other]")) await restore(form);
    else await save(form);
  });

  window.drafts = { save, onDevice, fill, renew, rowId, isOurs };
})();
