// What a reading says of each field, beside it: its quotes, its reason, and what a person changed.
"use strict";

let reading = null;  // what the endpoint answered, and `given`: the fields a person had filled in

const readFields = () => Object.keys(reading.fields).filter((name) => find("motion-form")
  .querySelector(`[name=${name}]`));

function sameValue(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value) => b.includes(value));
  }
  return typeof a === "number" && typeof b === "number" ? Math.abs(a - b) < 1e-9
    : (a ?? null) === (b ?? null);
}

const isChanged = (name) => !sameValue(getField(name), reading.fields[name].value);

function valueText(name, value) {
  if (value === null || value === undefined) return "not shown";
  if (Array.isArray(value)) {
    return value.map((each) => valueLabel(name, each)).join("; ") || "none of these";
  }
  const {kind} = fieldType(name);
  if (kind === "percent") return percent(value);
  return kind === "text" ? `“${value}”` : valueLabel(name, value);
}

// What a reading adds to the motion that has no input. The words quoted for a value that a person
// has changed do not bear out the new one.
function carriedFields() {
  if (!reading || reading.stale) return {};
  const quotes = Object.fromEntries(Object.entries(reading.motion.quotes || {})
    .filter(([name]) => !reading.fields[name] || !isChanged(name)));
  return {
    quotes: Object.keys(quotes).length ? quotes : null,
    forecast_spread: isChanged("forecast") ? null : reading.motion.forecast_spread ?? null,
  };
}

// By it, the audit log finds what was read beside what a person made of it.
const readingKey = () => reading && !reading.stale ? reading.reading : null;

// Whose the forecast is, and who coded the motion.
const forecaster = () => reading && !reading.given.has("forecast") && !isChanged("forecast")
  ? `The estimate of ${reading.model}` : "Your estimate";
function codedBy() {
  if (!reading) return null;
  const changed = readFields().filter(isChanged).length;
  return `coded by ${reading.model}${reading.stale ? " from earlier papers" : ""}` +
    (changed ? `, ${changed} changed by hand` : "");
}

const fieldBox = (name) => {
  const input = find("motion-form").querySelector(`[name=${name}]`);
  return input.type === "checkbox" ? input.closest("fieldset") : input.parentElement;
};

// What a screen reader reads the state of a field with: the input, or the group of checkboxes.
const described = (name) => fieldBox(name).matches("fieldset") ? fieldBox(name)
  : find("motion-form").querySelector(`[name=${name}]`);

const fieldName = (name) => (OWN_LABELS[name] || [labels.fields[name]])[0];

function quoteButtonText({quotes, reason}) {
  if (!quotes.length) return reason ? "Why" : null;
  return quotes.length === 1 ? "1 quote" : `${quotes.length} quotes`;
}

// Words of a paper that open it where they stand.
function quoteButton(quote, title) {
  const button = element("button", {type: "button", class: "quote"}, `“${quote.text}”`,
    element("span", {class: "small"}, ` (${quote.paper})`));
  button.addEventListener("click", () => showInPaper(quote, title()));
  return button;
}

function quoteList(name, {quotes, reason}) {
  const items = quotes.map((quote) => element("li", {}, quoteButton(quote,
    () => `${fieldName(name)}: ${valueText(name, reading.fields[name].value)}`)));
  return [...(reason ? [element("p", {class: "small"}, reason)] : []),
    ...(items.length ? [element("ul", {}, ...items)] : [])];
}

function noteOn(name) {
  const read = reading.fields[name], text = quoteButtonText(read);
  const note = element("div", {class: "note", "data-note": name});
  const state = element("span", {class: "state", id: `state-${name}`});
  if (!text) {
    note.append(state);
    return note;
  }
  state.dataset.proof = text;
  const list = element("div", {id: `quotes-${name}`, class: "quotes"}, ...quoteList(name, read));
  const button = element("button", {type: "button", class: "small-button",
    "aria-controls": list.id, "aria-label": `${text}: ${fieldName(name)}`}, text);
  const open = (isOpen) => {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  open(false);
  button.addEventListener("click", () => open(list.hidden));
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    open(false);
    button.focus();
  });
  note.append(button, " ", state, list);
  return note;
}

// Mark what a person changed, with the way back to what was read.
function markChanges() {
  if (!reading) return;
  for (const name of readFields()) {
    const changed = isChanged(name), box = fieldBox(name), state = find(`state-${name}`);
    // Written anew only when it has changed: it is read aloud with the field.
    if (!state || state.dataset.changed === String(changed)) continue;
    state.dataset.changed = String(changed);
    box.classList.toggle("is-changed", changed);
    box.classList.toggle("is-read", !changed && reading.fields[name].value !== null);
    const by = reading.given.has(name) ? "Entered by you" : "Changed by you";
    const back = element("button", {type: "button", class: "small-button",
      "aria-label": `Use as read: ${fieldName(name)}`}, "Use as read");
    back.addEventListener("click", () => {
      setField(name, reading.fields[name].value);
      const input = find("motion-form").querySelector(`[name=${name}]`);
      input.focus();  // the button disappears
      input.dispatchEvent(new Event("change", {bubbles: true}));
    });
    const unproven = reading.unproven.find(({field}) => field === name);
    state.replaceChildren(...(changed
      ? [`${by}; read as: ${valueText(name, reading.fields[name].value)} `, back]
      : unproven ? [`Not shown: read as “${valueText(name, unproven.value)}”, but ${unproven.reason}`]
      : !state.dataset.proof && reading.fields[name].value !== null ? ["As read"] : []));
  }
}

function showNotes() {
  removeNotes();
  for (const name of readFields()) {
    fieldBox(name).append(noteOn(name));
    described(name).setAttribute("aria-describedby", `state-${name}`);
  }
  markChanges();
}

function removeNotes() {
  for (const note of find("motion-form").querySelectorAll("[data-note]")) {
    described(note.dataset.note).removeAttribute("aria-describedby");
    note.remove();
  }
  for (const box of find("motion-form").querySelectorAll(".is-read, .is-changed")) {
    box.classList.remove("is-read", "is-changed");
  }
}

// Open a paper at a quote. Closing it, by Escape too, gives the focus back to the quote.
function showInPaper({paper, start, end}, title) {
  const codePoints = [...reading.motion[paper]];  // what positions count, unlike UTF-16 code units
  const mark = element("mark", {class: "found"}, codePoints.slice(start, end).join(""));
  find("paper-view-title").textContent = `${title} (${paper})`;
  find("paper-view-text").replaceChildren(
    codePoints.slice(0, start).join(""), mark, codePoints.slice(end).join(""));
  find("paper-view").showModal();
  find("paper-view-text").focus();
  mark.scrollIntoView({block: "center"});
}

find("paper-view-close").addEventListener("click", () => find("paper-view").close());
find("paper-view").addEventListener("click", (event) => {
  if (event.target === find("paper-view")) find("paper-view").close();  // beside the paper
});
