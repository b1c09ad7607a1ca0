// Papers from files: dropped on a box or chosen beside it, and read by the endpoint.
"use strict";

const MOST_BYTES = 20e6;
const readings = {motion: 0, opposition: 0};
const underWay = new Map();  // the reading of each paper, until it has ended

function tell(paper, text, wrong = "") {
  find(`${paper}-read`).textContent = text;
  find(`${paper}-wrong`).textContent = wrong;
}

function read(paper, files) {
  const reading = readInto(paper, files).finally(() => { if (underWay.get(paper) === reading) underWay.delete(paper); });
  underWay.set(paper, reading);
}

// Gives whether all files now being read could be: without one of them the estimate would mislead.
async function allRead() {
  while (underWay.size) if ((await Promise.all(underWay.values())).includes(false)) return false;
  return true;
}

async function readInto(paper, files) {
  const file = files[0], mine = ++readings[paper];
  if (!file) return;
  if (file.size > MOST_BYTES) {
    tell(paper, "", `${file.name} holds more than 20 MB; give the brief without its exhibits`);
    return false;
  }
  tell(paper, `Reading ${file.name} ...`);
  try {
    const {text, pages, notes} = await ask(`v1/papers?name=${encodeURIComponent(file.name.slice(-200))}`, file);
    if (mine !== readings[paper]) return;  // another file has been chosen, or the form cleared
    const from = pages === null ? file.name : `${file.name} (${pages} page${pages === 1 ? "" : "s"})`;
    find(paper).value = text;
    if (paper === "motion") forgetName();
    find(paper).dataset.from = from;
    if (files.length > 1) notes.push(`only the first of ${files.length} files was read`);
    tell(paper, [`Read from ${from}: ${text.length.toLocaleString("en")} characters`, ...notes].join("; "));
  } catch (error) {
    if (mine !== readings[paper]) return;
    tell(paper, "", error.message);
    return false;
  }
}

for (const paper of Object.keys(readings)) {
  const area = find(paper), chosen = find(`${paper}-file`);
  const holdsFiles = (event) => event.dataTransfer.types.includes("Files");
  area.addEventListener("dragover", (event) => { if (holdsFiles(event)) area.classList.add("drop"); });
  area.addEventListener("dragleave", () => area.classList.remove("drop"));
  area.addEventListener("drop", (event) => {
    area.classList.remove("drop");
    if (!holdsFiles(event)) return;
    chosen.value = "";  // or it would go on naming another file
    read(paper, event.dataTransfer.files);
  });
  area.addEventListener("input", () => {
    if (!area.dataset.from) return;
    delete area.dataset.from;
    chosen.value = "";
    tell(paper, "");
  });
  chosen.addEventListener("change", () => read(paper, chosen.files));
}
// A file dropped beside a box must not take the place of the page and of what was typed.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
}
find("ask").addEventListener("reset", () => {
  for (const paper of Object.keys(readings)) {
    ++readings[paper];
    delete find(paper).dataset.from;
    tell(paper, "");
  }
});
