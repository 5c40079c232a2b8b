// The page for want of a connection: what is for the person signed in is shown to nobody else, and the page gives
// way as soon as the platform answers again.
(function () {
  "use strict";
  const RETRY_MS = 4000;
  const ANSWER_MS = 5000;
  const signedIn = document.cookie.match(/(?:^|; )page_owner=([^;]*)/)?.[1];
  if (signedIn && signedIn === document.body.dataset.owner) {
    document.querySelectorAll("[data-refers]").forEach((part) => part.removeAttribute("hidden"));
  }
  const look = async () => {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch("/healthz", { cache: "no-store", signal });
      if (!answer.ok) return;
      if (location.pathname === "/offline/") location.replace("/");
      else location.reload();
    } catch {
      // Still away.
    }
  };
  addEventListener("online", look);
  setInterval(look, RETRY_MS);
})();
