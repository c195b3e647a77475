// Proposes the browser's time zone to a reader who has not chosen one.
const zone = document.querySelector("[data-guess-time-zone] [name=time_zone]");
const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && zone.value === "UTC" && [...zone.options].some((o) => o.value === guess)) {
  zone.value = guess;
}
