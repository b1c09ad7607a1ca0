// Once the form has changed, the result is that of another motion: it says so, and what-if stops.
"use strict";

const STALE = "The form was changed after this prediction, which is of the motion as it was before.";

let isStale = false;

// What the form states, to compare with what it stated when the prediction was made.
const statedBy = (motion, baseRate) => JSON.stringify([motion, baseRate]);

function checkStale() {
  const stale = Boolean(prediction) && !find("result").hidden &&
    statedBy(readForm(), askedBaseRate()) !== prediction.stated;
  for (const input of find("what-if-fields").querySelectorAll("input, select")) {
    input.disabled = stale;
  }
  if (stale === isStale) return;
  isStale = stale;
  find("stale").hidden = !stale;
  find("stale-text").textContent = stale ? STALE : "";
  find("memo").classList.toggle("stale", stale);
  fitOnePage(find("memo"));
  if (!stale) return;
  ++latestWhatIf;  // what is still on its way is of the old motion
  find("gauge").replaceChildren(...gauge(prediction.answer, prediction.answer));
  find("what-if-result").textContent = "";
}

for (const type of ["input", "change"]) find("motion-form").addEventListener(type, checkStale);
