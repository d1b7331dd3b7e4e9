// Ballots kept on the device while the line is down: numbers of candidates and their order, nothing that names anyone.
// They bear the prefix of drafts, so that signing out wipes them (forms.js), and the key of the person, so that nobody
// sends another's.

import { cookie } from "./each.js";

const PREFIX = "palier:draft:ballot:";
const PATIENCE = 15000;

const name = (owner, item) => `${PREFIX}${owner}:${item}`;

// `record`: {address, latest, revision, flight, late}; `flight` is a ballot that left and whose answer never came.
export function keep(owner, item, record) {
  try {
    localStorage.setItem(name(owner, item), JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

export function kept(owner, item) {
  try {
    return JSON.parse(localStorage.getItem(name(owner, item)) ?? "null");
  } catch {
    return null;
  }
}

export function drop(owner, item) {
  try {
    localStorage.removeItem(name(owner, item));
  } catch {
    // Storage is refused on this device: nothing was kept either.
  }
}

function held(prefix = PREFIX) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  } catch {
    return [];
  }
}

// The dwellings whose ballot this member still keeps here.
export function waiting(owner) {
  return held(name(owner, ""));
}

export function alike(one, other) {
  const flat = (b) => JSON.stringify([b.ranking, Object.entries(b.refused).sort(), Boolean(b.meeting)]);
  return Boolean(one && other) && flat(one) === flat(other);
}

// What becomes of a ballot that is sent: {state: saved | conflict | closed | refused | ended | offline, …}.
export async function post(address, ballot, revision) {
  const data = new FormData();
  ballot.ranking.forEach((id, index) => data.append(`rank_${id}`, index + 1));
  for (const [id, code] of Object.entries(ballot.refused)) data.append(`reason-${id}`, code);
  if (ballot.meeting) data.append("meeting", "on");
  data.append("revision", revision);
  try {
    const answer = await fetch(address, {
      method: "POST", body: data, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE),
      headers: { "X-CSRFToken": cookie("csrftoken"), "X-Autosave": "1" },
    });
    if (answer.redirected || answer.status === 403) return { state: "ended" };
    if (answer.status === 404) return { state: "refused", message: "Ce logement n’est plus à l’ordre du jour de votre séance." };
    if (answer.status >= 500) return { state: "offline" };
    return await answer.json();
  } catch {
    return { state: "offline" };
  }
}

// Send what is kept for one dwelling, first what already left: its answer may have been lost, not itself.
// Returns the server's last answer; the record follows it.
export async function send(owner, item) {
  let record = kept(owner, item);
  while (record) {
    record.flight ??= record.latest;
    keep(owner, item, record);
    const sent = record.flight;
    const answer = await post(record.address, sent, record.revision);
    const now = kept(owner, item) ?? record;
    if (answer.state === "offline" || answer.state === "ended") return answer;
    now.flight = null;
    if (answer.state === "saved") now.revision = answer.ballot.revision;
    // Another page of this device may have recorded the very same.
    if (answer.state === "conflict" && alike(answer.ballot, now.latest)) return done(owner, item, { ...answer, state: "saved" });
    if (answer.state === "saved" && alike(now.latest, sent)) return done(owner, item, answer);
    now.late = answer.state === "closed";
    keep(owner, item, now);
    if (answer.state !== "saved") return answer;
    record = now;
  }
  return { state: "none" };
}

// Signing out wipes what is kept here: what was never sent would be lost without a word.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-forget-drafts]")) return;
  if (!held().length) return;
  if (window.confirm("Un classement n’est pas encore envoyé. Vous déconnecter l’efface de cet appareil. Continuer ?")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

function done(owner, item, answer) {
  drop(owner, item);
  return answer;
}
