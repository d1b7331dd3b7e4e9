// What every page gains from JavaScript: errors that take the focus, questions before an act, htmx's manners.

import { announce, cookie, each } from "./each.js";

each("[data-focus]", (element) => element.focus());

// A link of the error summary reaches the control itself, not only its place on the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".error-summary a[href^='#']");
  if (!link) return;
  const control = document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.scrollIntoView({ block: "center" });
  control.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("[data-confirm]");
  if (asked && !window.confirm(asked.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// One form leaves once: the second click finds it busy. Coming back with the browser's arrow frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("data-busy")) {
    event.preventDefault();
    return;
  }
  form.setAttribute("data-busy", "");
  setTimeout(() => form.removeAttribute("data-busy"), 15000);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-busy]").forEach((form) => form.removeAttribute("data-busy"));
});

const wide = window.matchMedia("(width >= 62em)");
each("[data-open-wide]", (details) => {
  const follow = () => { if (wide.matches) details.open = true; };
  follow();
  wide.addEventListener("change", follow);
});

// A drop of the menu closes when the focus leaves it.
each(".menu[popover]", (menu) => {
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget) && menu.matches(":popover-open")) menu.hidePopover();
  });
});

function say(words) {
  const place = document.getElementById("messages");
  if (!place) return announce(words);
  const box = document.createElement("div");
  box.className = "callout callout-danger";
  const inner = document.createElement("div");
  inner.className = "callout-words";
  const line = document.createElement("p");
  line.textContent = words;
  inner.append(line);
  box.append(inner);
  place.replaceChildren(box);
  place.scrollIntoView({ block: "nearest" });
  return undefined;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = cookie("csrftoken");
});
document.addEventListener("htmx:sendError", (event) => {
  // What refreshes by itself tries again by itself: nobody sent anything.
  if (event.detail.elt?.getAttribute("hx-trigger")?.includes("every")) return;
  say("La connexion est coupée. Rien n’a été envoyé ; recommencez quand elle sera revenue.");
});
document.addEventListener("htmx:timeout", () => say("Le site met trop de temps à répondre. Recommencez dans un instant."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) say("Votre session a pris fin, ou cette action ne vous est pas ouverte. Rechargez la page.");
  else if (status === 404) say("Cet élément n’existe plus. Rechargez la page.");
  else say("Une erreur est survenue de notre côté. Rien n’a été enregistré ; recommencez dans un instant.");
});
