// Files sent one by one, each by blocks: what a broken connection has delivered stays, the rest follows by itself.
// Without a digest (an address without TLS) or without an address for the blocks, the form stays a plain one.

import { announce, each } from "./each.js";

const PATIENCE = 120000;
const LONGEST_PAUSE = 30000;
const LOST = "Connexion perdue, l’envoi reprendra tout seul";
const SILENT = "Le site ne répond pas, l’envoi reprendra tout seul";
const SIGNED_OUT = "Votre session a pris fin. Rechargez la page, connectez-vous et choisissez le même fichier : l’envoi continuera.";

// `again`: trying later may well succeed.
class Broken extends Error {
  constructor(words, again) {
    super(words);
    this.again = again;
  }
}

function sized(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1000))} ko`;
  return `${(bytes / 1e6).toLocaleString("fr-FR", { maximumFractionDigits: 1 })} Mo`;
}

async function digest(file) {
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(tone, text, name) {
  const made = element("button", `btn btn-sm btn-${tone}`, text);
  made.type = "button";
  made.append(element("span", "visually-hidden", ` ${name}`));
  return made;
}

function rowFor(file, rows) {
  const row = element("div", "upload-row progress-p");
  const title = element("p", "");
  title.append(element("strong", "", file.name), element("span", "", sized(file.size)));
  const bar = element("progress", "");
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Envoi de ${file.name}`);
  const words = element("p", "upload-row-words");
  const actions = element("div", "upload-row-actions");
  const resume = button("secondary", "Reprendre", file.name);
  const cancel = button("quiet", "Annuler", file.name);
  resume.hidden = true;
  actions.append(resume, cancel);
  row.append(title, bar, words, actions);
  rows.append(row);
  const tell = (state, text) => {
    words.dataset.state = state;
    words.textContent = text;
  };
  return { row, bar, resume, cancel, tell };
}

// One call; `job.call` can be aborted. Signed out, the site sends elsewhere or answers 403.
function call(job, url, body, { headers = {}, progress } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    job.call = request;
    request.open("POST", url);
    for (const [name, value] of Object.entries({ "HX-Request": "true", "X-CSRFToken": job.token, ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.timeout = PATIENCE;
    if (progress) request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => resolve(request);
    request.onerror = request.ontimeout = request.onabort = () => reject(new Broken(LOST, true));
    request.send(body);
  });
}

async function asked(job, url, body, options) {
  const request = await call(job, url, body, { ...options, headers: { "X-Autosave": "1", ...options?.headers } });
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    if (request.status === 403 || request.getResponseHeader("HX-Redirect")) throw new Broken(SIGNED_OUT, false);
    if (request.status !== 404) throw new Broken(SILENT, true);
  }
  return { ...answer, status: request.status };
}

// The words of a refusal, out of the page that the server gives back.
function reasonIn(html) {
  const found = new DOMParser().parseFromString(html, "text/html").querySelector(".error-summary li, .field-error, .errorlist li");
  return found ? found.textContent.trim() : "";
}

each("form[data-upload][data-blocks]", (form) => {
  if (!crypto.subtle) return;
  const input = form.querySelector("input[type=file]");
  const rows = form.querySelector(".upload-rows");
  const limit = Number(form.dataset.maxBytes);
  const queue = [];
  let busy = false;
  let next = "";
  let unsent = 0;

  // The form's own fields, without the file.
  const fields = (job) => {
    const data = new FormData(form);
    data.delete(input.name);
    data.set("sha256", job.sha256);
    return data;
  };

  const show = (job, sent) => {
    job.row.bar.value = sent;
    job.row.tell("", sent < job.file.size ? `${sized(sent)} envoyés sur ${sized(job.file.size)}` : "Reçu, en cours de vérification…");
  };

  // From what the site holds to the end. Throws Broken; called again, it goes on from there.
  const transfer = async (job) => {
    const announced = fields(job);
    announced.delete("once");
    announced.set("name", job.file.name);
    announced.set("size", job.file.size);
    const held = await asked(job, form.dataset.blocks, announced);
    if (held.status !== 200) throw new Broken(held.message ?? "Ce fichier n’a pas pu être accepté.", held.status >= 500);
    job.held = held.received;
    job.undo = held.cancel;
    show(job, job.held);
    while (job.held < job.file.size) {
      const block = job.file.slice(job.held, job.held + held.block);
      const answer = await asked(job, held.url, block, {
        headers: { "Content-Type": "application/octet-stream", "Upload-Offset": job.held },
        progress: (sent) => show(job, Math.min(job.held + sent, job.file.size - 1)),
      });
      job.held = answer.received ?? job.held;
      if (answer.status === 507) throw new Broken(answer.message, true);
      if (answer.status !== 200) throw new Broken(answer.message || SILENT, answer.status !== 413);
      job.failures = 0;
      show(job, job.held);
    }
    await finish(job);
  };

  const finish = async (job) => {
    const data = fields(job);
    data.set("once", job.once);
    const request = await call(job, form.action, data);
    const reason = request.status === 204 ? "" : reasonIn(request.responseText);
    if (request.status === 403) throw new Broken(SIGNED_OUT, false);
    if (request.status >= 500) throw new Broken(reason || SILENT, true);
    if (request.status !== 204) throw new Broken(reason || "Ce fichier n’a pas pu être accepté.", false);
    next = request.getResponseHeader("HX-Redirect") || window.location.href;
  };

  // Until the line is back, the time has gone by, or somebody asks.
  const pause = (job) => new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      job.wake = null;
      resolve();
    };
    const timer = setTimeout(go, Math.min(LONGEST_PAUSE, 1000 * 2 ** job.failures));
    window.addEventListener("online", go);
    job.wake = go;
  });

  const told = (job, problem) => {
    const percent = Math.floor((100 * job.held) / (job.file.size || 1));
    const held = problem.again && job.held ? ` (${percent} % déjà reçus)` : "";
    const words = `${problem.message.replace(/\.$/, "")}${held}.`;
    job.row.bar.value = job.held;
    job.row.bar.hidden = !problem.again;
    job.row.tell(problem.again ? "waiting" : "failed", words);
    if (words !== job.said) announce(`${job.file.name} : ${words}`);
    job.said = words;
  };

  const send = async (job) => {
    job.row.tell("", "Préparation…");
    while (!job.cancelled) {
      try {
        job.sha256 ??= await digest(job.file);
        job.row.resume.hidden = true;
        await transfer(job);
        if (job.said) announce(`${job.file.name} est envoyé.`);
        job.row.tell("done", "Envoyé");
        job.row.cancel.hidden = true;
        return;
      } catch (problem) {
        if (job.cancelled) return;
        const known = problem instanceof Broken ? problem : new Broken("Ce fichier ne peut pas être lu. Choisissez-le de nouveau.", false);
        told(job, known);
        job.row.cancel.hidden = !known.again;
        if (!known.again) {
          unsent += 1;
          return;
        }
        job.row.resume.hidden = false;
        await pause(job);
        job.failures += 1;
      }
    }
  };

  const work = async () => {
    if (busy) return;
    busy = true;
    while (queue.length) await send(queue.shift());
    busy = false;
    if (next && !unsent) window.location.assign(next);
  };

  const cancel = (job) => {
    job.cancelled = true;
    job.call?.abort();
    job.wake?.();
    job.row.row.remove();
    announce(`L’envoi de ${job.file.name} est annulé.`);
    input.focus();
    if (job.undo) call({ token: job.token }, job.undo, fields(job)).catch(() => {});
  };

  const add = (file) => {
    const token = form.elements.csrfmiddlewaretoken?.value ?? "";
    const job = { file, token, row: rowFor(file, rows), once: crypto.randomUUID(), held: 0, failures: 0 };
    if (file.size > limit) {
      unsent += 1;
      job.row.bar.hidden = job.row.cancel.hidden = true;
      job.row.tell("failed", `Ce fichier pèse ${sized(file.size)} : ${sized(limit)} au plus. Une photo moins fine suffit.`);
      return;
    }
    job.row.resume.addEventListener("click", () => job.wake?.());
    job.row.cancel.addEventListener("click", () => cancel(job));
    // A phone that loses its network would otherwise wait for the call's own limit.
    window.addEventListener("offline", () => job.call?.abort());
    queue.push(job);
  };

  const take = (files) => {
    if (!busy) {
      rows.replaceChildren();
      unsent = 0;
    }
    [...files].slice(0, form.hasAttribute("data-several") ? undefined : 1).forEach(add);
    input.value = "";
    input.required = false;
    work();
  };

  input.addEventListener("change", () => { if (input.files.length) take(input.files); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.files.length) take(input.files);
    else if (!busy) input.click();
  });
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("upload-over"); });
  }
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("upload-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
});
