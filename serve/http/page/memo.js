// The memo for the file: what is printed, on one page.
"use strict";

const MEMO = {width: 640, height: 915};  // CSS pixels that both A4 and Letter have inside 15 mm
const MODES = {rated: "ratings, codings and text", coded: "codings and text, no ratings", text: "text only"};

function clearMemo() {
  find("memo").replaceChildren(make("p", {}, "No motion has been predicted yet: press Predict, then print."));
}

function heading(answer, motion, alike) {
  const papers = ["motion", "opposition"].filter((paper) => motion[paper]).map((paper) =>
    `${paper}${find(paper).dataset.from ? ` from ${find(paper).dataset.from}` : ""}, ${motion[paper].length.toLocaleString("en")} characters`);
  const rows = {
    Re: [motion.caption || "motion for interim relief", motion.docket_number && `No. ${motion.docket_number}`],
    Court: [alike?.court || motion.court || "not given", motion.judge && `Judge ${motion.judge}`, motion.decided],
    Motion: [words(motion.motion_type).replace(/\btro\b/, "temporary restraining order").replace(/\bpi$/, "preliminary injunction"), motion.claim_area && `field of law: ${words(motion.claim_area)}`],
    "Read from": [MODES[answer.mode] || words(answer.mode), ...papers],
    Date: [new Date().toLocaleDateString("en", {day: "numeric", month: "long", year: "numeric"})],
  };
  return make("table", {class: "heading"}, make("tbody", {}, ...Object.entries(rows).map(([name, parts]) =>
    make("tr", {}, make("th", {scope: "row"}, name), make("td", {}, parts.filter(Boolean).join("; "))))));
}

function factorRows(factors) {
  return factors.map((factor) => make("tr", {}, make("td", {}, factor.says), make("td", {}, factor.family),
    make("td", {class: "number"}, signed(factor.points))));
}

function comparison({comparable_rate: rate, rulings}) {
  return [make("h2", {}, "Comparable rulings"),
    make("p", {}, rateWords(rate)),
    make("ol", {}, ...rulings.map((ruling) => make("li", {}, make("em", {}, ruling.caption || ruling.id),
      ` (${[ruling.court, ruling.decided.slice(0, 4), ruling.citation].filter(Boolean).join(", ")}): `,
      make("strong", {}, words(ruling.outcome)), `; alike in ${ruling.shares.slice(0, 2).join(", ") || "its words"}`)))];
}

function writeMemo(answer, motion, alike) {
  const memo = find("memo");
  memo.replaceChildren(
    make("h1", {}, "Memorandum for the file"), heading(answer, motion, alike),
    make("h2", {}, "Estimate"), ...gauge(answer, answer, MEMO.width),
    ...remarksOn(answer, ".").map((remark) => make("p", {class: "remark"}, remark)),
    make("h2", {}, "What each family moves, in percentage points"), waterfall(answer.families, MEMO.width, 19),
    make("h2", {}, "Top factors"),
    make("table", {class: "factors"}, make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "Factor"), make("th", {scope: "col"}, "Family"), make("th", {scope: "col", class: "number"}, "Points"))),
      make("tbody", {}, ...factorRows(answer.factors.slice(0, 8)))),
    ...(alike ? comparison(alike) : []),
    make("p", {class: "foot"}, make("strong", {}, answer.disclaimer), ` ${find("trace").textContent}`));
  fitOnePage(memo);
}

// Where names and remarks are long the last factors and comparables give way, then the letters' size.
function fitOnePage(memo) {
  memo.classList.add("measured");
  memo.style.zoom = 1;
  for (let most = 8; most >= 4 && memo.scrollHeight > MEMO.height; most -= 1) {
    for (const row of memo.querySelectorAll(`.factors tbody tr:nth-child(n+${most}), ol li:nth-child(n+${most - 2})`)) {
      if (memo.scrollHeight > MEMO.height) row.remove();
    }
  }
  memo.style.zoom = Math.min(1, MEMO.height / memo.scrollHeight);
  memo.classList.remove("measured");
}

clearMemo();
