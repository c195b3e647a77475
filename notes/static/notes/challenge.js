/* Shows the fields of a challenge only where they can be used; without this script they
   are always there. Fields that hold text are never hidden. */
"use strict";

(() => {
  const part = document.querySelector("[data-challenge]");
  const section = document.querySelector("select[name=section]");
  if (!part || !section) return;

  const update = () => {
    const isChallenge = section.selectedOptions[0]?.dataset.kind === "challenge";
    const isUsed = [...part.querySelectorAll("textarea")].some((field) => field.value.trim());
    part.hidden = !isChallenge && !isUsed;
  };

  section.addEventListener("change", update);
  section.form.addEventListener("change", update);
  update();
})();
