// Entering a case: conversions, age, and one sending for two clicks.
(function () {
  "use strict";
  const number = (text) => Number(text.normalize("NFKC").trim() || NaN);
  const shown = (value) => String(Number(value.toPrecision(4)));

  const convert = (box) => {
    const units = JSON.parse(box.dataset.factors);
    const [input, select] = [box.querySelector("input"), box.querySelector("select")];
    const output = box.closest(".value-entry").querySelector("output");
    const value = number(input.value) * units[select.value][0];
    const others = Object.entries(units).filter(([unit]) => unit !== select.value);
    output.textContent = Number.isFinite(value)
      ? `= ${others.map(([, [factor, label]]) => `${shown(value / factor)} ${label}`).join(" = ")}`
      : "";
  };
  document.querySelectorAll("[data-factors]").forEach((box) => {
    box.addEventListener("input", () => convert(box));
    convert(box);
  });

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const birth = form.elements.birth_date;
  const age = document.querySelector("[data-age]");
  const showAge = () => {
    const [born, seen] = [new Date(birth.value), new Date(form.elements.first_visit_at.value)];
    let years = seen.getFullYear() - born.getFullYear();
    if (seen.getMonth() * 31 + seen.getDate() < born.getMonth() * 31 + born.getDate()) years -= 1;
    age.textContent = years >= 0 && years < 130 ? age.dataset.age.replace("{years}", years) : "";
  };
  if (birth && age) {
    birth.addEventListener("input", showAge);
    showAge();
  }

  // A valid ID fills what is still empty; what was typed otherwise stays, and is asked about.
  const remarks = document.querySelector("[data-identity-remarks]");
  remarks?.addEventListener("htmx:afterSwap", () => {
    const said = remarks.querySelector("[data-born]")?.dataset;
    if (!said) return;
    if (!birth.value && !form.elements.birth_estimate.value) {
      birth.value = said.born;
      birth.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const sexes = [...form.elements.sex];
    if (!sexes.some((sex) => sex.checked)) sexes.find((sex) => sex.value === said.sex).checked = true;
  });

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => {
    sent = false;
  });
})();
