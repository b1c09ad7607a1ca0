// The worksheet: one motion at a time, its papers beside the fields, saved after each change.
"use strict";

const DIGITS = 9;  // values that have a key of their own
const MOST_BUTTONS = 12;  // more values than that are a menu
const NOT_SHOWN = "";
const NONE = "none of these";

let sheet = null;
let number = 1;
let coding = {coded: {}, quotes: {}, done: false};
let kept = coding;  // as it was last saved
let currentField = null;  // where keys and quotes go
let lastPaper = "motion";
let saving = Promise.resolve();  // changes are sent one after another
let changes = 0;

const fieldset = (name) => find(`field-${name}`);
const inputs = (name) => [...fieldset(name).querySelectorAll("input, select")];
const isOneOf = (kind) => kind === "choice" || kind === "yes-no" || kind === "rating";

// As `fieldType`, but ratings are chosen like values.
function codedType(name) {
  const type = fieldType(name);
  if (type.kind !== "number" || type.min !== 1 || type.max !== 5) return type;
  return {kind: "rating", values: [1, 2, 3, 4, 5]};
}

function valueInput(name, type, value, label, position) {
  const key = value === NOT_SHOWN ? "0" : typeof value === "boolean" ? (value ? "y" : "n")
    : value === NONE ? "n" : position < DIGITS ? String(position + 1) : null;
  const input = element("input", {type, name, value: String(value)});
  return element("label", value === NOT_SHOWN ? {class: "missing"} : {}, input,
    ...(key === null ? [] : [element("kbd", {}, key)]), ...(key === label ? [] : [label]));
}

function fieldBoxes(name) {
  const {kind, values, min, max} = codedType(name);
  if (kind === "list") {
    return [...values.map((value, position) =>
      valueInput(name, "checkbox", value, valueLabel(name, value), position)),
    valueInput(name, "checkbox", NONE, NONE)];
  }
  if (isOneOf(kind) && values.length <= MOST_BUTTONS) {
    return [...values.map((value, position) =>
      valueInput(name, "radio", value, valueLabel(name, value), position)),
    valueInput(name, "radio", NOT_SHOWN, "not shown")];
  }
  if (kind === "choice") {
    const select = element("select", {name, "aria-label": labels.fields[name]});
    setOptions(select, name, "not shown");
    return [select];
  }
  const limits = {min: min ?? 0, ...(max === undefined ? {} : {max})};
  return [element("input", {type: "number", step: "any", name, "aria-label": labels.fields[name], ...limits})];
}

function buildFields() {
  find("fields").replaceChildren(...sheet.fields.map((name) => element("fieldset",
    {id: `field-${name}`, tabindex: "-1"}, element("legend", {}, ...fieldLabel(name)),
    element("div", {class: "values"}, ...fieldBoxes(name)), element("div", {class: "quotes"}))));
}

// What the inputs of a field state; undefined where it is not shown.
function stated(name) {
  const {kind, values} = codedType(name);
  const boxes = inputs(name);
  if (kind === "list") {
    const checked = boxes.filter((box) => box.checked).map((box) => box.value);
    return checked.length ? checked.filter((value) => value !== NONE) : undefined;
  }
  if (boxes[0].type === "radio") {
    const {value} = boxes.find((box) => box.checked) || {value: NOT_SHOWN};
    return values.find((each) => String(each) === value);
  }
  const {value} = boxes[0];
  if (value === "") return undefined;
  return kind === "percent" ? Number(value) / 100 : kind === "number" ? Number(value) : value;
}

function show(name, value) {
  const {kind} = codedType(name);
  for (const box of inputs(name)) {
    if (kind === "list") {
      box.checked = value !== undefined &&
        (value.length ? value.includes(box.value) : box.value === NONE);
    } else if (box.type === "radio") {
      box.checked = String(value ?? NOT_SHOWN) === box.value;
    } else {
      box.value = value === undefined ? "" : kind === "percent" ? Number((100 * value).toFixed(6))
        : value;
    }
  }
}

function showQuotes(name) {
  const listed = (coding.quotes[name] || []).map((words, position) => {
    const remove = element("button", {type: "button", "aria-label": `Remove quote: ${words}`}, "×");
    const goTo = element("button", {type: "button"}, `“${words}”`);
    goTo.addEventListener("click", () => selectWords(words));
    remove.addEventListener("click", () => {
      coding.quotes[name].splice(position, 1);
      showQuotes(name);
      fieldset(name).focus();
      save();
    });
    return element("div", {class: "quoted"}, goTo, remove);
  });
  fieldset(name).querySelector(".quotes").replaceChildren(...listed);
}

function selectWords(words) {
  for (const id of ["motion", "opposition"]) {
    // The papers as shown have plain line ends.
    const start = find(id).value.indexOf(words.replaceAll("\r\n", "\n"));
    if (start < 0) continue;
    find(id).focus();
    find(id).setSelectionRange(start, start + words.length);
    return;
  }
}

function setCurrent(name) {
  if (currentField) fieldset(currentField).classList.remove("current");
  currentField = name;
  fieldset(name).classList.add("current");
  find("current").textContent = labels.fields[name];
}

// The selected words of a paper, in whole: a selection often begins or ends within one.
function selectedWords({value, selectionStart, selectionEnd}) {
  if (!value.slice(selectionStart, selectionEnd).trim()) return "";
  const before = value.slice(0, selectionStart).match(/[\p{L}\p{N}]*$/u)[0];
  const after = value.slice(selectionEnd).match(/^[\p{L}\p{N}]*/u)[0];
  const start = /^\s/.test(value.slice(selectionStart)) ? "" : before;
  const end = /\s$/.test(value.slice(0, selectionEnd)) ? "" : after;
  return (start + value.slice(selectionStart, selectionEnd) + end).trim();
}

function quoteSelection() {
  const words = selectedWords(find(lastPaper));
  if (!words) return showStatus("Select words in a paper first.", true);
  const quotes = coding.quotes[currentField] ||= [];
  if (!quotes.includes(words)) quotes.push(words);
  showQuotes(currentField);
  fieldset(currentField).scrollIntoView({block: "nearest"});
  save();
}

// Send the coding as it is now. A change while another is on its way is sent after it.
function save() {
  const place = number;
  const change = ++changes;
  const body = structuredClone(coding);
  showStatus("Saving …");
  saving = saving.then(async () => {
    try {
      const saved = await request(`v1/motions/${place}`, body);
      sheet.done[place - 1] = saved.coding.done;
      if (place === number) kept = structuredClone(saved.coding);
      if (change === changes) showAsKept(saved.coding.quotes);
      if (place === number) showProgress();
      showStatus("Saved");
    } catch (error) {
      // What is refused would be refused with every later change too. What was not received is
      // sent again with the next one.
      if (!(error instanceof NotAnswered) && place === number) showCoding(structuredClone(kept));
      showStatus(`Not saved: ${error.message}`, true);
    }
  });
  return saving;
}

// Quotes are kept as they stand in the papers, in whole words.
function showAsKept(quotes) {
  const names = new Set([...Object.keys(coding.quotes), ...Object.keys(quotes)]);
  const differ = [...names].filter((name) =>
    JSON.stringify(coding.quotes[name] || []) !== JSON.stringify(quotes[name] || []));
  coding.quotes = quotes;
  differ.forEach(showQuotes);
}

function changed(name) {
  const value = stated(name);
  if (value === undefined) delete coding.coded[name];
  else coding.coded[name] = value;
  save();
}

const optionText = (index) =>
  `${index + 1}${sheet.done[index] ? " ✓" : ""}  ${sheet.openings[index]}`;

function buildJumpList() {
  find("jump").replaceChildren(
    ...sheet.done.map((_, index) => element("option", {value: index + 1}, optionText(index))));
  find("jump-line").hidden = sheet.done.length < 2;
}

function showProgress() {
  const done = sheet.done.filter(Boolean).length;
  find("title").textContent = `Motion ${number} of ${sheet.done.length}`;
  find("progress").textContent = `${done} done`;
  const option = find("jump").options[number - 1];
  option.textContent = optionText(number - 1);
  option.selected = true;
  find("previous").disabled = number === 1;
  find("next").disabled = number === sheet.done.length;
}

function showCoding(shown) {
  coding = shown;
  for (const name of sheet.fields) {
    show(name, coding.coded[name]);
    showQuotes(name);
  }
  find("done").checked = coding.done;
}

async function open(wanted) {
  if (wanted < 1 || wanted > sheet.done.length) return;
  await saving;
  const shown = await request(`v1/motions/${wanted}`);
  number = wanted;
  kept = structuredClone(shown.coding);
  find("motion").value = shown.papers.motion;
  find("opposition").value = shown.papers.opposition || "";
  find("opposition-part").hidden = !shown.papers.opposition;
  lastPaper = "motion";
  for (const id of ["motion", "opposition"]) {
    find(id).setSelectionRange(0, 0);
    find(id).scrollTop = 0;
  }
  showCoding(shown.coding);
  setCurrent(sheet.fields[0]);
  showProgress();
  find("title").focus();
}

const tryOpen = (wanted) => open(wanted).catch((error) => {
  find("jump").value = number;
  showStatus(error.message, true);
});

function move(step) {
  const place = sheet.fields.indexOf(currentField) + (fieldHasFocus() ? step : 0);
  const name = sheet.fields[Math.min(Math.max(place, 0), sheet.fields.length - 1)];
  setCurrent(name);
  fieldset(name).focus({preventScroll: true});
  fieldset(name).scrollIntoView({block: "center"});
}

const fieldHasFocus = () => fieldset(currentField).contains(document.activeElement);

// Choose by key; tells whether the current field has such a value.
function choose(key) {
  const label = [...fieldset(currentField).querySelectorAll(".values label")]
    .find((each) => each.querySelector("kbd")?.textContent === key);
  if (label) {
    label.querySelector("input").click();
    return true;
  }
  if (key !== "0") return false;
  show(currentField, undefined);
  changed(currentField);
  return true;
}

function toggleDone() {
  coding.done = find("done").checked;
  save();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  p: () => find(lastPaper).focus(),
  q: quoteSelection,
  d: () => find("done").click(),
  g: () => find("jump").focus(),
  "[": () => tryOpen(number - 1),
  "]": () => tryOpen(number + 1),
};

document.addEventListener("keydown", (event) => {
  if (!sheet || !find("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyped = event.target.matches("select, input[type=number], input[type=password]");
  if (isTyped && !(event.target.type === "number" && "jk".includes(event.key))) return;
  if (KEYS[event.key]) KEYS[event.key]();
  else if (!choose(event.key)) return;
  event.preventDefault();
});
find("fields").addEventListener("focusin", (event) => {
  const box = event.target.closest("fieldset");
  if (box) setCurrent(box.id.slice("field-".length));
});
find("fields").addEventListener("change", (event) => {
  const name = event.target.closest("fieldset").id.slice("field-".length);
  setCurrent(name);
  if (codedType(name).kind === "list" && event.target.checked) {
    const isNone = event.target.value === NONE;
    for (const box of inputs(name)) {
      if ((box.value === NONE) !== isNone) box.checked = false;
    }
  }
  changed(name);
});
for (const id of ["motion", "opposition"]) {
  find(id).addEventListener("focus", () => { lastPaper = id; });
  // Where `readonly` is set, Chromium has no caret, and the keyboard selects nothing.
  find(id).addEventListener("beforeinput", (event) => event.preventDefault());
}
find("fields").addEventListener("submit", (event) => event.preventDefault());
find("quote").addEventListener("click", quoteSelection);
find("done").addEventListener("change", toggleDone);
find("previous").addEventListener("click", () => tryOpen(number - 1));
find("jump").addEventListener("change", () => tryOpen(Number(find("jump").value)));
find("next").addEventListener("click", () => tryOpen(number + 1));
find("key").addEventListener("change", () => start());

async function start() {
  try {
    sheet = await request("v1/sheet");
    [schema, labels] = [sheet.motion_schema, sheet.labels];
    find("key-line").hidden = true;
    buildFields();
    buildJumpList();
    showStatus("");
    const first = sheet.done.indexOf(false);
    await open(first < 0 ? 1 : first + 1);
  } catch (error) {
    showStatus(error.message, true);
  }
}

// The key comes after #, which no server and no log sees.
find("key").value = location.hash.slice(1);
start();
