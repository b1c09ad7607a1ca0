// The form: its fields are built from the JSON Schema of a motion.
"use strict";

const MAIN_FIELDS = ["motion", "opposition", "motion_type", "claim_area", "court", "decided"];
const CASE_FIELDS = ["id", "case_id", "caption", "docket_number", "judge"];
const BLANK_PATTERN = "^\\s*$";  // the schema allows blank text wherever a value may be missing

let schema = null;
let labels = null;  // words for families of factors, and for the values of fields
let caseFields = {};  // the example's case name, judge etc., for which the form has no input

const codedFields = () => Object.keys(schema.properties)
  .filter((name) => ![...MAIN_FIELDS, ...CASE_FIELDS].includes(name));

// What a field may hold: a list, yes or no, one of several values, a number, or text.
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
  return number ? {kind: "number", min: number.minimum, max: number.maximum} : {kind: "text"};
}

const valueLabel = (name, value) => value === true ? "yes" : value === false ? "no"
  : labels.values[name]?.[value] || plain(value);

function setOptions(select, name, blankLabel) {
  const {values} = fieldType(name);
  select.replaceChildren(element("option", {value: ""}, blankLabel),
    ...values.map((value) => element("option", {value}, valueLabel(name, value))));
}

const fieldLabel = (name) =>
  [plain(name), " ", element("em", {}, `(${schema.properties[name].description})`)];

function checkboxes(name, values, attributes) {
  const boxes = values.map((value) => element("label", {},
    element("input", {type: "checkbox", value, ...attributes(value)}),
    value === "none" ? "none of these" : valueLabel(name, value)));
  return element("fieldset", {class: "choices"}, element("legend", {}, ...fieldLabel(name)),
    ...boxes);
}

function fieldInput(name) {
  const {kind, values, min, max} = fieldType(name);
  if (kind === "list") {
    return checkboxes(name, [...values, "none"], () => ({name}));
  }
  const isNumber = kind === "number";
  const input = isNumber
    ? element("input", {type: "number", min: min ?? 0, step: max ? 1 : "any", ...(max && {max})})
    : element("select");
  if (!isNumber) setOptions(input, name, "not shown");
  input.name = input.id = name;
  return element("div", {}, element("label", {for: name}, ...fieldLabel(name)), input);
}

function buildForm() {
  setOptions(find("motion_type"), "motion_type", "choose one");
  setOptions(find("claim_area"), "claim_area", "not shown");
  const isList = (name) => fieldType(name).kind === "list";
  const fields = codedFields();
  find("fields").replaceChildren(...fields.filter((name) => !isList(name)).map(fieldInput));
  find("list-fields").replaceChildren(...fields.filter(isList).map(fieldInput));
}

// The motion as the form states it; a field without an entry is null.
function readForm() {
  const motion = {...caseFields};
  for (const name of [...MAIN_FIELDS, ...codedFields()]) {
    const {kind} = fieldType(name);
    if (kind === "list") {
      const checked = [...document.querySelectorAll(`input[name=${name}]:checked`)]
        .map((box) => box.value);
      motion[name] = checked.length ? checked.filter((value) => value !== "none") : null;
    } else {
      const {value} = find(name);
      motion[name] = value.trim() === "" ? null
        : kind === "yes-no" ? value === "true" : kind === "number" ? Number(value) : value;
    }
  }
  return motion;
}

function fillForm(motion) {
  find("motion-form").reset();
  const given = CASE_FIELDS.filter((name) => motion[name]);
  caseFields = Object.fromEntries(given.map((name) => [name, motion[name]]));
  for (const [name, value] of Object.entries(motion)) {
    if (Array.isArray(value)) {
      for (const box of document.querySelectorAll(`input[name=${name}]`)) {
        box.checked = value.includes(box.value) || (!value.length && box.value === "none");
      }
    } else if (find(name) && value !== null) find(name).value = String(value);
  }
}

// Another text is another motion: it must not carry the example's case name, nor the example's
// coded facts without the user seeing them.
function dropCaseFields() {
  if (!Object.keys(caseFields).length) return;
  caseFields = {};
  find("coded-facts").open = true;
  showStatus("The text has changed, so the example's case name and docket number were removed. " +
    "The example's other entries, coded facts included, are still set; Clear removes them all.");
}
