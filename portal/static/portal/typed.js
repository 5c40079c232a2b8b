// What was typed into a form as pairs of name and value, whole or without what could name a patient; and back.
(function () {
  "use strict";
  const HIDDEN_FIELDS = ["csrfmiddlewaretoken", "page_owner", "once", "then", "back"];
  const KINDS_KEPT = ["radio", "checkbox", "select-one", "select-multiple", "datetime-local"];
  const isTyped = (field) => field.name && !HIDDEN_FIELDS.includes(field.name);
  const isBox = (field) => ["radio", "checkbox"].includes(field.type);
  const isMeasure = (field) => field.type === "text" && field.inputMode === "decimal";
  const isHidden = (field) => field.type === "hidden" && field.name !== "mark";

  // Choices, times and measured values; no text in which a person could be named.
  const namesNobody = (field) =>
    !("identity" in field.dataset) && (KINDS_KEPT.includes(field.type) || isMeasure(field) || isHidden(field));

  const pairs = (form, isWanted) =>
    [...form.elements]
      .filter((field) => isTyped(field) && isWanted(field) && (!isBox(field) || field.checked))
      .map((field) => [field.name, field.value]);

  window.typedInto = (form) => pairs(form, namesNobody);

  window.putBack = (form, typed) => {
    const names = new Set(typed.map(([name]) => name));
    for (const field of [...form.elements].filter(isTyped)) {
      const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
      const before = [field.value, field.checked].join();
      if (isBox(field)) field.checked = values.includes(field.value);
      else if (names.has(field.name)) field.value = values[0];
      else continue;
      if ([field.value, field.checked].join() !== before) field.closest("details")?.setAttribute("open", "");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
})();
