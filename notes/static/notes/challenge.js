/* Shows the fields of a challenge where the section is for challenges, and the text field
   elsewhere; without this script all are there. A field that holds text is never hidden. */
"use strict";

(() => {
  const challenge = document.querySelector("[data-challenge]");
  const text = document.querySelector("[data-text]");
  const section = document.querySelector("select[name=section]");

  const isUsed = (part) =>
    [...part.querySelectorAll("textarea")].some(
      (field) => field.value.trim() || field.hasAttribute("aria-invalid"),
    );

  const update = () => {
    const isChallenge = section.selectedOptions[0]?.dataset.kind === "challenge";
    challenge.hidden = !isChallenge && !isUsed(challenge);
    text.hidden = isChallenge && !isUsed(text);
  };

  section.form.addEventListener("change", update);
  update();
})();
