// The form: its fields are built from the JSON Schema of a motion.
"use strict";

const MAIN_FIELDS = ["motion", "opposition", "motion_type", "claim_area", "court", "decided",
  "caption", "docket_number"];
const CASE_FIELDS = ["id", "case_id", "judge"];  // of the example, without an input of their own
const NAMES_OF_CASE = ["caption", "docket_number"];
const CARRIED_FIELDS = ["quotes", "forecast_spread"];  // of a reading, without an input of their own
const OWN_LABELS = {
  forecast: ["your estimate", "chance of a grant in percent, before you know the outcome"],
  summary: ["account of the motion", "45 to 120 neutral words; the model reads it in place of " +
    "the paper"],
  opposition_summary: ["account of the opposition", "one to three neutral sentences; the model " +
    "reads it in place of the paper"],
};
// The coded facts, by what they are about; a field of none comes last.
const GROUPS = {
  "Motion and parties": ["relief_form", "notice", "movant_type", "respondent_type", "pro_se",
    "class_or_mdl"],
  "Harm": ["harm_evidence", "harm_timing", "past_incident", "incident_reaches_movant",
    "compensable", "delay_months", "harm_types", "speculation_signals"],
  "What the opponent has done": ["remedial_scope", "remedial_trigger", "remedial_steps"],
  "Merits": ["merits_signals"],
  "Your ratings of the four Winter factors, from 1 to 5": ["likelihood_of_success",
    "irreparable_harm", "balance_of_hardships", "public_interest"],
  "Your estimate, and accounts of long papers": ["forecast", "summary", "opposition_summary"],
};
const BLANK_PATTERN = "^\\s*$";  // the schema allows blank text wherever a value may be missing

let schema = null;
let labels = null;  // words for families of factors, and for the values of fields
let caseFields = {};  // the example's judge etc., for which the form has no input
let filledIn = {};  // by field, the name of the case as the example or a file has it
let example = null;  // the motion that the form was filled with

const codedFields = () => Object.keys(schema.properties)
  .filter((name) => ![...MAIN_FIELDS, ...CASE_FIELDS, ...CARRIED_FIELDS].includes(name));

// What a field may hold: a list, yes or no, one of several values, a number, a share (entered in
// percent), or text.
function fieldType(name) {
  const definition = (reference) => schema.$defs[reference.split("/").pop()];
  const parts = [schema.properties[name], ...(schema.properties[name].anyOf || [])]
    .map((part) => part.$ref ? definition(part.$ref) : part);
  const list = parts.find((part) => part.type === "array");
  if (list) return {kind: "list", values: definition(list.items.$ref).enum};
  if (parts.some((part) => part.type === "boolean")) {
    return {kind: "yes-no", values: [true, false]};
  }
  const choice = parts.find((part) => part.enum);
  if (choice) return {kind: "choice", values: choice.enum};
  if (parts.some((part) => part.type === "string" && part.pattern !== BLANK_PATTERN)) {
    return {kind: "text"};
  }
  const number = parts.find((part) => part.type === "integer" || part.type === "number");
  if (!number) return {kind: "text"};
  const {minimum: min, maximum: max} = number;
  return min === 0 && max === 1 ? {kind: "percent", min: 0, max: 100} : {kind: "number", min, max};
}

const valueLabel = (name, value) => value === true ? "yes" : value === false ? "no"
  : labels.values[name]?.[value] || plain(value);

function setOptions(select, name, blankLabel) {
  const {values} = fieldType(name);
  select.replaceChildren(element("option", {value: ""}, blankLabel),
    ...values.map((value) => element("option", {value}, valueLabel(name, value))));
}

function fieldLabel(name) {
  const [label, explanation] = OWN_LABELS[name] ||
    [labels.fields[name], schema.properties[name].description];
  const repeats = explanation.replace(/^type of /, "") === label;
  return [element("span", {}, upperFirst(label)), " ",
    ...(repeats ? [] : [element("em", {}, `(${explanation})`)])];
}

function checkboxes(name, values, attributes) {
  const boxes = values.map((value) => element("label", {},
    element("input", {type: "checkbox", value, ...attributes(value)}),
    value === "none" ? "none of these" : valueLabel(name, value)));
  return element("fieldset", {class: "choices"}, element("legend", {}, ...fieldLabel(name)),
    element("div", {class: "boxes"}, ...boxes));
}

function fieldInput(name) {
  const {kind, values, min, max} = fieldType(name);
  if (kind === "list") {
    return checkboxes(name, [...values, "none"], () => ({name}));
  }
  const input = element({choice: "select", "yes-no": "select", text: "textarea"}[kind] || "input",
    kind === "text" ? {rows: 3} : {});
  if (input.tagName === "SELECT") setOptions(input, name, "not shown");
  if (input.tagName === "INPUT") {
    for (const [key, value] of Object.entries({type: "number", min: min ?? 0, max, step: "any"})) {
      if (value !== undefined) input.setAttribute(key, value);
    }
  }
  input.name = input.id = name;
  return element("div", {class: "field"}, element("label", {for: name}, ...fieldLabel(name)),
    input);
}

function buildForm() {
  setOptions(find("motion_type"), "motion_type", "choose one");
  setOptions(find("claim_area"), "claim_area", "not shown");
  const grouped = Object.values(GROUPS).flat(), names = codedFields();
  const groups = {...GROUPS, Other: names.filter((name) => !grouped.includes(name))};
  find("fields").replaceChildren(...Object.entries(groups)
    .map(([title, fields]) => [title, fields.filter((name) => names.includes(name))])
    .filter(([, fields]) => fields.length)
    .map(([title, fields]) => element("fieldset", {class: "row"}, element("legend", {}, title),
      ...fields.map(fieldInput))));
}

// The value of a field as the form states it; null without an entry.
function getField(name) {
  const {kind} = fieldType(name);
  if (kind === "list") {
    const checked = [...find("motion-form").querySelectorAll(`input[name=${name}]:checked`)]
      .map((box) => box.value);
    return checked.length ? checked.filter((value) => value !== "none") : null;
  }
  const {value} = find(name);
  if (value.trim() === "") return null;
  return kind === "yes-no" ? value === "true" : kind === "number" ? Number(value)
    : kind === "percent" ? Number(value) / 100 : value;
}

function setField(name, value) {
  const {kind} = fieldType(name);
  if (kind === "list") {
    for (const box of find("motion-form").querySelectorAll(`input[name=${name}]`)) {
      box.checked = value !== null &&
        (value.includes(box.value) || (!value.length && box.value === "none"));
    }
  } else {
    // Without the rounding, 0.07 would read 7.000000000000001.
    find(name).value = value === null ? ""
      : kind === "percent" ? Number((100 * value).toFixed(6)) : value;
  }
}

// The motion as the form states it, with what a reading adds that has no input.
function readForm() {
  const motion = {...caseFields};
  for (const name of [...MAIN_FIELDS, ...codedFields()]) motion[name] = getField(name);
  return {...motion, ...quotesOfExample(), ...carriedFields()};
}

// The example's quotes, of the values that are still as it has them.
function quotesOfExample() {
  if (!example?.quotes || !Object.keys(caseFields).length) return {};
  const isKept = ([name]) => JSON.stringify(getField(name)) === JSON.stringify(example[name]);
  return {quotes: Object.fromEntries(Object.entries(example.quotes).filter(isKept))};
}

function fillForm(motion) {
  find("motion-form").reset();
  example = motion;
  const given = CASE_FIELDS.filter((name) => motion[name]);
  caseFields = Object.fromEntries(given.map((name) => [name, motion[name]]));
  for (const name of [...MAIN_FIELDS, ...codedFields()]) setField(name, motion[name] ?? null);
  filledIn = Object.fromEntries(NAMES_OF_CASE.map((name) => [name, find(name).value]));
}

// Another text is another motion: it must not carry the case name of the example or of a file, nor
// the example's coded facts without the user seeing them. What the user entered stays.
function dropCaseFields() {
  const names = NAMES_OF_CASE.filter((name) => filledIn[name] !== undefined &&
    find(name).value === filledIn[name]);
  filledIn = {};
  if (!names.length && !Object.keys(caseFields).length) return;
  caseFields = {};
  for (const name of names) {
    setField(name, null);
    forgetCaption(name);
  }
  find("coded-facts").open = true;
  showStatus("The text has changed, so the case name and docket number were removed. The other " +
    "entries, coded facts included, are still set; Clear removes them all.");
}
