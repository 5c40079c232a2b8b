// The fraction of oxygen by one tap on room air, or estimated from the flow of a nasal cannula where somebody
// asks for it. An estimate says so in the note, which is stored with the values.
(function () {
  "use strict";
  const ROOM_AIR = 0.21;
  const PER_LITRE = 0.04;
  const MOST_LITRES = 6;
  const rows = () => document.querySelectorAll("[data-oxygen-for]");
  const offer = () => rows().forEach((row) => (row.hidden = false));

  const litres = (typed) => {
    const flow = Number(typed.normalize("NFKC").replace(",", "."));
    return flow >= 1 && flow <= MOST_LITRES ? flow : null;
  };

  const put = (field, value) => {
    field.value = value;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  };

  const unsaid = (text, said) => text.split("\n").filter((line) => line !== said).join("\n");

  const mark = (row, words) => {
    const note = row.closest("form").elements.namedItem("note");
    if (note) note.value = [unsaid(note.value, row.dataset.said ?? ""), words].filter(Boolean).join("\n");
    row.dataset.said = words;
    row.querySelector("output").textContent = words;
  };

  const estimate = (row, field) => {
    const flow = litres(row.querySelector("input").value);
    if (flow === null) {
      row.querySelector("output").textContent = row.dataset.cannot;
      return;
    }
    const fraction = (ROOM_AIR + PER_LITRE * flow).toFixed(2);
    put(field, fraction);
    mark(row, row.dataset.estimated.replace("{fraction}", fraction).replace("{flow}", flow));
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-oxygen-for] button");
    if (!button) return;
    const row = button.closest("[data-oxygen-for]");
    const field = document.getElementById(row.dataset.oxygenFor);
    if ("roomAir" in button.dataset) put(field, ROOM_AIR);
    else estimate(row, field);
  });

  document.addEventListener("input", ({ target }) => {
    const row = [...rows()].find((each) => each.dataset.oxygenFor === target.id);
    if (row?.dataset.said) mark(row, "");
  });

  offer();
  for (const name of ["live:drawn", "htmx:afterProcessNode"]) document.addEventListener(name, offer);
})();
