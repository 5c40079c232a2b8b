// The page of the ward's records: its forms open in a dialog, are saved there, and the page never leaves.
// Without this script each of them has a page of its own, to which the same links lead.
(function () {
  "use strict";
  const dialog = document.getElementById("ward-form");
  if (!dialog || !window.htmx) return;
  let opener = "";

  const focusFirst = () => {
    const summary = dialog.querySelector(".error-summary");
    const field = dialog.querySelector('[aria-invalid="true"], form :is(input:not([type="hidden"]), select, textarea)');
    (summary ?? field)?.focus();
    (summary ?? dialog).scrollIntoView({ block: "start" });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-in-place]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener = link.getAttribute("href");
      window.htmx.ajax("GET", opener, { target: dialog, swap: "innerHTML" });
    } else if (event.target.closest("[data-close-form]")) {
      dialog.close();
    }
  });

  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (target === dialog) {
      if (!dialog.open) dialog.showModal();
      focusFirst();
    } else if (target.id === "ward-record") {
      dialog.close();
    }
  });

  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    const again = [...document.querySelectorAll("a[data-in-place]")];
    again.find((link) => link.getAttribute("href") === opener)?.focus();
  });

  const trouble = ({ detail }) => {
    const form = detail.elt?.closest?.("#ward-form form");
    if (!form) return;
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    const isSignedOut = detail.xhr?.status === 401;
    dialog.querySelector("[data-form-trouble]").textContent = isSignedOut
      ? dialog.dataset.signedOut
      : dialog.dataset.notSaved;
  };
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, trouble);
  }
})();
