// Numbers beside the lines of a long text, and links that put the caret on one of them.

import { each } from "./each.js";

each("textarea[data-lines]", (area) => {
  const frame = document.createElement("div");
  frame.className = "lined";
  const numbers = document.createElement("pre");
  numbers.setAttribute("aria-hidden", "true");
  area.before(frame);
  frame.append(numbers, area);

  let count = 0;
  function draw() {
    const now = area.value.split("\n").length;
    if (now === count) return;
    count = now;
    numbers.textContent = Array.from({ length: now }, (_, n) => n + 1).join("\n");
  }
  area.addEventListener("input", draw);
  area.addEventListener("scroll", () => { numbers.scrollTop = area.scrollTop; });
  draw();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-line]");
  const area = link && document.querySelector("textarea[data-lines]");
  if (!area) return;
  event.preventDefault();
  const lines = area.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length);
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.scrollIntoView({ block: "center" });
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, start + lines[line - 1].length);
  area.scrollTop = Math.max(0, (area.scrollHeight / lines.length) * (line - 6));
});
