// Helpers: elements, formats, and requests to the endpoint. No library, no build step.
"use strict";

// Where the endpoint is: beside this script, whatever prefix a proxy publishes it below.
const ROOT = new URL(".", document.currentScript.src);
const SVG_TAGS = ["svg", "rect", "line", "circle", "text", "title"];

const find = (id) => document.getElementById(id);
const percent = (p) => `${Math.round(100 * p)}%`;
const signed = (points) => `${points >= 0 ? "+" : "−"}${Math.abs(points).toFixed(1)}`;
const withRange = ({value, low, high}, digits) =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
const plain = (name) => String(name).replaceAll("_", " ").replace(/\bmdl\b/, "MDL");

function element(tag, attributes = {}, ...children) {
  const node = SVG_TAGS.includes(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    // The content security policy forbids style attributes.
    if (name === "style") node.style.cssText = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function showStatus(text, isError = false) {
  find("status").textContent = text;
  find("status").classList.toggle("error", isError);
}

function send(path, body, options = {}) {
  const isFile = body instanceof Blob;  // the endpoint detects its format
  const headers = {"Content-Type": isFile ? "application/octet-stream" : "application/json",
    ...options.headers};
  if (find("key").value) headers.Authorization = `Bearer ${find("key").value}`;
  const url = new URL(path, ROOT);
  if (body === undefined) return fetch(url, {...options, headers});
  return fetch(url,
    {...options, headers, method: "POST", body: isFile ? body : JSON.stringify(body)});
}

function problemText({detail, title, errors = []}) {
  return [detail || title, ...errors.map((e) => `${e.pointer.slice(2)}: ${e.detail}`)].join("\n");
}

// The JSON of a response. Throws an Error whose message can be shown.
async function payloadOf(response) {
  const payload = await response.json();
  if (response.ok) return payload;
  if (response.status === 401) find("key-line").hidden = false;
  throw new Error(problemText(payload));
}

// Send a request: GET without a body, else POST.
async function request(path, body) {
  return payloadOf(await send(path, body));
}

// Send a request whose response arrives as server-sent events, and give each to a function.
async function requestEvents(path, body, signal, onEvent) {
  const response = await send(path, body, {signal, headers: {Accept: "text/event-stream"}});
  if (!response.ok) await payloadOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    const events = (received + value).split("\n\n");
    received = events.pop();
    for (const event of events) {
      const lines = Object.fromEntries(event.split("\n").filter((line) => !line.startsWith(":"))
        .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (lines.event) onEvent(lines.event, JSON.parse(lines.data));
    }
  }
}
