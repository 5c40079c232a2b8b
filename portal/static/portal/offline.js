// A first visit without a connection: the page that was kept gets a new id and the present time, and what this
// device keeps of unfinished ones is offered to who typed it.
(function () {
  "use strict";
  const { device } = window;
  const form = document.querySelector("form[data-keep]");
  const place = document.querySelector("[data-drafts]");
  if (device.belongsToAnother) return;

  const offer = (draft) => {
    const row = place.querySelector("template").content.cloneNode(true).firstElementChild;
    const at = new Date(draft.at);
    const when = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
    row.querySelector("time").textContent = at.toLocaleString(document.documentElement.lang, when);
    row.querySelector("time").dateTime = at.toISOString();
    row.querySelector("[data-continue]").addEventListener("click", () => {
      form.elements.case_id.value = draft.subject;
      window.drafts.fill(form, draft.typed);
      place.hidden = true;
    });
    row.querySelector("[data-discard]").addEventListener("click", async ({ target }) => {
      if (!confirm(target.dataset.confirm)) return;
      await device.discard(draft.id);
      row.remove();
      place.hidden = !place.querySelector("li");
    });
    place.querySelector("ul").append(row);
  };
  const show = async () => {
    await device.ready;
    const drafts = (await device.own()).filter((draft) => draft.page === place.dataset.drafts);
    const waiting = drafts.filter((draft) => draft.subject !== form?.elements.case_id.value);
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
  if (form && place && device.isKept) {
    form.elements.case_id.value = freshId();
    const seen = new Date().toLocaleString("sv-SE", { timeZone: form.dataset.zone });
    form.elements.first_visit_at.value = seen.slice(0, 16).replace(" ", "T");
  }

  const sent = document.querySelector("[data-sent]");
  const tidied = sent ? device.discard(sent.dataset.sent) : Promise.resolve();
  if (place) tidied.then(show);
})();
