// Rows of a form that can be added and taken away; without JavaScript the same buttons do it by a round trip.

import { announce, each } from "./each.js";

const MOST = 30;

function rank(list) {
  list.querySelectorAll("[data-row-rank]").forEach((place, at) => { place.textContent = at + 1; });
}

// Numbers never come back: a row's answers must not slip under the name of one that was taken away.
function number(group) {
  const kind = group.dataset.rows;
  const used = [...group.querySelectorAll("[data-rows-list] [name]")]
    .map((field) => new RegExp(`(?:^|-)${kind}_(\\d+)_`).exec(field.name))
    .filter(Boolean)
    .map((found) => Number(found[1]));
  const next = Math.max(Number(group.dataset.rowsNext ?? 0), -1, ...used.map((each) => each + 1));
  return Math.max(next, 0);
}

function add(group, at) {
  const list = group.querySelector("[data-rows-list]");
  if (list.children.length >= MOST) return null;
  group.dataset.rowsNext = at + 1;
  const made = document.createElement("template");
  made.innerHTML = group.querySelector("[data-row-model]").innerHTML.replaceAll("__n__", at);
  const row = made.content.firstElementChild;
  list.append(row);
  rank(list);
  return row;
}

// Before kept answers are put back: a row for each of those that the page does not have.
export function makeRoom(form, names) {
  for (const group of form.querySelectorAll("[data-rows]")) {
    const shape = new RegExp(`(?:^|-)${group.dataset.rows}_(\\d+)_`);
    const wanted = new Set(names.map((name) => shape.exec(name)?.[1]).filter((found) => found !== undefined));
    for (const at of [...wanted].map(Number).sort((a, b) => a - b)) {
      if (!names.every((name) => shape.exec(name)?.[1] !== String(at) || form.elements[name])) add(group, at);
    }
  }
}

each("[data-rows]", (group) => {
  const list = group.querySelector("[data-rows-list]");
  group.querySelector("[data-row-add]").addEventListener("click", (event) => {
    event.preventDefault();
    const row = add(group, number(group));
    if (!row) return;
    row.querySelector("input, select")?.focus();
    announce(`${row.querySelector("legend").textContent.trim()} : ligne ajoutée.`);
    group.dispatchEvent(new Event("change", { bubbles: true }));
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-remove]");
    if (!button) return;
    event.preventDefault();
    group.dataset.rowsNext = number(group);
    const row = button.closest("[data-row]");
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    rank(list);
    (near?.querySelector("input") ?? group.querySelector("[data-row-add]")).focus();
    announce("Ligne retirée.");
    group.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
