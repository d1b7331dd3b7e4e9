// Names of communes offered while one types; the field works as plain text without it.

import { each } from "./each.js";

const DELAY = 180;

each("input[data-places]", (input) => {
  const list = document.createElement("datalist");
  list.id = `${input.id}-places`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting = 0;
  let asked = "";

  async function complete() {
    const typed = input.value.trim();
    if (typed.length < 2 || typed === asked) return;
    asked = typed;
    try {
      const answer = await fetch(`${input.dataset.places}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || input.value.trim() !== typed) return;
      const { places } = await answer.json();
      list.replaceChildren(...places.map((place) => {
        const option = document.createElement("option");
        option.value = place.name;
        option.label = place.postcodes.slice(0, 2).join(", ");
        return option;
      }));
    } catch {
      // Off line, the name is typed in full.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(complete, DELAY);
  });
});
