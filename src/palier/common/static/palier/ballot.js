// A member's ballot on one dwelling: each change is sent by itself, kept on the device while the line is down, and said.
// The server's answer is the truth.

import { alike, drop, keep, kept, post, send as sendKept } from "./ballots.js";
import { announce, each } from "./each.js";

const AGAIN = 2000;
const LONGEST = 30000;

each("[data-ballot]", (box) => {
  const { ballot: address, owner, item } = box.dataset;
  const form = box.querySelector("form");
  const list = box.querySelector("[data-ranking]");
  const meeting = form?.elements.meeting;
  const state = box.querySelector("[data-ballot-state]");
  const trouble = box.querySelector("[data-ballot-trouble]");
  const titles = new Map([...box.querySelectorAll("[data-candidate]")].map((th) => [Number(th.dataset.candidate), th]));
  let revision = Number(box.dataset.revision);
  let saved = box.dataset.savedAt;
  let sending = false;
  let leaving = false;
  let pause = AGAIN;
  let timer;
  const others = "BroadcastChannel" in window ? new BroadcastChannel("palier:ballots") : null;

  const lines = () => [...(list?.querySelectorAll("ol > li") ?? [])];
  const mine = () => {
    const ballot = { ranking: [], refused: {}, meeting: Boolean(meeting?.type === "checkbox" ? meeting.checked : meeting?.value) };
    for (const line of lines()) {
      if (line.dataset.state === "placed") ballot.ranking.push(Number(line.dataset.id));
      else if (line.dataset.state === "refused") ballot.refused[line.dataset.id] = line.querySelector("select").value;
    }
    return ballot;
  };
  const left = () => Number(list?.dataset.waiting ?? 0);
  const whole = () => left() === 0 || mine().meeting;

  const WORDS = {
    todo: () => {
      const words = left() === lines().length ? "Pas encore classé" : `Encore ${left()} à classer`;
      return revision ? `${words} : votre bulletin enregistré ${saved} reste valable` : words;
    },
    sending: () => "Envoi…",
    saved: () => `Enregistré ${saved}`,
    kept: () => `Gardé sur cet appareil, pas encore envoyé${leaving ? ". La suite s’ouvrira au retour de la connexion" : ""}`,
    next: () => `Enregistré ${saved}. La suite s’ouvrira au retour de la connexion`,
    lost: () => "Pas encore envoyé : ne fermez pas cette page",
    ended: () => "Gardé sur cet appareil : reconnectez-vous pour l’envoyer",
    conflict: () => "Pas enregistré : un autre classement existe",
    closed: () => "Arrivé après la clôture : non compté",
    refused: () => "Pas enregistré",
  };
  const tell = (what) => {
    if (!state) return;
    box.dataset.state = what;
    const words = WORDS[what]();
    if (state.textContent !== words) state.textContent = words;
  };

  // Beside each candidate's name at the head of the columns: the place it has now.
  const mark = () => {
    for (const line of lines()) {
      const head = titles.get(Number(line.dataset.id))?.querySelector("[data-candidate-place]");
      if (head) head.textContent = { placed: line.querySelector(".ranking-place").textContent, refused: "✕" }[line.dataset.state] ?? "";
    }
    box.toggleAttribute("data-whole", whole());
  };

  const put = (ballot) => {
    list?.dispatchEvent(new CustomEvent("ranking:put", { detail: ballot }));
    if (meeting?.type === "checkbox") meeting.checked = ballot.meeting;
    mark();
  };

  const inWords = (ballot) => {
    const title = (id) => titles.get(Number(id))?.dataset.title ?? "Candidat";
    const parts = ballot.ranking.map((id, index) => `${index + 1}. ${title(id)}`);
    for (const id of Object.keys(ballot.refused)) parts.push(`${title(id)} refusé`);
    if (ballot.meeting) parts.push("examen en réunion demandé");
    return parts.join(", ");
  };

  const explain = (what, answer, latest) => {
    if (!trouble) return;
    const part = trouble.querySelector(`[data-trouble="${what}"]`);
    trouble.querySelectorAll("[data-trouble]").forEach((other) => { other.hidden = other !== part; });
    trouble.hidden = !part;
    if (!part) return;
    const fill = (name, words) => part.querySelectorAll(`[data-fill="${name}"]`).forEach((place) => { place.textContent = words; });
    fill("message", answer?.message ?? "");
    fill("mine", latest ? inWords(latest) : "");
    fill("theirs", answer?.ballot ? `${inWords(answer.ballot)} (enregistré ${answer.ballot.at})` : "aucun");
    trouble.scrollIntoView({ block: "center" });
  };

  const settle = (answer) => {
    const record = kept(owner, item);
    if (answer.state === "saved") {
      ({ revision, at: saved } = answer.ballot);
      if (form) form.elements.revision.value = revision;
      pause = AGAIN;
      explain("", null, null);
      tell("saved");
      others?.postMessage({ owner, item, ballot: answer.ballot });
      if (leaving) window.location.assign(box.dataset.next);
      return;
    }
    if (answer.state === "offline") {
      tell(record ? "kept" : "lost");
      timer = setTimeout(send, pause);
      pause = Math.min(pause * 2, LONGEST);
      return;
    }
    leaving = false;
    tell(answer.state);
    explain(answer.state, answer, record?.latest);
    if (answer.state === "conflict" || answer.state === "closed") box.dataset.theirs = JSON.stringify(answer.ballot);
    if (answer.state === "closed" && form) form.querySelector("fieldset").disabled = true;
  };

  async function send() {
    clearTimeout(timer);
    if (sending) return;
    if (!kept(owner, item)) return;
    sending = true;
    tell("sending");
    const answer = await sendKept(owner, item);
    sending = false;
    // What changed while it was under way leaves in its turn.
    const again = kept(owner, item);
    if (answer.state === "saved" && again) return send();
    if (answer.state !== "none") settle(answer);
    return undefined;
  }

  const changed = () => {
    mark();
    const former = kept(owner, item);
    if (!whole()) {
      if (former?.latest && !former.flight) drop(owner, item);
      return tell("todo");
    }
    const record = { address, revision, flight: null, ...former, latest: mine(), late: false };
    if (!keep(owner, item, record)) return alone(record.latest);
    return send();
  };

  // No storage on this device: the page itself keeps the ballot, and says so.
  async function alone(ballot) {
    tell("sending");
    const answer = await post(address, ballot, revision);
    if (answer.state === "offline") {
      tell("lost");
      timer = setTimeout(() => alone(mine()), AGAIN);
      return;
    }
    settle(answer);
  }

  box.addEventListener("ranking:change", changed);
  if (meeting?.type === "checkbox") meeting.addEventListener("change", changed);

  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!whole()) {
      tell("todo");
      announce(WORDS.todo());
      list?.querySelector("[data-choose]:not([hidden])")?.focus();
      return;
    }
    leaving = true;
    const record = kept(owner, item);
    if (record && ["conflict", "refused"].includes(box.dataset.state)) {
      leaving = false;
      trouble?.querySelector("button:not([hidden])")?.focus();
    } else if (record) send();
    else if (!navigator.onLine) tell("next");
    else if (box.dataset.state === "saved" || saved) window.location.assign(box.dataset.next);
    else changed();
  }, true);

  trouble?.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const theirs = JSON.parse(box.dataset.theirs || "null");
    if (act === "theirs") {
      drop(owner, item);
      put(theirs);
      settle({ state: "saved", ballot: theirs });
    } else if (act === "mine") {
      const record = kept(owner, item);
      revision = theirs.revision;
      keep(owner, item, { ...record, revision, flight: null });
      explain("", null, null);
      send();
    } else if (act === "seen") {
      drop(owner, item);
      trouble.hidden = true;
    }
  });

  window.addEventListener("online", () => {
    pause = AGAIN;
    if (kept(owner, item)) send();
    else if (leaving) window.location.assign(box.dataset.next);
  });
  // Another tab of the same member recorded something for this dwelling: this one follows, unless it holds its own.
  let elsewhere;
  const follow = () => {
    if (!elsewhere || sending || kept(owner, item)) return;
    if (elsewhere.revision > revision) {
      ({ revision, at: saved } = elsewhere);
      if (form) form.elements.revision.value = revision;
      put(elsewhere);
      tell("saved");
    }
    elsewhere = undefined;
  };
  others?.addEventListener("message", ({ data }) => {
    if (data.owner !== owner || data.item !== item) return;
    elsewhere = data.ballot;
    follow();
  });
  // What the other tab kept until it was recorded may still be seen here for an instant.
  window.addEventListener("storage", follow);

  const start = () => {
    box.classList.add("ballot-live");
    mark();
    const waiting = kept(owner, item);
    if (waiting) {
      put(waiting.latest);
      send();
    } else if (saved) tell("saved");
    else if (list) tell("todo");
  };
  // The list is another module's: whichever of the two comes first, this begins once it is ready.
  if (!list || list.dataset.waiting) start();
  else list.addEventListener("ranking:ready", start, { once: true });
});
