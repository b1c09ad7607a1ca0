// Papers from files: dropped on a text box or chosen below it, and read by the endpoint.
"use strict";

const MAX_FILE_BYTES = 20e6;
const latestUpload = {motion: 0, opposition: 0};  // the text of an earlier file is dropped
const pendingUploads = new Map();  // by paper, until the file has been read

function showFileStatus(paper, text, error = "") {
  find(`${paper}-status`).textContent = text;
  find(`${paper}-error`).textContent = error;
}

function startUpload(paper, files) {
  const upload = readFile(paper, files).finally(() => {
    if (pendingUploads.get(paper) === upload) pendingUploads.delete(paper);
  });
  pendingUploads.set(paper, upload);
}

// Wait for all files being read. False if one could not be: a prediction without it would mislead.
async function uploadsSucceeded() {
  while (pendingUploads.size) {
    if ((await Promise.all(pendingUploads.values())).includes(false)) return false;
  }
  return true;
}

async function readFile(paper, files) {
  const file = files[0], number = ++latestUpload[paper];
  if (!file) return true;
  if (file.size > MAX_FILE_BYTES) {
    showFileStatus(paper, "",
      `${file.name} is larger than 20 MB; upload the brief without its exhibits`);
    return false;
  }
  showFileStatus(paper, `Reading ${file.name} ...`);
  try {
    const path = `v1/papers?name=${encodeURIComponent(file.name.slice(-200))}`;
    const {text, pages, notes, caption} = await request(path, file);
    // Another file has been chosen since, or the form cleared.
    if (number !== latestUpload[paper]) return true;
    const pageCount = pages === null ? "" : ` (${pages} page${pages === 1 ? "" : "s"})`;
    find(paper).value = text;
    if (paper === "motion") dropCaseFields();
    const read = paper === "motion" ? fillFromCaption(caption) : [];
    if (read.length) notes.push(`its caption names ${read.join(", ")}`);
    papersChanged();
    checkStale();
    find(paper).dataset.file = file.name + pageCount;
    if (files.length > 1) notes.push(`only the first of ${files.length} files was read`);
    const summary = `Read from ${file.name}${pageCount}: ${characters(text)}`;
    showFileStatus(paper, [summary, ...notes].join("; "));
    return true;
  } catch (error) {
    if (number !== latestUpload[paper]) return true;
    showFileStatus(paper, "", error.message);
    return false;
  }
}

const characters = (text) => `${text.length.toLocaleString("en")} characters`;
const hasFiles = (event) => event.dataTransfer.types.includes("Files");

for (const paper of Object.keys(latestUpload)) {
  const box = find(paper), chooser = find(`${paper}-file`);
  box.addEventListener("dragover", (event) => {
    if (hasFiles(event)) box.classList.add("drop");
  });
  box.addEventListener("dragleave", () => box.classList.remove("drop"));
  box.addEventListener("drop", (event) => {
    box.classList.remove("drop");
    if (!hasFiles(event)) return;
    chooser.value = "";  // it would still name a file chosen earlier
    startUpload(paper, event.dataTransfer.files);
  });
  box.addEventListener("input", () => {
    if (!box.dataset.file) return;
    delete box.dataset.file;
    chooser.value = "";
    showFileStatus(paper, "");
  });
  chooser.addEventListener("change", () => startUpload(paper, chooser.files));
}
// A file dropped beside a box must not replace the page and what was entered.
for (const type of ["dragover", "drop"]) {
  document.addEventListener(type, (event) => { if (hasFiles(event)) event.preventDefault(); });
}
find("motion-form").addEventListener("reset", () => {
  for (const paper of Object.keys(latestUpload)) {
    ++latestUpload[paper];
    delete find(paper).dataset.file;
    showFileStatus(paper, "");
  }
});
