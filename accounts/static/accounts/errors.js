// What was refused comes into view and gets the focus, whatever the form: the first error of a page that came back, or
// of a part that was drawn anew. A link of the summary leads to its field, also inside of what was folded.
(function () {
  "use strict";
  const CONTROLS = "input:not([type=hidden]):not(:disabled), select, textarea, button";
  const MARKED = "[aria-invalid=true], .is-invalid, .has-error, .field-error:not(:empty), .errorlist";
  const FIELDS = "fieldset:not(.module), .field, .form-row, .policy-cell, td, form";

  const controlOf = (place) => {
    if (!place || place.matches(CONTROLS)) return place;
    const field = place.matches("fieldset, .field, [tabindex]") ? place : place.closest(FIELDS);
    return field?.querySelector(CONTROLS) ?? place;
  };
  const unfold = (node) => {
    for (let fold = node.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  const show = (node, block) => {
    unfold(node);
    // A choice among nothing has no control that could take the focus.
    if (!node.matches(`${CONTROLS}, [tabindex]`)) node.tabIndex = -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block, behavior: "instant" });
  };
  const targetOf = (link) => controlOf(document.getElementById(decodeURIComponent(link.hash.slice(1))));

  // The place of the first error; the summary itself where that is about no field.
  const firstOf = (root) => {
    const summary = root.querySelector(".error-summary");
    const first = summary?.querySelector("li, p");
    const link = first?.querySelector("a[href^='#']");
    if (summary && first && !link) return summary;
    return (link && targetOf(link)) ?? controlOf(root.querySelector(MARKED)) ?? root.querySelector(".errornote");
  };
  const mark = (summary) =>
    summary.querySelectorAll("a[href^='#']").forEach((link) => {
      const control = targetOf(link);
      if (control?.matches("input:not([type=checkbox]), select, textarea")) control.setAttribute("aria-invalid", "true");
    });
  const bring = (root) => {
    const first = firstOf(root);
    if (first) show(first, first.matches(".error-summary") ? "start" : "center");
    return first;
  };

  document.querySelectorAll(".error-summary").forEach(mark);
  const first = bring(document);
  // The browser would scroll on to where the address pointed when the form was sent.
  if (first && location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  // Until somebody acts: other scripts focus what they think comes first.
  let hasActed = false;
  for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => (hasActed = true), { capture: true, once: true });
  addEventListener("load", () => first && !hasActed && bring(document));
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const status = detail.xhr?.status ?? 200;
    if (status < 400 || !detail.elt?.isConnected) return;
    detail.elt.querySelectorAll(".error-summary").forEach(mark);
    bring(detail.elt);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".error-summary a[href^='#']");
    const control = link && targetOf(link);
    if (!control) return;
    event.preventDefault();
    show(control, "center");
  });
})();
