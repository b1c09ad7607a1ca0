// "Read the papers": says where they go, sends them once agreed, and fills in what was read.
"use strict";

let coder = null;  // which language model reads, and where
let running = null;  // the reading in progress: how to stop it, and its clock

const wordCount = (text) => (text.match(/\S+/g) || []).length;
const secondsText = (seconds) => seconds === 1 ? "1 second" : `${seconds} seconds`;

function showCoder(status) {
  coder = status;
  find("coder").hidden = !coder.configured;
  find("coder-help").hidden = coder.configured;
}

function destinationText({destination, local, blind, ...status}, words) {
  const model = status.model.slice(status.model.indexOf(":") + 1);
  const machine = isHere ? "this machine" : "the machine that serves this page";
  const where = local ? `stay on ${machine} and are read there by ${model}`
    : `will be sent to ${destination} (${model})`;
  const known = "caption, docket number, judge, date and court are";
  return `The papers (${words.toLocaleString("en-US")} words) ${where}; ${known} ` +
    `${blind ? "blanked where they are found" : local ? "not blanked" : "sent too"}.`;
}

function showReadingStatus(text, isError = false) {
  find("reading-status").textContent = text;
  find("reading-status").classList.toggle("error", isError);
}

// Show one of: the button, the question, the progress.
function showStep(step) {
  find("read").hidden = step !== "button";
  find("ask").hidden = step !== "question";
  find("reading-progress").hidden = step !== "progress";
}

async function askToRead() {
  showReadingStatus("");
  if (!await uploadsSucceeded()) {
    showReadingStatus("A file could not be read; see the message there.", true);
    return;
  }
  if (!find("motion").value.trim()) {
    find("motion").reportValidity();
    return;
  }
  const words = wordCount(find("motion").value) + wordCount(find("opposition").value);
  find("ask-text").textContent = destinationText(coder, words);
  find("ask-yes").textContent = coder.local ? "Read" : "Send";
  showStep("question");
  find("ask-text").focus();  // not the button: a second Enter would send the papers
}

function backToButton(focus = true) {
  showStep("button");
  if (focus) find("read").focus();
}

function showProgress({message}) {
  const bar = find("reading-bar"), part = /part (\d+) of (\d+)/.exec(message);
  if (part) {
    bar.max = Number(part[2]);
    bar.value = Number(part[1]) - 1;
  } else bar.removeAttribute("value");
  const text = `${message[0].toUpperCase()}${message.slice(1)} ...`;
  if (find("reading-status").textContent !== text) showReadingStatus(text);  // spoken once
}

function startClock() {
  const start = performance.now();
  const tick = () => {
    const seconds = Math.round((performance.now() - start) / 1000);
    find("reading-time").textContent = secondsText(seconds);
  };
  tick();
  return setInterval(tick, 1000);
}

async function readPapers() {
  const motion = readForm(), controller = new AbortController();
  for (const name of CARRIED_FIELDS) motion[name] = null;  // of an earlier reading
  // What an earlier reading filled in is read anew; what the person entered stays.
  if (reading) {
    for (const name of readFields()) {
      if (!reading.given.has(name) && !isChanged(name)) motion[name] = null;
    }
  }
  const run = {stop: () => controller.abort(), clock: startClock()};
  running = run;
  find("reading-report").replaceChildren();
  showStep("progress");
  showProgress({message: "reading the papers"});
  find("reading-stop").focus();
  let result = null, problem = "The connection was lost before the papers were read. Read them " +
    "again: parts already read are kept.";
  try {
    await requestEvents("v1/code", motion, controller.signal, (event, data) => {
      if (running !== run) return;
      if (event === "progress") showProgress(data);
      if (event === "result") result = data;
      if (event === "problem") problem = problemText(data);
    });
  } catch (error) {
    // The browser's own words for a connection lost midway say less.
    if (!(error instanceof TypeError)) problem = error.message;
  }
  clearInterval(run.clock);
  if (running !== run) return;  // stopped, or the form was cleared
  running = null;
  backToButton(!result);
  if (result) useReading(result, motion);
  else showReadingStatus(problem, true);
}

function stopReading() {
  if (!running) return;
  const run = running;
  running = null;
  clearInterval(run.clock);
  run.stop();
  backToButton();
  showReadingStatus("Canceled. The form is as it was.");
}

function useReading(result, sent) {
  const given = Object.keys(result.fields).filter((name) => (sent[name] ?? null) !== null);
  reading = {...result, given: new Set(given), stale: false};
  for (const name of readFields()) setField(name, result.motion[name] ?? null);
  showNotes();
  find("coded-facts").open = true;
  showReport(reading);
  find("reading-status").focus();
  predictSoon(0);
}

function showReport(result) {
  const filled = readFields().filter((name) => result.fields[name].value !== null).length;
  const tokens = `${result.tokens_in.toLocaleString("en-US")} tokens read, ` +
    `${result.tokens_out.toLocaleString("en-US")} written`;
  const cost = result.from_store ? "These papers had been read before: nothing was sent."
    : `Read in ${secondsText(Math.max(1, Math.round(result.seconds)))}, ${tokens}.`;
  showReadingStatus(`${result.model} filled in ${filled} fields. ${cost} ` +
    "Check what was read: the quotes are beside each field.");
  const unproven = result.unproven.map(({field, value, reason}) => {
    const link = element("a", {href: `#${field}`}, fieldName(field));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      find("motion-form").querySelector(`[name=${field}]`).focus();
    });
    return element("li", {}, link, `: “${valueText(field, value)}” (${reason})`);
  });
  const instructions = result.instructions_found.map((quote) =>
    element("li", {}, quoteButton(quote, () => "Addressed to the reader")));
  find("reading-report").replaceChildren(
    ...(instructions.length ? [element("p", {class: "error"}, "The papers tell their reader what " +
      "to do. Check what no quote proves: the ratings and the forecast."),
      element("ul", {class: "plain"}, ...instructions)] : []),
    ...(unproven.length ? [element("p", {}, "Not shown, because the papers do not bear it out:"),
      element("ul", {}, ...unproven)] : []));
}

// Other papers are another motion: what was read of the old ones must not pass for theirs.
function papersChanged() {
  if (running) stopReading();
  if (!find("ask").hidden) backToButton(false);
  if (!reading || reading.stale) return;
  reading.stale = true;
  for (const name of ["summary", "opposition_summary"]) {
    if (reading.fields[name] && !isChanged(name)) setField(name, null);
  }
  removeNotes();
  find("reading-report").replaceChildren();
  showReadingStatus("The papers have changed since they were read. The codings are still set, " +
    "without their quotes; the accounts were removed. Read the papers again.");
}

function forgetReading() {
  if (running) stopReading();
  reading = null;
  removeNotes();
  find("reading-report").replaceChildren();
  showReadingStatus("");
  showStep("button");
}

find("read").addEventListener("click", askToRead);
find("ask-yes").addEventListener("click", readPapers);
find("ask-no").addEventListener("click", () => backToButton());
find("reading-stop").addEventListener("click", stopReading);
find("coder").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (running) stopReading();
  else if (!find("ask").hidden) backToButton();
});
for (const paper of Object.keys(latestUpload)) find(paper).addEventListener("input", papersChanged);
find("motion-form").addEventListener("reset", forgetReading);
find("motion-form").addEventListener("change", () => {
  markChanges();
  if (reading) predictSoon();
});
