// The two charts: the probability with its interval, and the effect of each family of factors.
"use strict";

// As wide as the page, so that text keeps its size on a phone.
const chartWidth = () => Math.max(260,
  Math.min(640, find("result").clientWidth || find("motion-form").clientWidth));

function gauge({p_grant: p, p_low: low, p_high: high},
  {base_rate: trained, base_rate_adjustment: adjusted, interval: level}, width = chartWidth()) {
  const baseRate = adjusted ? adjusted.grant_rate : trained;
  const x = (value) => 24 + (width - 48) * value;
  const range = `${percent(level)} interval ${percent(low)} to ${percent(high)}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    element("line", {x1: x(value), x2: x(value), y1: 30, y2: 38, stroke: "currentColor"}),
    element("text", {x: x(value), y: 54, "text-anchor": "middle", class: "quiet"},
      percent(value))]);
  const baseLine = element("line", {x1: x(baseRate), x2: x(baseRate), y1: 6, y2: 38,
    stroke: "currentColor", "stroke-dasharray": "3 3"});
  baseLine.append(element("title", {}, `base rate ${percent(baseRate)}`));
  const summary = element("p", {}, element("span", {class: "big"}, percent(p)),
    ` probability of grant; ${range} (dashed line: base rate ${percent(baseRate)})`);
  return [summary, element("svg", {width, height: 60, role: "img",
      "aria-label": `Probability of grant ${percent(p)}, ${range}`},
    element("line", {x1: x(0), x2: x(1), y1: 34, y2: 34, stroke: "currentColor"}),
    ...ticks, baseLine,
    element("rect", {x: x(low), y: 16, width: Math.max(1, x(high) - x(low)), height: 10,
      fill: "var(--accent)", opacity: 0.35}),
    element("circle", {cx: x(p), cy: 21, r: 8, fill: "var(--accent)"}))];
}

function waterfall(families, width = chartWidth(), rowHeight = 24, characterWidth = 7.3,
  leastPoints = 0.05) {
  const figureWidth = 46, barHeight = rowHeight - 8;
  const shares = families.filter(({points}) => Math.abs(points) >= leastPoints)
    .sort((a, b) => a.points - b.points);
  const max = Math.max(0, ...shares.map(({points}) => points));
  const min = Math.min(0, ...shares.map(({points}) => points));
  const longest = Math.max(0, ...shares.map(({family}) => family.length));
  const labelWidth = 8 + characterWidth * longest;
  const scale = (width - labelWidth - 2 * figureWidth) / Math.max(1, max - min);
  const zero = labelWidth + figureWidth - min * scale, height = rowHeight * shares.length + 8;
  const rows = shares.flatMap(({family, points}, index) => {
    const y = rowHeight * index + 6, baseline = y + barHeight / 2 + 5;
    const length = Math.abs(points) * scale, negative = points < 0;
    return [
      element("text", {x: labelWidth - 8, y: baseline, "text-anchor": "end"}, family),
      element("rect", {x: negative ? zero - length : zero, y, width: length, height: barHeight,
        fill: negative ? "var(--against)" : "var(--for)"}),
      element("text", {x: negative ? zero - length - 4 : zero + length + 4, y: baseline,
        "text-anchor": negative ? "end" : "start"}, signed(points))];
  });
  const summary = shares.map(({family, points}) => `${family} ${signed(points)}`).join(", ");
  return element("svg", {width, height, role: "img",
      "aria-label": `Effect in percentage points: ${summary}`},
    element("line", {x1: zero, x2: zero, y1: 0, y2: height, stroke: "currentColor"}), ...rows);
}
