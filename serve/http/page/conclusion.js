// What opens the result: the conclusion, the Winter factors, the base rates, and how good it is.
"use strict";

const SIDES = {movant: "the movant", opponent: "the opponent", neither: "neither"};
const SCORECARD_NOTE = "Read: inferred from the words of the papers, with its typical error. " +
  "Neither: near the average, within a quarter of a point or that error.";

function conclusionText({conclusion}) {
  return conclusion.map((sentence) => element("p", {}, sentence));
}

// What must be known before the number is believed.
function warningsOn({out_of_scope: reasons, notes, performance}, end = "") {
  return [
    ...reasons.map((reason) => `Out of scope, so the interval is wider: ${reason}${end}`),
    performance?.warning, ...notes,
  ].filter(Boolean);
}

// What has a column of its own on a wide screen, and on a narrow one stands beneath another.
const aside = (text) => element("small", {class: "narrow-only"}, text);

function scorecardTable(rows) {
  const number = (text) => element("td", {class: "number"}, text);
  const fixed = (value) => value === null ? "" : value.toFixed(1);
  const heads = ["Winter factor", "Source", "Rating (1-5)", "Average", "Points", "Speaks for"];
  return element("table", {class: "scorecard"},
    element("thead", {}, element("tr", {}, ...heads.map((head, index) => element("th",
      {scope: "col", class: [index > 1 && index < 5 ? "number" : "",
        ["Source", "Average"].includes(head) ? "wide-only" : ""].join(" ").trim()}, head)))),
    element("tbody", {}, ...rows.map((row) => {
      const error = row.error === null ? "" : ` ± ${fixed(row.error)}`;
      const side = {movant: "for", opponent: "against"}[row.favors];
      return element("tr", {}, element("th", {scope: "row"}, labels.fields[row.factor], aside(row.source)),
        element("td", {class: "wide-only"}, row.source),
        element("td", {class: "number"}, row.value === null ? "?" : fixed(row.value) + error,
          ...(row.average === null ? [] : [aside(`average ${fixed(row.average)}`)])),
        element("td", {class: "number wide-only"}, fixed(row.average)), number(row.points === null ? "" : signed(row.points)),
        element("td", side ? {class: side} : {}, SIDES[row.favors] || ""));
    })));
}

// The base rate of the training rulings beside the courthouse's, and what was adjusted.
function baseRatesText({base_rate: rate, courthouse_rate: courthouse,
  base_rate_adjustment: adjusted, p_grant: p}) {
  const beside = courthouse ? `; ${courthouse.text}` : "";
  const advice = adjusted
    ? `Adjusted from ${percent(adjusted.p_unadjusted)} to ${percent(p)} for a grant rate of ` +
      `${percent(adjusted.grant_rate)}, assuming that the reasons for a grant are the same there.`
    : "The field “Base rate” of the form adjusts to another.";
  return `Base rate: ${percent(rate)} of the training rulings, which overstate grants${beside}. ` +
    advice;
}

function performanceText({performance}, sentences = 3) {
  return performance ? performance.explained.slice(0, sentences).join(" ") : "";
}

// The base rate that the form asks for, as a share; null for that of the training rulings.
function askedBaseRate() {
  const {value} = find("base_rate");
  return value.trim() === "" ? null : Number(value) / 100;
}

// The query of a request, of the parts that are not null.
function queryOf(parts) {
  const given = Object.entries(parts).filter(([, value]) => value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

// The training rulings' rate, which an empty field stands for, and the courthouse's to choose.
function showBaseRates({base_rate: rate, courthouse_rate: courthouse}) {
  const inPercent = Math.round(100 * courthouse.rate);
  find("base_rate").placeholder = Math.round(100 * rate);
  find("courthouse-rate").textContent = `Use ${inPercent}% (${courthouse.courts})`;
  find("courthouse-rate").title = `${courthouse.population}; source: ${courthouse.source}`;
  find("courthouse-rate").hidden = false;
  find("courthouse-rate").onclick = () => {
    find("base_rate").value = inPercent;
    find("base_rate").dispatchEvent(new Event("change", {bubbles: true}));
  };
}
