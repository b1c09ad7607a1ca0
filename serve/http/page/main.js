// The page: sends the form to the endpoint and shows the response.
"use strict";

let prediction = null;  // the motion last predicted, and its answer
// A response is dropped if a later request has been made since.
let latestPrediction = 0, latestWhatIf = 0;

let soon = 0;  // the timer of a prediction after a change

// Nothing of the last motion may appear beside the next.
function clearDetails() {
  ++latestWhatIf;
  for (const id of ["comparables", "levers", "what-if-fields", "rate", "what-if-result"]) {
    find(id).replaceChildren();
  }
}

function clearResult() {
  clearDetails();
  clearTimeout(soon);
  find("result").hidden = find("live").hidden = true;
  checkStale();
  clearMemo();
  return ++latestPrediction;
}

// Predict what the form states: when asked, or by itself after a change to what was read. The
// latter leaves the focus where it is, and the last result until the new one replaces it.
async function predict(event) {
  event?.preventDefault();
  const byItself = !event, before = byItself && !find("result").hidden ? prediction : null;
  if (byItself) {
    const invalid = find("motion-form").querySelector(":is(input, select, textarea):invalid");
    if (invalid) {
      clearResult();
      showStatus(`No prediction was made: ${fieldName(invalid.name)} is missing or invalid.`, true);
      return;
    }
  }
  const number = byItself ? ++latestPrediction : clearResult();
  if (!byItself) showStatus("Predicting ...");
  const filesRead = await uploadsSucceeded();
  if (number !== latestPrediction) return;
  if (!filesRead) {
    clearResult();
    showStatus("No prediction was made, because a file could not be read; see the message there.",
      true);
    return;
  }
  const motion = readForm(), baseRate = askedBaseRate();
  try {
    const query = queryOf({reading: readingKey(), base_rate: baseRate});
    const answer = await request(`v1/predict${query}`, motion);
    if (number !== latestPrediction) return;
    clearDetails();
    prediction = {motion, answer, baseRate, stated: statedBy(motion, baseRate)};
    showAnswer(answer, motion);
    writeMemo(answer, motion);
    checkStale();
    showStatus("");
    if (reading) showLive(answer, before?.answer);
    if (!byItself) find("result").focus();
  } catch (error) {
    if (number !== latestPrediction) return;
    clearResult();
    showStatus(error.message, true);
    return;
  }
  const showWithMemo = (comparables) => {
    showComparables(comparables);
    writeMemo(prediction.answer, motion, comparables);
  };
  await Promise.all([
    showWhenReady(number, request("v1/comparables", motion), showWithMemo),
    showWhenReady(number, request(`v1/what-if${queryOf({base_rate: baseRate})}`, {motion}),
      (answer) => { showWhatIf(answer); checkStale(); })]);
}

function predictSoon(milliseconds = 300) {
  clearTimeout(soon);
  soon = setTimeout(predict, milliseconds, null);
}

// The estimate below the form, where one sees it move.
function showLive({p_grant: p, p_low: low, p_high: high}, before) {
  const was = before && percent(before.p_grant) !== percent(p)
    ? `, was ${percent(before.p_grant)}` : "";
  find("live").hidden = false;
  find("live-text").textContent =
    `Probability of grant ${percent(p)} (${percent(low)} to ${percent(high)})${was}`;
}

async function showWhenReady(number, response, show) {
  try {
    const payload = await response;
    if (number === latestPrediction) show(payload);
  } catch (error) {
    if (number === latestPrediction) showStatus(error.message, true);
  }
}

async function updateWhatIf() {
  const number = ++latestWhatIf, changes = whatIfChanges();
  const changed = Object.keys(changes).length > 0;
  try {
    const answer = await request(`v1/what-if${queryOf({base_rate: prediction.baseRate})}`,
      {motion: prediction.motion, changes: changed ? changes : null});
    if (number !== latestWhatIf) return;
    const after = answer.combined || answer;
    find("gauge").replaceChildren(...gauge(after, prediction.answer));
    find("what-if-result").textContent = answer.combined
      ? `From ${percent(answer.p_grant)} to ${percent(after.p_grant)} ` +
        `(${signed(after.points)} points)`
      : "No change";
  } catch (error) {
    if (number === latestWhatIf) find("what-if-result").textContent = error.message;
  }
}

async function start() {
  if (schema) return;
  try {
    const responses = await Promise.all(
      [request("v1/schema"), request("v1/labels"), request("v1/coder"), request("v1/model")]);
    if (schema) return;  // started twice, for instance while a key is entered
    [schema, labels] = responses;
    showCoder(responses[2]);
    showBaseRates(responses[3]);
  } catch (error) {
    showStatus(error.message, true);
    return;
  }
  buildForm();
  showStatus("");
}

async function loadExample() {
  try {
    fillForm(await request("v1/example"));
    checkStale();
    find("motion").focus();
  } catch (error) {
    showStatus(error.message, true);
  }
}

find("motion-form").addEventListener("submit", predict);
find("motion-form").addEventListener("reset", () => {
  caseFields = filledIn = {};
  clearResult();
  showStatus("");
});
// The browser can point at an invalid entry only if it is visible.
find("motion-form").addEventListener("invalid", (event) => {
  const details = event.target.closest("details");
  if (details) details.open = true;
}, true);
find("motion").addEventListener("input", dropCaseFields);
find("example").addEventListener("click", loadExample);
find("what-if-fields").addEventListener("change", updateWhatIf);
find("print").addEventListener("click", () => window.print());
find("key").addEventListener("change", start);
start();
