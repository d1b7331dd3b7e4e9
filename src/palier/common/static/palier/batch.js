// A list of rows to answer, worked by keyboard: the keys act from a row's own choices and never while one writes.

import { announce, each } from "./each.js";

const SAYS = { c: 0, n: 1, p: 2 };

each("form[data-batch]", (form) => {
  const rows = [...form.querySelectorAll("[data-batch-row]")];
  const keys = form.querySelector(".batch-keys");
  if (keys) keys.hidden = false;

  function choices(row) {
    return [...row.querySelectorAll("input[type=radio]")];
  }

  function go(row) {
    const target = row && (choices(row).find((choice) => choice.checked) ?? choices(row)[0]);
    target?.focus();
    target?.closest("[data-batch-row]").scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-batch-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(row);
    if (event.target.type === "text") {
      // A reason that is written leads to the next row; the form leaves by its button.
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      go(event.key === "Enter" ? rows[at + 1] ?? row : row);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const said = SAYS[event.key.toLowerCase()];
    if (step) {
      event.preventDefault();
      go(rows[at + step]);
    } else if (said !== undefined) {
      event.preventDefault();
      const choice = choices(row)[said];
      choice.checked = true;
      announce(choice.labels[0].textContent);
      if (choice.value === "deny") row.querySelector("input[type=text]")?.focus();
      else go(rows[at + 1] ?? row);
    }
  });
});
