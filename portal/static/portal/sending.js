// Nothing typed is lost by sending it: before a form goes, the server is asked whether it can be taken now, and
// has saved it. Without a connection, a sign-in or a working server the form stays as it is and says so; the
// forms of a first contact then send themselves when the connection is back.
(function () {
  "use strict";
  const RETRY_MS = 4000;
  const ANSWER_MS = 5000;
  const GOES = ["ready", "overtaken", "finished"];
  const PASSING = ["away", "failing"];
  const cleared = new WeakSet();
  const asking = new WeakSet();
  const waits = new Map();
  let went = null;

  const isGuarded = (form) =>
    form.method === "post" &&
    form.elements.page_owner &&
    !form.hasAttribute("hx-post") &&
    !("signOut" in form.dataset) &&
    new URL(form.action, location).origin === location.origin;

  let shared = null;
  const sharedNotice = () => {
    const source = document.querySelector("template[data-unsent-here]");
    if (!shared?.isConnected && source) {
      shared = source.content.firstElementChild.cloneNode(true);
      source.after(shared);
    }
    return shared;
  };
  const noticeOf = (form) => form.querySelector("[data-unsent]") ?? sharedNotice();
  const say = (form, what) => {
    const notice = noticeOf(form);
    if (!notice) return;
    const isNew = what && notice.dataset.says !== what;
    notice.hidden = !what;
    notice.dataset.says = what;
    notice.querySelectorAll("[data-when]").forEach((text) => {
      text.hidden = !text.dataset.when.split(" ").includes(what);
    });
    if (!isNew) return;
    notice.scrollIntoView({ block: "center" });
    if (!("keep" in form.dataset)) notice.focus();
  };

  // A page that was kept, or left open for days, has an old mark: a fresh page of the same person has a new one.
  const renewed = async () => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch("/me/", { cache: "no-store", signal }).catch(() => null);
    if (!answer) return "away";
    if (answer.status >= 500) return "failing";
    if (answer.redirected || !answer.ok) return "signed-out";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.body.dataset.owner !== window.device.owner) return "other-person";
    const value = (name) => page.querySelector(`[name=${name}]`).value;
    window.drafts.renew({ token: value("csrfmiddlewaretoken"), mark: value("page_owner") });
    return "ready";
  };

  const obstacle = async (form) => {
    const answer = await window.drafts.save(form);
    if (answer.state !== "signed-out" || answer.saved_at) return answer;
    const state = await renewed();
    return state === "ready" ? window.drafts.save(form) : { state };
  };

  const signIn = (form) => {
    const back = location.pathname + location.search;
    const page = window.drafts.isOurs(form) && form.dataset.draftPage !== location.pathname ? form.dataset.draftPage : back;
    return `${document.body.dataset.signIn}?${new URLSearchParams({ next: page, kept: "1" })}`;
  };

  const send = async (form, button, isByItself) => {
    if (asking.has(form)) return;
    asking.add(form);
    form.setAttribute("aria-busy", "true");
    const answer = await obstacle(form);
    form.removeAttribute("aria-busy");
    asking.delete(form);
    waits.delete(form);
    if (GOES.includes(answer.state)) {
      say(form, "");
      cleared.add(form);
      went = form;
      form.requestSubmit(button);
      return;
    }
    if (answer.state === "signed-out" && answer.saved_at && !isByItself) {
      window.device.leaves = true;
      location.assign(signIn(form));
      return;
    }
    say(form, answer.state);
    const retries = PASSING.includes(answer.state);
    if (retries && "keep" in form.dataset) waits.set(form, setTimeout(() => send(form, button, true), RETRY_MS));
    else if (retries) waits.set(form, setTimeout(() => watch(form), RETRY_MS));
  };

  // What is not sent by itself says when it can be sent again.
  const watch = async (form) => {
    const answer = await obstacle(form);
    if (!PASSING.includes(answer.state)) say(form, answer.state === "ready" ? "back" : answer.state);
    else waits.set(form, setTimeout(() => watch(form), RETRY_MS));
  };

  addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (cleared.has(form) || !isGuarded(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      clearTimeout(waits.get(form));
      send(form, event.submitter, false);
    },
    true,
  );
  // Who goes on typing decides again when to send.
  document.addEventListener("input", ({ target }) => {
    if (!waits.has(target.form)) return;
    clearTimeout(waits.get(target.form));
    waits.delete(target.form);
    say(target.form, "");
  });
  addEventListener("pageshow", ({ persisted }) => {
    document.querySelectorAll("form").forEach((form) => {
      if (persisted && cleared.has(form)) location.reload();
      cleared.delete(form);
    });
  });
  // It went, and no answer came (worker.js): the page is as it was before, and who pressed looks again.
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data !== "no-answer" || !went?.isConnected) return;
    dispatchEvent(new PageTransitionEvent("pageshow"));
    say(went, "no-answer");
  });
})();
