// Words that a text about a household may not hold: told while one writes, refused never. The list is the server's.

import { each } from "./each.js";

const DELAY = 500;
const lists = new Map();

function known(address) {
  if (!lists.has(address)) {
    lists.set(address, fetch(address).then((answer) => answer.json()).then((subjects) => Object.entries(subjects).map(
      ([, { why, verb, stems }]) => ({ why, verb, pattern: new RegExp(`\\b(?:${stems.map(stem).join("|")})`) }),
    )).catch(() => []));
  }
  return lists.get(address);
}

// A stem that ends with a space is a whole word; any other begins one.
function stem(text) {
  return text.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + (text.endsWith(" ") ? "\\b" : "\\w*");
}

// Without accents nor capitals, character for character: places stay those of the text.
function plain(text) {
  return [...text].map((c) => c.normalize("NFD")[0].toLowerCase()[0] ?? c);
}

each("textarea[data-careful]", (area) => {
  const told = document.createElement("p");
  told.className = "field-careful";
  told.id = `${area.id}_careful`;
  told.setAttribute("role", "status");
  area.after(told);
  let waiting = 0;

  async function read() {
    const written = [...area.value];
    const text = plain(area.value).join("");
    const found = (await known(area.dataset.careful)).flatMap(({ why, verb, pattern }) => {
      const hit = pattern.exec(text);
      if (!hit) return [];
      const word = written.slice(hit.index, hit.index + hit[0].length).join("");
      return [`« ${word} » ${verb} ${why}`];
    });
    const words = found.length ? `À relire : ${found.join(" ; ")}. La personne peut lire ce texte.` : "";
    if (told.textContent !== words) told.textContent = words;
  }

  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(read, DELAY);
  });
  // Refused, the text already stands beside its reasons.
  if (area.value && area.getAttribute("aria-invalid") !== "true") read();
});
