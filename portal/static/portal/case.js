// Forms of verbs: a second click does nothing. The talk: what could not be sent stays. The letter: print.
(function () {
  "use strict";

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "";
    form.setAttribute("aria-busy", "true");
  }, true);

  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach(release));

  const lastLine = () => {
    const list = document.getElementById("talk-list");
    if (list) list.scrollTop = list.scrollHeight;
  };
  lastLine();

  const talkForm = (event) => event.detail.elt?.closest?.("#talk-form");
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      const form = talkForm(event);
      if (!form) return;
      const place = form.querySelector("#talk-error");
      const isSignedOut = event.detail.xhr?.status === 401;
      place.textContent = isSignedOut ? place.dataset.signedOut : place.dataset.notSent;
    });
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = talkForm(event);
    if (form) release(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "talk") return;
    lastLine();
    document.getElementById("talk-text")?.focus();
  });

  // Follow the talk only while its end is in view.
  let followed = true;
  document.addEventListener("scroll", (event) => {
    const list = event.target;
    if (list.id === "talk-list") followed = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  }, true);
  document.addEventListener("live:drawn", () => followed && lastLine());

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
})();
