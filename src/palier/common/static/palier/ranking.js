// A list put in order by buttons, by the arrow keys or by dragging; the numbers to type follow.

import { announce, each } from "./each.js";

each("[data-ranking]", (box) => {
  const list = box.querySelector("ol");
  const items = () => [...list.children];

  const number = () => {
    const all = items();
    all.forEach((item, index) => {
      item.querySelector("input").value = index + 1;
      item.querySelector(".ranking-place").textContent = index + 1;
      item.querySelector('[data-move="-1"]').disabled = index === 0;
      item.querySelector('[data-move="1"]').disabled = index === all.length - 1;
    });
  };

  const changed = (item) => {
    number();
    const rank = items().indexOf(item) + 1;
    announce(`${item.dataset.title} : ${rank === 1 ? "1er" : `${rank}e`} sur ${items().length}`);
    item.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
  };

  const move = (item, step) => {
    const all = items();
    const target = all[all.indexOf(item) + step];
    if (!target) return;
    if (step < 0) target.before(item);
    else target.after(item);
    changed(item);
  };

  box.classList.add("ranking-live");
  box.querySelectorAll("[data-move]").forEach((button) => { button.hidden = false; });
  number();

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
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

  let dragged = null;
  let before = "";
  const order = () => items().map((item) => item.querySelector("input").name).join();
  for (const item of items()) item.draggable = true;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("li");
    if (!dragged) return;
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
    if (order() !== before) changed(dragged);
    dragged = null;
  });
});
