"use strict";
// Optional: sorts and filters the rows that the page already has.
const collator = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
const cases = document.getElementById("cases");
const status = document.getElementById("status");
const rows = [...cases.tBodies[0].rows];  // as written: nearest 50/50 first
const texts = new Map();  // filled when a row is first filtered
let order = "nearest 50/50 first";

function sortKey(row, column) {
  const cell = row.cells[column];
  return cell.dataset.v === undefined ? (cell.querySelector("b") || cell).textContent.trim() : Number(cell.dataset.v);
}

function sort(table, head, column) {
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const keyed = [...table.tBodies[0].rows].map((row) => [sortKey(row, column), row]);
  const compare = (a, b) => typeof a === "number" ? a - b : collator.compare(a, b);
  keyed.sort(([a], [b]) => descending ? compare(b, a) : compare(a, b));
  table.tBodies[0].append(...keyed.map(([, row]) => row));
  if (table !== cases) return;
  order = `by ${head.textContent.toLowerCase()}, ${descending ? "descending" : "ascending"}`;
  showStatus();
}

function showStatus() {
  const shown = rows.filter((row) => !row.hidden).length;
  status.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} listed motions, ${order}`;
}

function text(row) {
  if (!texts.has(row)) texts.set(row, `${row.textContent} ${row.dataset.id}`.toLowerCase());
  return texts.get(row);
}

function filter() {
  const words = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = document.getElementById("show").value;
  for (const row of rows) {
    row.hidden = !(words.every((word) => text(row).includes(word)) && (!kind || row.dataset.k.split(" ").includes(kind)));
  }
  showStatus();
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if ("plain" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head, column));
  });
}
// On a narrow screen the rows become cards, which would lose the roles of a table.
const narrow = matchMedia("(max-width: 44rem)");
function keepRoles() {
  if (!narrow.matches) return;
  for (const table of document.querySelectorAll("table.cases")) {
    table.setAttribute("role", "table");
    for (const part of [table.tHead, table.tBodies[0]]) part.setAttribute("role", "rowgroup");
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) {
        cell.setAttribute("role", {col: "columnheader", row: "rowheader"}[cell.scope] || "cell");
      }
    }
  }
}
keepRoles();
narrow.addEventListener("change", keepRoles);
const form = document.querySelector("form.controls");
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filter").addEventListener("input", filter);
document.getElementById("show").addEventListener("change", filter);
document.getElementById("nearest").addEventListener("click", () => {
  for (const head of cases.tHead.rows[0].cells) head.removeAttribute("aria-sort");
  cases.tBodies[0].append(...rows);
  order = "nearest 50/50 first";
  showStatus();
});
showStatus();
