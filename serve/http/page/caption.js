// What the caption of an uploaded motion says fills the fields that are empty, each marked so that
// it can be checked; what another caption filled goes first.
"use strict";

const CAPTION_FIELDS = {motion_type: "motion_type", court: "court", decided: "filed"};
const FROM_CAPTION = {
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
  const known = ["caption", "docket_number"].filter((name) => caption[name] !== null);
  caseFields = Object.fromEntries(known.map((name) => [name, caption[name]]));
  return known.map((name) => caption[name]);
}

for (const name of Object.keys(CAPTION_FIELDS)) {
  find(name).addEventListener("input", () => forgetCaption(name));
}
find("motion-form").addEventListener("reset", () => {
  for (const name of Object.keys(CAPTION_FIELDS)) forgetCaption(name);
});
