// What was typed into a form, without what names the patient, as pairs of name and value; and back into the form.
(function () {
  "use strict";
  const isKeepable = (field) =>
    field.name &&
    !("identity" in field.dataset) &&
    !["csrfmiddlewaretoken", "mark", "then"].includes(field.name);
  const isBox = (field) => ["radio", "checkbox"].includes(field.type);

  window.typedInto = (form) =>
    [...form.elements]
      .filter((field) => isKeepable(field) && (!isBox(field) || field.checked))
      .map((field) => [field.name, field.value]);

  window.putBack = (form, typed) => {
    for (const [name, value] of typed) {
      for (const field of [...form.elements].filter((field) => field.name === name)) {
        if (isBox(field)) field.checked ||= field.value === value;
        else field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    const notice = document.querySelector("[data-restored]");
    notice.hidden = false;
    notice.querySelector("button").addEventListener("click", () => location.assign(location.pathname));
  };
})();
