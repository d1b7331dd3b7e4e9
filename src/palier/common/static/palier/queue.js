// A queue of files worked by keyboard: the keys act while the bar, or a link in it, has the focus; it has it on arrival.

import { each } from "./each.js";

function show(id) {
  const place = document.getElementById(id);
  if (!place) return;
  const folded = place.querySelector("details");
  if (folded) folded.open = true;
  place.scrollIntoView({ block: "center" });
  place.querySelector("input:not([type=hidden]), textarea, button")?.focus();
}

each("[data-queue]", (bar) => {
  const links = () => [...bar.querySelectorAll("a")];
  const by = (words) => links().find((link) => link.textContent.includes(words));
  bar.querySelector("[data-queue-keys]").hidden = false;
  // An error is read first: its summary takes the focus.
  if (!document.querySelector("[role=alert], .error-summary") && !location.hash) bar.focus({ preventScroll: true });

  bar.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      p: () => by("précédent")?.click(),
      s: () => by("suivant")?.click(),
      r: () => show("recevable"),
      n: () => show("non-recevable"),
    }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
});
