// What the caption of an uploaded motion says fills the fields that are empty, each marked so that
// it can be checked; what another caption filled goes first.
"use strict";

const CAPTION_FIELDS = {caption: "caption", docket_number: "docket_number",
  motion_type: "motion_type", court: "court", decided: "filed"};
const FROM_CAPTION = {
  caption: "read from the caption; check it",
  docket_number: "read from the caption; check it",
  motion_type: "read from the title; check it",
  court: "read from the caption; check it",
  decided: "the day of filing, read from the paper; the year of the ruling may differ",
};
const readFromCaption = new Map();  // by field, the value that was read

function markFromCaption(name, text) {
  find(`${name}-read`)?.remove();
  find(name).removeAttribute("aria-describedby");
  if (!text) return;
  find(name).after(element("p", {id: `${name}-read`, class: "small"}, text));
  find(name).setAttribute("aria-describedby", `${name}-read`);
}

function forgetCaption(name) {
  readFromCaption.delete(name);
  markFromCaption(name, "");
}

// Returns what was read, in words.
function fillFromCaption(caption) {
  for (const [name, value] of readFromCaption) {
    if (find(name).value === value) setField(name, null);
    forgetCaption(name);
  }
  if (!caption) return [];
  for (const [name, source] of Object.entries(CAPTION_FIELDS)) {
    if (caption[source] === null || getField(name) !== null) continue;
    setField(name, caption[source]);
    readFromCaption.set(name, find(name).value);
    markFromCaption(name, FROM_CAPTION[name]);
  }
  const read = NAMES_OF_CASE.filter((name) => readFromCaption.has(name));
  filledIn = Object.fromEntries(read.map((name) => [name, find(name).value]));
  return read.map((name) => caption[name]);
}

for (const name of Object.keys(CAPTION_FIELDS)) {
  find(name).addEventListener("input", () => forgetCaption(name));
}
find("motion-form").addEventListener("reset", () => {
  for (const name of Object.keys(CAPTION_FIELDS)) forgetCaption(name);
});
