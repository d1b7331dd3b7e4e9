// Forms saved as they are typed, and questions that depend on an answer.

import "./careful.js";
import { cookie, each } from "./each.js";
import { makeRoom } from "./rows.js";

const DRAFTS = "palier:draft:";
const PAUSE = 900;

// Fields worth keeping: what the person typed, never a secret, a file or a hidden token.
function typed(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type)
      && field.dataset.autosave !== "no",
  );
}

function readable(form) {
  const data = {};
  for (const field of typed(form)) {
    data[field.name] ??= [];
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) data[field.name].push(field.value);
    } else if (field.tagName === "SELECT" && field.multiple) {
      data[field.name].push(...[...field.selectedOptions].map((option) => option.value));
    } else {
      data[field.name].push(field.value);
    }
  }
  return data;
}

function put(form, data) {
  makeRoom(form, Object.keys(data));
  for (const field of typed(form)) {
    const values = data[field.name];
    if (!values) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.tagName === "SELECT" && field.multiple) {
      for (const option of field.options) option.selected = values.includes(option.value);
    } else if (values.length) field.value = values[0];
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function keep(key, data) {
  try {
    if (data) localStorage.setItem(DRAFTS + key, JSON.stringify(data));
    else localStorage.removeItem(DRAFTS + key);
    return true;
  } catch {
    return false;
  }
}

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(DRAFTS + key) ?? "null");
  } catch {
    return null;
  }
}

function forget() {
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS)).forEach((key) => localStorage.removeItem(key));
  } catch {
    // Storage is refused on this device: nothing was kept either.
  }
}

const WORDS = {
  saving: () => "Enregistrement…",
  saved: () => `Enregistré à ${new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" })}`,
  kept: () => "Hors connexion : vos réponses sont gardées sur cet appareil.",
  ended: () => "Votre session a pris fin. Vos réponses sont gardées sur cet appareil : rechargez la page et connectez-vous.",
  conflict: () => "Cette page a été modifiée ailleurs. Rechargez-la pour voir la dernière version.",
  restored: () => "Nous avons retrouvé ce que vous aviez écrit.",
  lost: () => "Hors connexion : ne fermez pas cette page, vos réponses ne sont pas encore enregistrées.",
};

each("form[data-autosave]", (form) => {
  const key = form.dataset.autosaveKey;
  let place = form.querySelector("[data-autosave-state]");
  if (!place) {
    place = document.createElement("p");
    place.className = "autosave-state";
    form.prepend(place);
  }
  place.setAttribute("role", "status");
  const tell = (state) => {
    place.dataset.state = state;
    place.textContent = WORDS[state]();
  };

  let timer;
  let sending = false;
  let again = false;
  let leaving = false;
  // The page is being left: what replaces it may have been drawn before the last saving, so the copy here stays.
  let going = false;
  let retry = PAUSE;

  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  };

  const settle = async (response) => {
    if (response.redirected || response.status === 403) return tell(keep(key, readable(form)) ? "ended" : "lost");
    if (response.status === 409) return tell("conflict");
    if (!response.ok) throw new Error(String(response.status));
    const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (answer.version !== undefined && form.elements.version) form.elements.version.value = answer.version;
    if (!again && !going) keep(key, null);
    retry = PAUSE;
    return tell("saved");
  };

  async function send() {
    if (leaving) return;
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    again = false;
    tell("saving");
    const data = new FormData();
    for (const [name, values] of Object.entries(readable(form))) values.forEach((value) => data.append(name, value));
    if (form.elements.version) data.append("version", form.elements.version.value);
    try {
      await settle(await fetch(form.dataset.autosave, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken?.value ?? cookie("csrftoken"), "X-Autosave": "1" },
        credentials: "same-origin",
      }));
    } catch {
      tell(keep(key, readable(form)) ? "kept" : "lost");
      retry = Math.min(retry * 2, 60000);
      later(retry);
    }
    sending = false;
    if (again) later(PAUSE);
  }

  window.addEventListener("beforeunload", () => { going = true; });
  form.addEventListener("input", () => { going = false; keep(key, readable(form)); later(PAUSE); });
  form.addEventListener("change", () => later(PAUSE));
  window.addEventListener("online", () => { if (place.dataset.state === "kept") later(100); });
  form.addEventListener("submit", () => {
    leaving = navigator.onLine;
    clearTimeout(timer);
    sessionStorage.setItem(DRAFTS + "sent", key);
  });

  // A draft still here was never acknowledged, unless the form itself left since.
  const draft = kept(key);
  if (draft && !form.querySelector(".field-error")) {
    put(form, draft);
    tell("restored");
    later(PAUSE);
  }
});

// The page that follows a sent form shows that it arrived: its draft may go.
const sent = sessionStorage.getItem(DRAFTS + "sent");
if (sent && !document.querySelector(`form[data-autosave-key="${CSS.escape(sent)}"]`)) {
  const ended = document.querySelector("input[type=password]");
  if (!ended) keep(sent, null);
  if (!ended) sessionStorage.removeItem(DRAFTS + "sent");
}

each("form[data-forget-drafts]", (form) => form.addEventListener("submit", forget));

// A dependent question shows when its condition holds; what it held stays, the server decides what counts.
each("[data-show-field]", (box) => {
  const form = box.closest("form");
  const values = box.dataset.showValues.split("|");
  const follow = () => {
    const chosen = new FormData(form).getAll(box.dataset.showField);
    box.hidden = !chosen.some((value) => (values[0] === "" ? value !== "" : values.includes(value)));
  };
  form.addEventListener("change", follow);
  follow();
});
