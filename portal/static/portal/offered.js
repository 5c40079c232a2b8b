// What a patient record has of the patient: each thing goes into its field when a person takes it.
(function () {
  "use strict";
  const box = document.querySelector("[data-offered]");
  const form = document.querySelector("form.entry");
  if (!box || !form) return;

  const current = (field) => (field instanceof RadioNodeList ? field.value : field.value.trim());
  const elementOf = (field, value) =>
    field instanceof RadioNodeList ? [...field].find((one) => one.value === value) : field;

  const put = (field, value) => {
    const element = elementOf(field, value);
    if (!element) return false;
    if (field instanceof RadioNodeList) element.checked = true;
    else element.value = value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
    element.closest("details")?.setAttribute("open", "");
    return true;
  };

  // The form does not ask for everything on every page.
  for (const button of box.querySelectorAll("[data-field]")) {
    const field = form.elements[button.dataset.field];
    if (!field) button.closest("li").hidden = true;
  }

  box.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-field]");
    if (!button) return;
    const { field: name, value } = button.dataset;
    const field = form.elements[name];
    const typed = current(field);
    if (typed && typed !== value && !("asked" in button.dataset)) {
      button.dataset.asked = button.firstChild.textContent;
      button.firstChild.textContent = box.dataset.replace;
      return;
    }
    if ("asked" in button.dataset) button.firstChild.textContent = button.dataset.asked;
    delete button.dataset.asked;
    if (put(field, value)) button.nextElementSibling.textContent = box.dataset.taken;
  });
})();
