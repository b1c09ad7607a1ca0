// The memo to file: what is printed, on one page.
"use strict";

const MEMO = {width: 640, height: 915};  // CSS pixels that A4 and Letter both have inside 15 mm
const MAX_MEMO_FACTORS = 8;
const MAX_MEMO_QUOTES = 4;
const LEAST_MEMO_POINTS = 1;
const LEAST_MEMO_FACTOR = 0.5;  // percentage points
const LEAST_MEMO_ZOOM = 0.92;

function clearMemo() {
  find("memo").replaceChildren(
    element("p", {}, "No prediction has been made yet: select Predict, then print."));
}

function memoHeading(answer, motion) {
  const papers = ["motion", "opposition"].filter((paper) => motion[paper]).map((paper) => {
    const {file} = find(paper).dataset;
    return `${paper}${file ? ` from ${file}` : ""}, ${characters(motion[paper])}`;
  });
  const today = new Date().toLocaleDateString("en-US",
    {day: "numeric", month: "long", year: "numeric"});
  const rows = {
    Re: [motion.caption || "case not named in the form",
      motion.docket_number && numbered(motion.docket_number)],
    Court: [answer.court || "not shown",
      motion.judge && `Judge ${motion.judge}`, motion.decided],
    Motion: [valueLabel("motion_type", motion.motion_type),
      motion.claim_area && valueLabel("claim_area", motion.claim_area)],
    "Based on": [listed(answer.based_on), codedBy(), ...papers],
    Date: [today],
  };
  return element("table", {class: "heading"}, element("tbody", {},
    ...Object.entries(rows).map(([name, parts]) => element("tr", {},
      element("th", {scope: "row"}, name),
      element("td", {}, parts.filter(Boolean).join("; "))))));
}

function factorTable(factors) {
  const heads = ["Factor", "Speaks for"].map((name) => element("th", {scope: "col"}, name));
  const points = element("th", {scope: "col", class: "number"}, "Points");
  return element("table", {class: "factors"},
    element("thead", {}, element("tr", {}, ...heads, points)),
    element("tbody", {}, ...factors.map((factor) => element("tr", {},
      element("td", {}, factor.label), element("td", {}, SIDES[factor.favors]),
      element("td", {class: "number"}, signed(factor.points))))));
}

// What the motion shows and what moves the number; the scorecard above has the inferred ratings.
function leadingFactors({factors, scorecard}) {
  const inScorecard = new Set(scorecard.map(({factor}) => `inferred_ratings.${factor}`));
  return factors.filter(({factor, source, points}) => source !== "not shown"
    && !inScorecard.has(factor) && Math.abs(points) >= LEAST_MEMO_FACTOR);
}

function comparableRulings({comparable_rate: rate, rulings}) {
  const items = rulings.map((ruling) => {
    const shared = ruling.shared.slice(0, 2).join(", ") || NO_FACT;
    return element("li", {}, element("em", {}, ruling.caption || ruling.id),
      `${citedAs(ruling)}: `, element("strong", {}, plain(ruling.outcome)),
      `; in common: ${shared}`);
  });
  return [element("h2", {}, "Comparable rulings"), element("p", {}, `${rate.text}.`),
    element("ol", {}, ...items)];
}

function quotedPassages(answer) {
  const items = quotesOf(answer).slice(0, MAX_MEMO_QUOTES).map(({label, text, paper}) =>
    element("li", {}, `${label}: `, element("q", {}, text), ` (${TEXTS[paper]})`));
  return items.length
    ? [element("h2", {}, "From the papers"), element("ul", {class: "quoted"}, ...items)] : [];
}

function writeMemo(answer, motion, comparables) {
  const memo = find("memo"), leading = leadingFactors(answer);
  memo.replaceChildren(
    element("h1", {}, "Memorandum to file"), memoHeading(answer, motion),
    element("p", {class: "remark if-stale"}, STALE),
    element("h2", {}, "Conclusion"),
    ...conclusionText(answer),
    ...warningsOn(answer, ".").map((remark) => element("p", {class: "remark"}, remark)),
    ...gauge(answer, answer, MEMO.width),
    element("p", {}, baseRatesText(answer).replace(/ The field .*$/, "")),
    ...(answer.forecast ? [element("p", {}, forecastText(answer))] : []),
    element("h2", {}, "The four Winter factors"), scorecardTable(answer.scorecard),
    element("h2", {}, "Effect of each family of factors, in percentage points"),
    answer.families.some(({points}) => Math.abs(points) >= LEAST_MEMO_POINTS)
      ? waterfall(answer.families, MEMO.width, 16, 6.1, LEAST_MEMO_POINTS)
      : element("p", {}, "No family moves it by a point or more."),
    element("h2", {}, "Leading factors"),
    leading.length ? factorTable(leading.slice(0, MAX_MEMO_FACTORS))
      : element("p", {}, "No fact that is coded, or read reliably, moves it by half a point."),
    ...quotedPassages(answer),
    ...(comparables ? comparableRulings(comparables) : []),
    ...(answer.performance
      ? [element("h2", {}, "How good is this?"), element("p", {}, performanceText(answer, 2))] : []),
    element("p", {class: "foot"}, element("strong", {}, answer.disclaimer),
      ` ${find("trace").textContent}`));
  fitOnePage(memo);
}

// Where it is long, drop the last factors, quotes and rulings until little is missing, then reduce
// the font size.
function fitOnePage(memo) {
  memo.classList.add("measured");
  memo.style.zoom = 1;
  const isTooLong = () => memo.scrollHeight * LEAST_MEMO_ZOOM > MEMO.height;
  for (let n = MAX_MEMO_FACTORS; n >= 4 && isTooLong(); n -= 1) {
    const last = `.factors tbody tr:nth-child(n+${n}), li:nth-child(n+${n - 2})`;
    for (const row of memo.querySelectorAll(last)) {
      if (isTooLong()) row.remove();
    }
  }
  memo.style.zoom = Math.min(1, MEMO.height / memo.scrollHeight);
  memo.classList.remove("measured");
}

clearMemo();
