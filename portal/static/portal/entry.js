// Entering a case: conversions, age, and a copy of what was typed that outlives an ended session.
//
// The copy stays in this tab's session storage and holds nothing that names the patient; signing out wipes it.
// It is put back only after a form was sent in vain: values of a form that was left must not meet another patient.
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

  // A form without data-keep, such as the calculator's, leaves nothing behind.
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const key = `typed:${location.pathname}`;
  const HOURS = 12;

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

  const keep = () => {
    try {
      sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), typed: window.typedInto(form) }));
    } catch {
      // Without storage there is no copy.
    }
  };
  const restore = () => {
    const copy = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (!copy || Date.now() - copy.at > HOURS * 3600000) return;
    window.putBack(form, copy.typed);
    document.querySelector("[data-restored] button").addEventListener("click", () => sessionStorage.removeItem(key));
  };
  try {
    // A form that came back with errors holds everything itself.
    if (document.querySelector(".error-summary")) sessionStorage.removeItem(key);
    else restore();
  } catch {
    // A copy that cannot be read is no copy.
  }

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    else keep();
    sent = true;
  });
  document.querySelector("form.language")?.addEventListener("submit", keep);
  addEventListener("pageshow", () => {
    sent = false;
  });
})();
