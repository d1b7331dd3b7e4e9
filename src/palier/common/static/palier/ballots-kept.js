// On the pages between two dwellings: ballots still kept on the device leave as soon as the line is back.

import { kept, send, waiting } from "./ballots.js";
import { each } from "./each.js";

const WORDS = {
  offline: "gardé sur cet appareil, pas encore envoyé",
  ended: "gardé sur cet appareil : reconnectez-vous pour l’envoyer",
  conflict: "un autre classement est enregistré, à vous de choisir",
  closed: "arrivé après la clôture : non compté",
  refused: "pas enregistré",
};

each("[data-ballots-kept]", (box) => {
  const { owner } = box.dataset;
  const list = box.querySelector("ul");

  async function leave() {
    const rows = [];
    let sent = 0;
    for (const item of waiting(owner)) {
      const address = kept(owner, item)?.address;
      const answer = await send(owner, item);
      if (answer.state === "saved") sent += 1;
      else if (address) rows.push([address.replace(/classer\/$/, ""), WORDS[answer.state] ?? WORDS.offline]);
    }
    list.replaceChildren(...rows.map(([address, words], index) => {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = `Classement ${index + 1}`;
      const line = document.createElement("li");
      line.append(link, ` : ${words}`);
      return line;
    }));
    box.hidden = rows.length === 0;
    // What was just recorded is not on this page yet.
    if (sent && !rows.length) window.location.reload();
  }

  window.addEventListener("online", leave);
  leave();
});
