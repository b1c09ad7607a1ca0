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

const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

// Parts as a sentence joins them.
const listed = (parts) => parts.length < 2 ? parts.join("")
  : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
const upperFirst = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

function showStatus(text, isError = false) {
  find("status").textContent = text;
  find("status").classList.toggle("error", isError);
}

// A request without an answer. The browser itself says no more than "Failed to fetch".
class NotAnswered extends Error {}

const LARGE_BYTES = 1e6;  // what a proxy in front of the server may refuse

function notAnsweredText(size) {
  const again = "Then try again: nothing entered here is lost.";
  if (!isHere && !navigator.onLine) return `This computer is offline. Connect it. ${again}`;
  const {command} = document.body.dataset;
  const causes = [isHere ? `The server may have been stopped: start it again with “${command}”.`
    : `The server may have been stopped (“${command}”), or the network does not reach it: ask ` +
      "whoever runs it."];
  if (size > LARGE_BYTES) {
    causes.push(`The papers are large (${(size / 1e6).toFixed(1)} MB), and a proxy may have ` +
      "refused them: leave out the exhibits.");
  }
  return `No answer from ${location.host}. ${causes.join(" ")} ${again}`;
}

async function send(path, body, options = {}) {
  const isFile = body instanceof Blob;  // the endpoint detects its format
  const headers = {"Content-Type": isFile ? "application/octet-stream" : "application/json",
    ...options.headers};
  if (find("key").value) headers.Authorization = `Bearer ${find("key").value}`;
  const content = body === undefined || isFile ? body : JSON.stringify(body);
  const sent = content === undefined ? {} : {method: "POST", body: content};
  try {
    return await fetch(new URL(path, ROOT), {...options, headers, ...sent});
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NotAnswered(notAnsweredText(isFile ? body.size : content?.length));
  }
}

function problemText({detail, title, errors = []}) {
  return [detail || title || "The server refused it, and does not say why.", ...errors.map((e) => `${e.pointer.slice(2)}: ${e.detail}`)].join("\n");
}

// The JSON of a response. Throws an Error whose message can be shown.
async function payloadOf(response) {
  let payload;
  try {
    payload = await response.json();
  } catch {
    // Cut off, or of a proxy in front of the server, which answers in HTML.
    const {status, statusText} = response;
    const advice = status === 413 ? "The papers are too large for a proxy in front of the server: " +
      "leave out the exhibits." : "Try again; if it stays so, ask whoever runs the server.";
    throw new NotAnswered(`${location.host} answered with something else than the server does ` +
      `(HTTP ${`${status} ${statusText}`.trim()}). ${advice}`);
  }
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
