// Forms that are fetched when they are unfolded: a part with data-unfolds inside <details>.
//
// Until then, and where fetching fails, the part holds a link to the page of the same form.
(function () {
  "use strict";
  const ANSWER_MS = 10000;

  // The cursor stays in its field when a form takes the place of an outdated one, in which nothing was typed.
  const put = (part, html) => {
    const before = part.querySelector("form");
    if (before && window.isTypedInto(before)) throw new Error("typed into");
    const field = part.contains(document.activeElement) ? document.activeElement.name : "";
    part.innerHTML = html;
    htmx.process(part);
    if (field) part.querySelector(`[name="${CSS.escape(field)}"]`)?.focus();
  };
  const stay = (part) => {
    const form = part.querySelector("form");
    if (form) form.querySelector("[data-stale]")?.removeAttribute("hidden");
    else part.querySelector("a")?.focus();
  };

  const fill = async (part) => {
    const form = part.querySelector("form");
    if (part.isFilling || (form && !("outdated" in form.dataset))) return;
    part.isFilling = true;
    part.setAttribute("aria-busy", "true");
    try {
      const request = { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(ANSWER_MS) };
      const answer = await fetch(part.dataset.unfolds, request);
      if (answer.headers.has("HX-Refresh")) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      put(part, await answer.text());
    } catch {
      stay(part);
    } finally {
      part.isFilling = false;
      part.removeAttribute("aria-busy");
    }
  };
  const fillAll = (place) => place.querySelectorAll("[data-unfolds]").forEach(fill);

  document.addEventListener("toggle", ({ target }) => target.open && fillAll(target), true);
  // What was drawn again has lost its form, unless somebody writes in it.
  document.addEventListener("live:drawn", ({ target }) => target.querySelectorAll("details[open]").forEach(fillAll));
})();
