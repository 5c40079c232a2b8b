// Several answers by one tap. What somebody has answered already stays; each answer can be changed after it.
(function () {
  "use strict";
  const answer = (fields, value) => {
    if (fields instanceof RadioNodeList) {
      const choices = [...fields];
      if (choices.some((choice) => choice.checked)) return null;
      const chosen = choices.find((choice) => choice.value === value);
      if (chosen) chosen.checked = true;
      return chosen ?? null;
    }
    if (fields.value) return null;
    fields.value = value;
    return fields;
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-sets]");
    if (!button) return;
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.sets))) {
      const fields = button.form.elements.namedItem(name);
      const changed = fields && answer(fields, value);
      if (!changed) continue;
      for (const event of ["input", "change"]) changed.dispatchEvent(new Event(event, { bubbles: true }));
    }
    button.setAttribute("aria-pressed", "true");
  });
})();
