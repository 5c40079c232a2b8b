// Forms that are fetched when they are unfolded: a part with data-unfolds inside <details>.
//
// Until then, and where fetching fails, the part holds a link to the page of the same form.
(function () {
  "use strict";
  const ANSWER_MS = 10000;

  const fill = async (part) => {
    if (part.isFilling || part.querySelector("form")) return;
    part.isFilling = true;
    part.setAttribute("aria-busy", "true");
    try {
      const request = { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(ANSWER_MS) };
      const answer = await fetch(part.dataset.unfolds, request);
      if (answer.headers.has("HX-Refresh")) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      part.innerHTML = await answer.text();
      htmx.process(part);
    } catch {
      part.querySelector("a")?.focus();
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
