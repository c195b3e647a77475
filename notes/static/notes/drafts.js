/* Keeps what is typed until the server has it: through an expired login, a refused
   form, a closed lid. Lives in this tab's storage only and is cleared by the page that
   shows the saved note. */
"use strict";

(() => {
  const PREFIX = "draft:";
  const form = document.querySelector("form[data-draft]");

  if (!form) {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && JSON.parse(sessionStorage[key]).sent) {
        sessionStorage.removeItem(key);
      }
    }
    return;
  }

  const key = PREFIX + location.pathname;
  const fields = [...form.elements].filter(
    (field) => field.name && field.name !== "csrfmiddlewaretoken" && field.type !== "hidden",
  );
  const typed = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const original = JSON.stringify(typed());

  const keep = (sent) => {
    const values = typed();
    if (JSON.stringify(values) === original && !sent) return;
    sessionStorage.setItem(key, JSON.stringify({ values, sent }));
  };

  const restore = ({ values }) => {
    let isDifferent = false;
    for (const field of fields) {
      const value = values[field.name];
      if (value !== undefined && value !== field.value) {
        field.value = value;
        isDifferent = true;
      }
    }
    if (!isDifferent) return;
    form.dispatchEvent(new Event("change"));
    document.querySelector("[data-draft-notice]").hidden = false;
  };

  const draft = sessionStorage.getItem(key);
  // A form that came back with errors holds the newer text already.
  if (draft && !form.querySelector("[aria-invalid]")) restore(JSON.parse(draft));

  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", () => keep(true));
  document.querySelector("[data-draft-discard]").addEventListener("click", () => {
    sessionStorage.removeItem(key);
    location.reload();
  });
})();
