// A list put in order by buttons, by the arrow keys or by dragging; the numbers to type follow.
// Three kinds of lines, always in this order: placed, waiting for a place, refused with a reason.

import { announce, each } from "./each.js";

const place = (n) => (n === 1 ? "1er" : `${n}e`);

each("[data-ranking]", (box) => {
  const list = box.querySelector("ol");
  const items = () => [...list.children];
  const number = (item) => item.querySelector("input");
  const reason = (item) => item.querySelector("select");
  const refused = (item) => Boolean(reason(item)?.value);
  const placed = (item) => !refused(item) && number(item).value !== "";
  const waiting = (item) => !refused(item) && number(item).value === "";

  const show = (item, ranked) => {
    const rank = ranked.indexOf(item) + 1;
    item.dataset.state = refused(item) ? "refused" : rank ? "placed" : "waiting";
    item.querySelector(".ranking-place").textContent = rank || (refused(item) ? "✕" : "·");
    item.querySelector("[data-choose]").hidden = !waiting(item);
    item.querySelector("[data-choose-words]").textContent = `Choisir en ${place(ranked.length + 1)}`;
    for (const button of item.querySelectorAll("[data-move]")) {
      button.hidden = !rank;
      button.disabled = button.dataset.move === "-1" ? rank === 1 : rank === ranked.length;
    }
  };

  // The order of the lines is that of the places; lines move only when they must, which keeps the focus.
  const settle = () => {
    // With one left, its place is known.
    const left = items().filter(waiting);
    if (left.length === 1 && items().some(placed)) number(left[0]).value = items().length;
    const all = items();
    const ranked = all.filter(placed);
    ranked.forEach((item, index) => { number(item).value = index + 1; });
    const wanted = [...ranked, ...all.filter(waiting), ...all.filter(refused)];
    wanted.forEach((item, index) => { if (list.children[index] !== item) list.insertBefore(item, list.children[index]); });
    wanted.forEach((item) => show(item, ranked));
    box.dataset.waiting = all.filter(waiting).length;
  };

  const changed = (item) => {
    settle();
    const ranked = items().filter(placed);
    const left = Number(box.dataset.waiting);
    const where = refused(item) ? "refusé pour ce logement" : placed(item)
      ? `${place(ranked.indexOf(item) + 1)} sur ${ranked.length + left}` : "à classer";
    announce(`${item.dataset.title} : ${where}`);
    box.dispatchEvent(new CustomEvent("ranking:change", { bubbles: true }));
  };

  const move = (item, step) => {
    const ranked = items().filter(placed);
    const target = ranked[ranked.indexOf(item) + step];
    if (!target) return;
    if (step < 0) target.before(item);
    else target.after(item);
    changed(item);
  };

  // Where the focus goes once a line was placed: the next choice, or the line itself.
  const choose = (item) => {
    const ranked = items().filter(placed);
    number(item).value = ranked.length + 1;
    if (ranked.length) ranked.at(-1).after(item);
    else list.prepend(item);
    changed(item);
    (items().find(waiting)?.querySelector("[data-choose]") ?? item.querySelector("[data-move]:not(:disabled)"))?.focus();
  };

  box.classList.add("ranking-live");
  settle();

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-choose]");
    if (!button) return;
    const item = button.closest("li");
    if (button.hasAttribute("data-choose")) return choose(item);
    move(item, Number(button.dataset.move));
    (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });

  list.addEventListener("keydown", (event) => {
    const button = event.target.closest("[data-move]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!button || !step) return;
    event.preventDefault();
    const item = button.closest("li");
    move(item, step);
    const same = item.querySelector(`[data-move="${step}"]`);
    (same.disabled ? item.querySelector("[data-move]:not(:disabled)") : same)?.focus();
  });

  list.addEventListener("change", (event) => {
    const select = event.target.closest("select");
    if (!select) return;
    const item = select.closest("li");
    number(item).value = "";
    changed(item);
    select.focus();
  });

  // An order that comes from elsewhere: kept on the device, or recorded by another one.
  box.addEventListener("ranking:put", (event) => {
    const { ranking, refused: reasons } = event.detail;
    for (const item of items()) {
      const at = ranking.indexOf(Number(item.dataset.id));
      number(item).value = at < 0 ? "" : at + 1;
      if (reason(item)) reason(item).value = reasons[item.dataset.id] ?? "";
    }
    const rank = (item) => Number(number(item).value) || items().length + 1;
    items().sort((a, b) => rank(a) - rank(b)).forEach((item) => list.append(item));
    settle();
  });

  let dragged = null;
  let before = "";
  const order = () => items().map((item) => item.dataset.id).join();
  for (const item of items()) item.draggable = true;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("li");
    if (!dragged || refused(dragged)) {
      dragged = null;
      return;
    }
    before = order();
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("ranking-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
    if (event.clientY < middle) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("ranking-dragged");
    if (order() !== before) {
      // Whoever stands above the line that was dropped is ranked as it stands.
      const upto = items().indexOf(dragged);
      items().slice(0, upto + 1).filter((item) => !refused(item)).forEach((item) => { number(item).value = "1"; });
      changed(dragged);
    }
    dragged = null;
  });

  box.dispatchEvent(new Event("ranking:ready"));
});
