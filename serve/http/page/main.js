// The page: sends the form to the endpoint and shows the response.
"use strict";

let prediction = null;  // the motion last predicted, and its answer
// A response is dropped if a later request has been made since.
let latestPrediction = 0, latestWhatIf = 0;

// Nothing of the last motion may appear beside the next.
function clearResult() {
  ++latestWhatIf;
  find("result").hidden = true;
  for (const id of ["comparables", "levers", "what-if-fields", "rate", "what-if-result"]) {
    find(id).replaceChildren();
  }
  clearMemo();
  return ++latestPrediction;
}

async function predict(event) {
  event.preventDefault();
  const number = clearResult();
  showStatus("Predicting ...");
  const filesRead = await uploadsSucceeded();
  if (number !== latestPrediction) return;
  if (!filesRead) {
    showStatus("No prediction was made, because a file could not be read; see the message there.",
      true);
    return;
  }
  const motion = readForm();
  try {
    const answer = await request("v1/predict", motion);
    if (number !== latestPrediction) return;
    prediction = {motion, answer};
    showAnswer(answer, motion);
    writeMemo(answer, motion);
    showStatus("");
    find("result").focus();
  } catch (error) {
    if (number === latestPrediction) showStatus(error.message, true);
    return;
  }
  const showWithMemo = (comparables) => {
    showComparables(comparables);
    writeMemo(prediction.answer, motion, comparables);
  };
  await Promise.all([
    showWhenReady(number, request("v1/comparables", motion), showWithMemo),
    showWhenReady(number, request("v1/what-if", {motion}), showWhatIf)]);
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
    const answer = await request("v1/what-if",
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
    const responses = await Promise.all([request("v1/schema"), request("v1/labels")]);
    if (schema) return;  // started twice, for instance while a key is entered
    [schema, labels] = responses;
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
    find("motion").focus();
  } catch (error) {
    showStatus(error.message, true);
  }
}

find("motion-form").addEventListener("submit", predict);
find("motion-form").addEventListener("reset", () => {
  caseFields = {};
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
