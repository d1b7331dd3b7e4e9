// Files sent one by one with their progress; a broken line is told, and tried again when it comes back.

import { announce, each } from "./each.js";

function sized(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1000))} ko`;
  return `${(bytes / 1e6).toLocaleString("fr-FR", { maximumFractionDigits: 1 })} Mo`;
}

function rowFor(file, rows) {
  const row = document.createElement("div");
  row.className = "upload-row progress-p";
  const title = document.createElement("p");
  const name = document.createElement("strong");
  name.textContent = file.name;
  const size = document.createElement("span");
  size.textContent = sized(file.size);
  title.append(name, size);
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `Envoi de ${file.name}`);
  const words = document.createElement("p");
  words.className = "upload-row-words";
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "btn btn-secondary";
  retry.textContent = "Réessayer";
  retry.hidden = true;
  row.append(title, bar, words, retry);
  rows.append(row);
  const tell = (state, text) => {
    words.dataset.state = state;
    words.textContent = text;
  };
  return { bar, retry, tell };
}

// The words of a refusal, out of the page that the server gives back.
function reasonIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = page.querySelector(".error-summary li, .field-error, .errorlist li");
  return found ? found.textContent.trim() : "";
}

each("form[data-upload]", (form) => {
  const input = form.querySelector("input[type=file]");
  const rows = form.querySelector(".upload-rows");
  const limit = Number(form.dataset.maxBytes);
  const queue = [];
  let busy = false;
  let next = "";
  let refused = 0;

  const send = (job) => new Promise((resolve) => {
    const data = new FormData(form);
    data.set(input.name, job.file);
    data.set("once", job.once);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.timeout = 120000;
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      job.row.bar.value = (100 * event.loaded) / event.total;
      const all = event.loaded === event.total;
      job.row.tell("", all ? "Reçu, en cours de vérification…" : `${sized(event.loaded)} envoyés sur ${sized(event.total)}`);
    };
    const failed = (words, again) => {
      refused += 1;
      job.row.tell("failed", words);
      job.row.retry.hidden = !again;
      job.waiting = again;
      announce(`${job.file.name} : ${words}`);
      resolve();
    };
    request.onload = () => {
      const arrived = request.status === 204 || (request.status === 200 && new URL(request.responseURL).pathname !== new URL(form.action).pathname);
      const reason = arrived ? "" : reasonIn(request.responseText);
      if (request.status === 413) failed("Ce fichier est trop lourd.", false);
      else if (request.status >= 500) failed("Le site n’a pas pu le recevoir. Réessayez dans un instant.", true);
      else if (request.status === 403) failed("Votre session a pris fin. Rechargez la page et connectez-vous.", false);
      else if (reason || request.status >= 400) failed(reason || "Ce fichier n’a pas pu être accepté.", false);
      else {
        job.row.bar.value = 100;
        job.row.tell("done", "Envoyé");
        announce(`${job.file.name} est envoyé.`);
        next = request.getResponseHeader("HX-Redirect") || next || window.location.href;
        resolve();
      }
    };
    request.onerror = () => failed("La connexion s’est coupée. Le fichier est toujours là : réessayez, ou attendez son retour.", true);
    request.ontimeout = request.onerror;
    job.row.retry.hidden = true;
    job.waiting = false;
    job.row.tell("", "Envoi…");
    request.send(data);
  });

  const work = async () => {
    if (busy) return;
    busy = true;
    while (queue.length) await send(queue.shift());
    busy = false;
    form.removeAttribute("data-busy");
    if (next && !refused) window.location.assign(next);
  };

  const again = (job) => {
    if (!job.waiting) return;
    job.waiting = false;
    refused -= 1;
    queue.push(job);
    work();
  };

  const add = (file) => {
    const job = { file, row: rowFor(file, rows), once: crypto.randomUUID?.() ?? form.elements.once?.value ?? "" };
    if (file.size > limit) {
      refused += 1;
      job.row.tell("failed", `Ce fichier pèse ${sized(file.size)} : ${sized(limit)} au plus. Une photo moins fine suffit.`);
      return;
    }
    job.row.retry.addEventListener("click", () => again(job));
    window.addEventListener("online", () => again(job));
    queue.push(job);
  };

  const take = (files) => {
    rows.replaceChildren();
    refused = 0;
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
