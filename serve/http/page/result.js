// The result: the prediction, the passages it relies on, comparable rulings, and what-if.
"use strict";

const WHAT_IF_FIELDS = ["harm_evidence", "remedial_scope", "remedial_steps",
  "speculation_signals"];
const NO_FACT = "no telling fact";

const TEXTS = {motion: "motion", opposition: "opposition", summary: "account of the motion",
  opposition_summary: "account of the opposition"};

const LEAST_FOLDED = 1200;  // characters without a passage that are folded away
const CONTEXT = 220;  // characters beside a passage that stay in view

const familyOf = ({factor}) => factor.split(".")[0];
const familyColor = (family) => `--family: var(--${family}, var(--quiet))`;

// What a reader's own estimate was, and what such estimates were worth.
function forecastText({forecast, based_on: [, ...others]}) {
  return `${forecaster()}: ${forecast.text}. The probability above also weighs ${listed(others)}.`;
}

function columnLabel(column) {
  const [family, name] = column.split(".");
  const words = Object.values(labels.values).map((values) => values[name]).find(Boolean);
  return words || plain(name.startsWith(family) ? name : `${family} ${name}`);
}

// The words of the papers quoted for codings, each once, those of the leading factors first.
function quotesOf({factors, evidence}) {
  const leading = factors.map(({factor}) => factor), seen = new Set();
  const rank = ({factor}) => leading.includes(factor) ? leading.indexOf(factor) : leading.length;
  return evidence.filter(({quoted}) => quoted).sort((a, b) => rank(a) - rank(b))
    .filter(({text}) => !seen.has(text) && seen.add(text))
    .map((passage) => ({...passage, label: passage.quoted_for ? labels.fields[passage.quoted_for]
      : factors[leading.indexOf(passage.factor)]?.label || columnLabel(passage.factor)}));
}

// How often such a reading was right, where it was checked.
function precisionText(precision) {
  if (!precision) return "";
  const {value, low, high, rulings} = precision;
  return `. Such a reading was right in ${percent(value)} of ${rulings} rulings checked ` +
    `(95% interval ${percent(low)} to ${percent(high)})`;
}

// Of words without a passage, those next to one; what is further off is folded away.
function withoutPassage(text, {before, after}) {
  if (text.length < LEAST_FOLDED) return [text];
  const cut = (at) => Math.max(at, text.indexOf(" ", at) + 1);  // not within a word
  const start = before ? cut(CONTEXT) : 0;
  const end = after ? cut(text.length - CONTEXT) : text.length;
  const words = (text.slice(start, end).match(/\S+/g) || []).length.toLocaleString("en-US");
  return [text.slice(0, start),
    element("details", {class: "fold"}, element("summary", {}, `${words} words without a passage`),
      text.slice(start, end)),
    text.slice(end)];
}

// A button that unfolds a paper, where some of it is folded.
function unfoldButton(paper, name) {
  const folds = [...paper.querySelectorAll(".fold")];
  if (!folds.length) return [];
  const button = element("button", {type: "button", class: "small-button",
    "aria-pressed": "false"}, `Show the whole ${name}`);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(open));
    for (const fold of folds) fold.open = open;
  });
  return [button];
}

function highlighted(text, passages) {
  const parts = [];
  let end = 0;
  const codePoints = [...text];  // what positions count, unlike the string's UTF-16 code units
  for (const passage of passages) {
    if (passage.start < end) continue;
    const family = familyOf(passage);
    const context = [passage.negated && "negated", passage.uncertain && "uncertain",
      passage.quoted && "quoted by the reader", `per the ${passage.speaker}`]
      .filter(Boolean).join(", ");
    const kinds = ["negated", "quoted"].filter((kind) => passage[kind]).join(" ");
    const meaning = passage.meaning ||
      (passage.quoted_for ? labels.fields[passage.quoted_for] : columnLabel(passage.factor));
    const note = `${labels.families[family] || family}: ${meaning} (${context})` +
      precisionText(passage.precision);
    parts.push(...withoutPassage(codePoints.slice(end, passage.start).join(""),
      {before: end > 0, after: true}),
      // Reached by keyboard too, so that the note is read without a mouse.
      element("mark", {style: familyColor(family), tabindex: "0", "data-meaning": note,
        "aria-description": note, ...(kinds && {class: kinds})},
      codePoints.slice(passage.start, passage.end).join("")));
    end = passage.end;
  }
  const rest = withoutPassage(codePoints.slice(end).join(""), {before: true, after: false});
  return element("div", {class: "paper"}, ...parts, ...rest);
}

// The kind of motion, its court and number.
function aboutText({court}, motion) {
  return [valueLabel("motion_type", motion.motion_type), court,
    motion.docket_number && numbered(motion.docket_number)].filter(Boolean).join(", ");
}

const numbered = (docket) => /^no/i.test(docket) ? docket : `No. ${docket}`;

function showAnswer(answer, motion) {
  find("result").hidden = false;  // first: the charts need its width
  find("heading").textContent = motion.caption || "This motion";
  find("about").textContent = upperFirst(aboutText(answer, motion));
  find("conclusion").replaceChildren(...conclusionText(answer));
  find("gauge").replaceChildren(...gauge(answer, answer));
  find("base-rates").textContent = baseRatesText(answer);
  find("your-estimate").textContent = answer.forecast ? forecastText(answer) : "";
  find("remarks").replaceChildren(
    ...warningsOn(answer).map((remark) => element("li", {}, remark)));
  find("scorecard").replaceChildren(scorecardTable(answer.scorecard),
    element("p", {class: "small"}, SCORECARD_NOTE));
  find("waterfall").replaceChildren(waterfall(answer.families));
  find("factors").tBodies[0].replaceChildren(
    ...answer.factors.map(({label, source, points, favors}) => {
      const side = favors === "movant" ? "for" : "against";
      return element("tr", {}, element("td", {}, label, aside(source)),
        element("td", {class: "wide-only"}, source),
        element("td", {class: side}, SIDES[favors]),
        element("td", {class: `number ${side}`}, signed(points)));
    }));
  const texts = Object.keys(TEXTS).filter((name) => motion[name]);
  find("papers").replaceChildren(...texts.flatMap((name) => {
    const paper = highlighted(motion[name],
      answer.evidence.filter((passage) => passage.paper === name));
    return [element("h4", {}, TEXTS[name]), ...unfoldButton(paper, TEXTS[name]), paper];
  }));
  const present = new Set(answer.evidence.map(familyOf));
  find("legend").replaceChildren(...Object.entries(labels.families)
    .filter(([family]) => present.has(family))
    .map(([family, label]) =>
      element("span", {class: "legend-entry", style: familyColor(family)}, label)),
    ...(answer.evidence.some(({quoted}) => quoted)
      ? [element("mark", {class: "quoted"}, "quoted for a coding")] : []));
  find("how-good").hidden = !answer.performance;
  find("performance").textContent = performanceText(answer);
  find("trace").textContent = `Model ${answer.model_version} ` +
    `(SHA-256 ${answer.model_digest.slice(0, 12)}), ` +
    `training data ${answer.data_digest.slice(0, 12)}, request ${answer.request_id}, ` +
    `${new Date().toISOString().slice(0, 10)}.`;
  find("disclaimer").textContent = answer.disclaimer;
}

// What follows the name of a case: its citation, else its court and year.
function citedAs({citation, court, year}) {
  return citation?.endsWith(")") ? `, ${citation}`
    : ` (${[citation, [court, year].filter(Boolean).join(" ")].filter(Boolean).join(", ")})`;
}

function likenessText({similarity, likeness}, inferred) {
  const name = (part) => part === "ratings" && inferred ? "ratings inferred from the papers" : part;
  const parts = Object.entries(likeness).filter(([, value]) => value !== null)
    .map(([part, value]) => `${name(part)} ${value.toFixed(2)}`);
  return `Similarity ${similarity.toFixed(2)}: ${parts.join(", ")}`;
}

function showComparables({comparable_rate: rate, rulings, ratings_inferred: inferred}) {
  find("rate").textContent = `${rate.text}.`;
  find("comparables").replaceChildren(...rulings.map((ruling) => {
    const name = ruling.caption || ruling.id;
    const isLink = /^https?:/.test(ruling.source || "");
    const link = isLink
      ? element("a", {href: ruling.source, rel: "noopener noreferrer"}, name) : name;
    const page = isLink && ruling.source_kind
      ? ` (the link: ${valueLabel("source_kind", ruling.source_kind)})` : "";
    const subject = ["claim_area", "motion_type"].filter((field) => ruling[field])
      .map((field) => valueLabel(field, ruling[field])).join(", ");
    return element("li", {},
      element("p", {}, link, `${citedAs(ruling)}: `,
        element("strong", {}, plain(ruling.outcome)), page),
      element("p", {class: "small"}, `${subject}. ${likenessText(ruling, inferred)}`),
      element("p", {class: "small"}, `In common: ${ruling.shared.join("; ") || NO_FACT}`),
      element("p", {class: "small"}, `Different: ${ruling.differences.join("; ") || NO_FACT}`));
  }));
}

function showWhatIf({changes, current, note}) {
  find("what-if-note").textContent = note.replaceAll("`", "");
  const levers = changes.map(({party, label, p_grant: p, points, track_record: record}) =>
    element("li", {}, `The ${party} ${label}: `, ...(record?.too_few ? [] : [`${percent(p)} `,
      element("span", {class: points < 0 ? "against" : "for"}, `(${signed(points)} points)`)]),
    ...(record ? [element("span", {class: "small"}, `${record.too_few ? "" : "; "}${record.text}`)]
      : [])));
  const none = element("li", {}, "No change within a party’s control would help it.");
  find("levers").replaceChildren(...(levers.length ? levers : [none]));
  find("what-if-fields").replaceChildren(
    ...WHAT_IF_FIELDS.map((name) => whatIfInput(name, current[name])));
  find("what-if-fields").dataset.current = JSON.stringify(current);
  find("what-if-result").textContent = "";
}

function whatIfInput(name, current) {
  const {kind, values} = fieldType(name);
  if (kind === "list") {
    return checkboxes(name, values, (value) => (
      {"data-field": name, ...((current || []).includes(value) && {checked: ""})}));
  }
  const select = element("select", {id: `what-if-${name}`, "data-field": name});
  setOptions(select, name, "not shown");
  select.value = current ?? "";
  const label = element("label", {for: select.id}, ...fieldLabel(name));
  return element("div", {}, label, select);
}

// The what-if fields that differ from what the model takes the motion to show.
function whatIfChanges() {
  const current = JSON.parse(find("what-if-fields").dataset.current), changes = {};
  for (const name of WHAT_IF_FIELDS) {
    const inputs = [...find("what-if-fields").querySelectorAll(`[data-field=${name}]`)];
    const isList = inputs[0].type === "checkbox";
    const after = isList ? inputs.filter((box) => box.checked).map((box) => box.value)
      : inputs[0].value || null;
    const before = isList ? current[name] || [] : current[name] ?? null;
    if (JSON.stringify(after) !== JSON.stringify(before)) changes[name] = after;
  }
  return changes;
}
