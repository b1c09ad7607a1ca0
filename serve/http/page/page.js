// The page of the endpoint: asks it and shows what it answers. No library, no build step.
"use strict";

const ASKED = ["motion", "opposition", "motion_type", "claim_area", "court", "decided"];
const NAMES = ["id", "case_id", "caption", "docket_number", "judge"];
const codings = () => Object.keys(schema.properties).filter((name) => ![...ASKED, ...NAMES].includes(name));
const SWITCHES = ["harm_evidence", "remedial_scope", "remedial_steps", "speculation_signals"];
const FAMILIES = {motion_type: "motion type", harm: "harm evidence", remedial: "remedial steps",
  speculation: "speculation signals", merits: "merits", doctrine: "doctrine",
  authorities: "authorities cited", readings: "reading of the words"};
let schema = null, asked = null, extra = {};
let turn = 0, question = 0;  // motions and switches asked about: an answer that comes after the next is dropped

const find = (id) => document.getElementById(id);
const words = (value) => String(value).replaceAll("_", " ");
const percent = (p) => `${Math.round(100 * p)}%`;
const signed = (points) => `${points >= 0 ? "+" : "−"}${Math.abs(points).toFixed(1)}`;

function make(tag, given = {}, ...children) {
  const svg = ["svg", "rect", "line", "circle", "text", "title"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "style") node.style.cssText = value;  // as an attribute the page's policy forbids it
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function say(text, wrong = false) {
  find("status").textContent = text;
  find("status").classList.toggle("wrong", wrong);
}

async function ask(path, body) {
  const file = body instanceof Blob;  // what it is, the endpoint tells by itself
  const headers = {"Content-Type": file ? "application/octet-stream" : "application/json"};
  if (find("key").value) headers.Authorization = `Bearer ${find("key").value}`;
  const sent = body === undefined ? {headers} : {headers, method: "POST", body: file ? body : JSON.stringify(body)};
  const response = await fetch(path, sent);
  const answer = await response.json();
  if (response.ok) return answer;
  if (response.status === 401) find("key-line").hidden = false;
  const errors = (answer.errors || []).map((e) => `${e.pointer.slice(2)}: ${e.detail}`);
  throw new Error([answer.detail || answer.title, ...errors].join("\n"));
}

// What a field may hold, from the JSON Schema of a motion.
function kindOf(name) {
  const parts = [schema.properties[name], ...(schema.properties[name].anyOf || [])];
  const resolved = parts.map((part) => part.$ref ? schema.$defs[part.$ref.split("/").pop()] : part);
  const list = resolved.find((part) => part.type === "array");
  if (list) return {kind: "list", values: schema.$defs[list.items.$ref.split("/").pop()].enum};
  if (resolved.some((part) => part.type === "boolean")) return {kind: "yes-no", values: [true, false]};
  const choice = resolved.find((part) => part.enum);
  if (choice) return {kind: "choice", values: choice.enum};
  const blank = "^\\s*$";
  if (resolved.some((part) => part.type === "string" && part.pattern !== blank)) return {kind: "text"};
  const number = resolved.find((part) => part.type === "integer" || part.type === "number");
  return number ? {kind: "number", least: number.minimum, most: number.maximum} : {kind: "text"};
}

function optionsOf(select, values, first) {
  const labels = values.map((v) => make("option", {value: v}, v === true ? "yes" : v === false ? "no" : words(v)));
  select.replaceChildren(make("option", {value: ""}, first), ...labels);
}

function control(name) {
  const {kind, values, least, most} = kindOf(name);
  if (kind === "list") {
    const boxes = [...values, "none"].map((value) =>
      make("label", {}, make("input", {type: "checkbox", name, value}), value === "none" ? "none of these" : words(value)));
    return make("fieldset", {class: "choices"}, make("legend", {}, words(name)), ...boxes);
  }
  const input = kind === "number" ? make("input", {type: "number", min: least ?? 0, step: most ? 1 : "any", ...(most && {max: most})})
    : make("select");
  if (kind !== "number") optionsOf(input, values, "not shown");
  input.name = input.id = name;
  const hint = most ? [" ", make("em", {}, `(${schema.properties[name].description})`)] : [];
  return make("div", {}, make("label", {for: name}, words(name), ...hint), input);
}

function collected() {
  const motion = {...extra};
  for (const name of [...ASKED, ...codings()]) {
    const {kind} = kindOf(name);
    if (kind === "list") {
      const checked = [...document.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
      motion[name] = checked.length ? checked.filter((value) => value !== "none") : null;
    } else {
      const value = find(name).value;
      motion[name] = value.trim() === "" ? null : kind === "yes-no" ? value === "true" : kind === "number" ? Number(value) : value;
    }
  }
  return motion;
}

function fill(motion) {
  find("ask").reset();
  extra = Object.fromEntries(NAMES.filter((name) => motion[name]).map((name) => [name, motion[name]]));
  for (const [name, value] of Object.entries(motion)) {
    if (Array.isArray(value)) {
      for (const box of document.querySelectorAll(`input[name=${name}]`)) {
        box.checked = value.includes(box.value) || (!value.length && box.value === "none");
      }
    } else if (find(name) && value !== null) find(name).value = String(value);
  }
}

// Drawn as wide as the page is, so that letters keep their size on a phone.
const wide = () => Math.max(260, Math.min(640, find("answer").clientWidth || find("ask").clientWidth));

function gauge({p_grant: p, p_low: low, p_high: high}, {base_rate: baseRate, interval: level}, width = wide()) {
  const x = (value) => 24 + (width - 48) * value;
  const told = `Probability of grant ${percent(p)}, ${percent(level)} interval ${percent(low)} to ${percent(high)}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((v) => [
    make("line", {x1: x(v), x2: x(v), y1: 30, y2: 38, stroke: "currentColor"}),
    make("text", {x: x(v), y: 54, "text-anchor": "middle", class: "quiet"}, percent(v))]);
  const base = make("line", {x1: x(baseRate), x2: x(baseRate), y1: 6, y2: 38, stroke: "currentColor", "stroke-dasharray": "3 3"});
  base.append(make("title", {}, `base rate ${percent(baseRate)}`));
  return [make("p", {}, make("span", {class: "big"}, percent(p)),
    ` probability of grant; ${percent(level)} interval ${percent(low)} to ${percent(high)}; base rate of the training rulings ${percent(baseRate)} (dashed)`),
    make("svg", {width, height: 60, role: "img", "aria-label": told},
      make("line", {x1: x(0), x2: x(1), y1: 34, y2: 34, stroke: "currentColor"}), ...ticks, base,
      make("rect", {x: x(low), y: 16, width: Math.max(1, x(high) - x(low)), height: 10, fill: "var(--accent)", opacity: 0.35}),
      make("circle", {cx: x(p), cy: 21, r: 8, fill: "var(--accent)"}))];
}

function waterfall(families, width = wide(), step = 24) {
  const shown = families.filter((share) => Math.abs(share.points) >= 0.05).sort((a, b) => a.points - b.points);
  const labels = 164, figure = 46;
  const most = Math.max(0, ...shown.map(({points}) => points)), least = Math.min(0, ...shown.map(({points}) => points));
  const scale = (width - labels - 2 * figure) / Math.max(1, most - least);
  const zero = labels + figure - least * scale, height = step * shown.length + 8, bar = step - 8;
  const rows = shown.flatMap(({family, points}, row) => {
    const y = step * row + 6, line = y + bar / 2 + 5, length = Math.abs(points) * scale;
    return [make("text", {x: labels - 8, y: line, "text-anchor": "end"}, family),
      make("rect", {x: points < 0 ? zero - length : zero, y, width: length, height: bar, fill: points < 0 ? "var(--against)" : "var(--for)"}),
      make("text", {x: points < 0 ? zero - length - 4 : zero + length + 4, y: line, "text-anchor": points < 0 ? "end" : "start"}, signed(points))];
  });
  const told = shown.map(({family, points}) => `${family} ${signed(points)}`).join(", ");
  return make("svg", {width, height, role: "img", "aria-label": `Percentage points by family: ${told}`},
    make("line", {x1: zero, x2: zero, y1: 0, y2: height, stroke: "currentColor"}), ...rows);
}

function highlighted(text, phrases) {
  const parts = [];
  let end = 0;
  const characters = [...text];  // places count characters, not halves of pairs
  for (const phrase of phrases) {
    if (phrase.start < end) continue;
    const family = phrase.factor.split(".")[0];
    const doubts = [phrase.negated && "denied", phrase.hedged && "left open", `said by the ${phrase.speaker}`].filter(Boolean);
    parts.push(characters.slice(end, phrase.start).join(""),
      make("mark", {style: `--family: var(--${family})`, title: `${FAMILIES[family] || family}: ${phrase.means || words(phrase.factor)} (${doubts.join(", ")})`,
        ...(phrase.negated && {class: "negated"})}, characters.slice(phrase.start, phrase.end).join("")));
    end = phrase.end;
  }
  return make("div", {class: "paper"}, ...parts, characters.slice(end).join(""));
}

const withRange = ({value, low, high}, digits) => `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
const testedWords = (tested) => `Tested in this mode on ${tested.rulings} rulings of ${tested.first_year} and later: ROC AUC ${withRange(tested.roc_auc, 2)}, Brier score ${withRange(tested.brier_score, 3)}`;
const remarksOn = ({out_of_scope: reasons, notes, tested}, end = "") => [
  ...reasons.map((reason) => `Out of scope, so the interval is wider: ${reason}${end}`), ...notes,
  ...(tested ? [testedWords(tested) + end, tested.warning] : [])].filter(Boolean);
const rateWords = (rate) => `Of the ${rate.rulings} training rulings most like it, ${rate.granted} granted ${rate.counted}: ${percent(rate.rate)} (95% interval ${percent(rate.low)} to ${percent(rate.high)}).`;

function show(answer, motion) {
  find("answer").hidden = false;  // first, so that its width is known
  find("caption").textContent = motion.caption || "This motion";
  find("gauge").replaceChildren(...gauge(answer, answer));
  find("remarks").replaceChildren(...remarksOn(answer).map((remark) => make("li", {}, remark)));
  find("waterfall").replaceChildren(waterfall(answer.families));
  find("factors").tBodies[0].replaceChildren(...answer.factors.map((factor) => make("tr", {},
    make("td", {}, factor.says), make("td", {}, factor.source),
    make("td", {class: `number ${factor.points < 0 ? "against" : "for"}`}, signed(factor.points)))));
  const papers = ["motion", "opposition"].filter((paper) => motion[paper]);
  find("papers").replaceChildren(...papers.flatMap((paper) => [make("h4", {}, words(paper)),
    highlighted(motion[paper], answer.phrases.filter((phrase) => phrase.paper === paper))]));
  const present = new Set(answer.phrases.map((phrase) => phrase.factor.split(".")[0]));
  find("legend").replaceChildren(...Object.entries(FAMILIES).filter(([family]) => present.has(family))
    .map(([family, name]) => make("span", {class: "key", style: `--family: var(--${family})`}, name)));
  find("trace").textContent = `Model ${answer.model_version} (sha256 ${answer.model_digest.slice(0, 12)}), training data ${answer.data_digest.slice(0, 12)}, request ${answer.request_id}, ${new Date().toISOString().slice(0, 10)}.`;
  find("disclaimer").textContent = answer.disclaimer;
}

function showComparables({comparable_rate: rate, rulings}) {
  find("rate").textContent = rateWords(rate);
  find("comparables").replaceChildren(...rulings.map((ruling) => {
    const link = /^https?:/.test(ruling.source || "") ? make("a", {href: ruling.source, rel: "noopener noreferrer"}, ruling.caption || ruling.id) : ruling.caption || ruling.id;
    const where = [ruling.court, ruling.decided, ruling.citation].filter(Boolean).join(", ");
    return make("li", {}, make("p", {}, link, ` (${where}): `, make("strong", {}, words(ruling.outcome)), `, likeness ${ruling.likeness.toFixed(2)}`),
      make("p", {class: "small"}, `Shares: ${ruling.shares.join("; ") || "nothing that moves the estimate"}`),
      make("p", {class: "small"}, `Differs: ${ruling.differs.join("; ") || "in nothing that moves the estimate"}`));
  }));
}

function showLevers({changes, shown}) {
  find("levers").replaceChildren(...changes.map((change) => make("li", {}, `The ${change.party} ${change.says}: ${percent(change.p_grant)} `,
    make("span", {class: change.points < 0 ? "against" : "for"}, `(${signed(change.points)})`))));
  find("switches").replaceChildren(...SWITCHES.map((name) => {
    const {kind, values} = kindOf(name);
    if (kind === "list") {
      const boxes = values.map((value) => make("label", {}, make("input", {type: "checkbox", "data-field": name, value,
        ...((shown[name] || []).includes(value) && {checked: ""})}), words(value)));
      return make("fieldset", {class: "choices"}, make("legend", {}, words(name)), ...boxes);
    }
    const select = make("select", {id: `what-${name}`, "data-field": name});
    optionsOf(select, values, "not shown");
    select.value = shown[name] ?? "";
    return make("div", {}, make("label", {for: `what-${name}`}, words(name)), select);
  }));
  find("switches").dataset.shown = JSON.stringify(shown);
  find("moved").textContent = "";
}

async function switched() {
  const shown = JSON.parse(find("switches").dataset.shown), changes = {}, mine = ++question;
  for (const name of SWITCHES) {
    const controls = [...find("switches").querySelectorAll(`[data-field=${name}]`)];
    const list = controls[0].type === "checkbox";
    const now = list ? controls.filter((box) => box.checked).map((box) => box.value) : controls[0].value || null;
    const before = list ? shown[name] || [] : shown[name] ?? null;
    if (JSON.stringify(now) !== JSON.stringify(before)) changes[name] = now;
  }
  try {
    const answer = await ask("v1/what-if", {motion: asked.motion, changes: Object.keys(changes).length ? changes : null});
    if (mine !== question) return;
    const now = answer.together || answer;
    find("gauge").replaceChildren(...gauge(now, asked.answer));
    find("moved").textContent = answer.together ? `From ${percent(answer.p_grant)} to ${percent(now.p_grant)} (${signed(now.points)} points)` : "As things stand";
  } catch (error) {
    if (mine === question) find("moved").textContent = error.message;
  }
}

// Nothing of the last motion may stand beside the next.
function clearAnswer() {
  ++question;
  find("answer").hidden = true;
  for (const id of ["comparables", "levers", "switches", "rate", "moved"]) find(id).replaceChildren();
  clearMemo();
  return ++turn;
}

async function predict(event) {
  event.preventDefault();
  const mine = clearAnswer();
  say("Asking ...");
  const read = await allRead();
  if (mine !== turn) return;
  if (!read) return say("A file could not be read, so nothing was predicted; see its box.", true);
  const motion = collected();
  try {
    const answer = await ask("v1/predict", motion);
    if (mine !== turn) return;
    asked = {motion, answer};
    show(answer, motion);
    writeMemo(answer, motion);
    say("");
    find("answer").focus();
  } catch (error) {
    if (mine === turn) say(error.message, true);
    return;
  }
  await Promise.all([
    follow(mine, ask("v1/comparables", motion), (alike) => { showComparables(alike); writeMemo(asked.answer, motion, alike); }),
    follow(mine, ask("v1/what-if", {motion}), showLevers)]);
}

// Show what else was asked about the motion, unless another has been asked about since.
async function follow(mine, asking, shown) {
  try {
    const answer = await asking;
    if (mine === turn) shown(answer);
  } catch (error) {
    if (mine === turn) say(error.message, true);
  }
}

// Other words are another motion: it must not go by the example's name, nor be read with its codings unseen.
function forgetName() {
  if (!Object.keys(extra).length) return;
  extra = {};
  find("codings").open = true;
  say("This motion no longer goes by the example's name. The example's other entries are still set, codings too: Clear empties them all.");
}

async function start() {
  if (schema) return;
  try {
    const found = await ask("v1/schema");
    if (schema) return;  // asked twice, as while a key is typed
    schema = found;
  } catch (error) {
    say(error.message, true);
    return;
  }
  optionsOf(find("motion_type"), kindOf("motion_type").values, "choose one");
  optionsOf(find("claim_area"), kindOf("claim_area").values, "not shown");
  find("fields").replaceChildren(...codings().map(control));
  say("");
}

find("ask").addEventListener("submit", predict);
find("ask").addEventListener("reset", () => { extra = {}; clearAnswer(); say(""); });
find("motion").addEventListener("input", forgetName);
// The browser can only point at a wrong entry that is seen.
find("ask").addEventListener("invalid", (event) => { const folded = event.target.closest("details"); if (folded) folded.open = true; }, true);
find("example").addEventListener("click", async () => { try { fill(await ask("v1/example")); find("motion").focus(); } catch (error) { say(error.message, true); } });
find("switches").addEventListener("change", switched);
find("print").addEventListener("click", () => window.print());
find("key").addEventListener("change", start);
start();
