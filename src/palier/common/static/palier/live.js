// What changes while the page is open: the site says that something did, and its parts ask for themselves again.
// An element lists the words that concern it (data-live-on="votes.34 state") and asks when it hears "live". Without
// the stream, every few seconds; a tab that nobody looks at hears nothing and catches up when it is looked at again.

import { announce, each } from "./each.js";

const POLL = 5000;
const RETRY = 30000;
// Marks of reading come in bursts: one drawing for all of them.
const PATIENT = { reads: 3000 };
const SEEN_AFTER = 1500;

const waiting = new Map();

function ask(element, word) {
  const delay = PATIENT[word.split(".")[0]] ?? 0;
  const held = waiting.get(element);
  if (held && held.delay <= delay) return;
  if (held) clearTimeout(held.timer);
  const go = () => {
    waiting.delete(element);
    if (!element.isConnected) return;
    if (element.hasAttribute("hx-get")) window.htmx.trigger(element, "live");
    else if (word === "state") element.hidden = false;
  };
  waiting.set(element, { delay, timer: setTimeout(go, delay) });
}

function hear(word) {
  const kind = word.split(".")[0];
  for (const element of document.querySelectorAll("[data-live-on]")) {
    const concerns = element.dataset.liveOn.split(" ");
    if (word === "all" || concerns.includes(word) || concerns.includes(kind)) ask(element, word);
  }
}

each("[data-live]", (place) => {
  const address = place.dataset.live;
  let source = null;
  let polling = 0;
  let again = 0;

  const poll = () => {
    if (!polling) polling = setInterval(() => { if (!document.hidden) hear("all"); }, POLL);
    document.documentElement.dataset.liveState = "asking";
  };
  const still = () => {
    clearInterval(polling);
    polling = 0;
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    if (!address) return poll();
    source = new EventSource(address, { withCredentials: true });
    source.addEventListener("news", (event) => {
      still();
      document.documentElement.dataset.liveState = "listening";
      hear(event.data);
    });
    // One no longer takes part: the parts of the page say so themselves.
    source.addEventListener("end", () => {
      close();
      still();
      document.documentElement.dataset.liveState = "ended";
      hear("state");
      hear("all");
    });
    source.addEventListener("error", () => {
      poll();
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, RETRY);
    });
    return undefined;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
      still();
    } else if (document.documentElement.dataset.liveState !== "ended") open();
  });
  window.addEventListener("pagehide", close);
  if (!document.hidden) open();
});

// What has been under the eyes for a moment is read.
each("form[data-seen]", (form) => {
  let timer = 0;
  const watcher = new IntersectionObserver(([entry]) => {
    clearTimeout(timer);
    if (!entry.isIntersecting) return;
    timer = setTimeout(() => {
      if (form.isConnected && !document.hidden) window.htmx.trigger(form, "seen");
    }, SEEN_AFTER);
  }, { threshold: 0.6 });
  watcher.observe(form.parentElement.querySelector(".thread li:last-child"));
});

// What comes above the box where one writes does not push it away.
let stood = null;
const box = () => document.querySelector("form[data-say]")?.getBoundingClientRect().top;
document.addEventListener("htmx:beforeSwap", (event) => {
  const top = event.detail.target.matches?.("#messages-thread, #discussion") ? box() : undefined;
  stood = top !== undefined && top > 0 && top < window.innerHeight ? top : null;
});
document.addEventListener("htmx:afterSwap", () => {
  if (stood !== null && box() !== undefined) window.scrollBy({ top: box() - stood, behavior: "instant" });
  stood = null;
});
each("form[data-say] .field-wrong textarea", (area) => area.focus({ preventScroll: true }));

let last = document.querySelector("[data-last]")?.dataset.last;
document.addEventListener("htmx:load", (event) => {
  const thread = event.detail.elt.matches?.("[data-last]") ? event.detail.elt : event.detail.elt.querySelector?.("[data-last]");
  if (!thread || thread.dataset.last === last) return;
  last = thread.dataset.last;
  const line = thread.querySelector(".thread li:last-child");
  if (line && !line.classList.contains("thread-own")) announce(`Nouveau message : ${line.innerText}`);
});

// Ctrl and Enter send, as in any discussion.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form[data-say]")?.requestSubmit();
});

// The session ended meanwhile: a part that refreshes by itself does not take away the page on which somebody writes.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  const writing = [...document.querySelectorAll("form[data-say] textarea")].some((area) => area.value.trim());
  if (writing && elt.hasAttribute("data-live-on") && xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

// A part that comes back longer pushes what follows it: the control that has the focus stays in view if it was.
const shown = (element) => {
  const box = element.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= window.innerHeight;
};
let focused = null;
document.addEventListener("htmx:beforeSwap", () => {
  const control = document.activeElement;
  focused = control && control !== document.body && shown(control) ? control : null;
});
document.addEventListener("htmx:afterSettle", () => {
  if (focused && focused === document.activeElement && !shown(focused)) focused.scrollIntoView({ block: "nearest" });
});
