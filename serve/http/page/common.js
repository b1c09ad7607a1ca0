// Helpers: elements, formats, and requests to the endpoint. No library, no build step.
"use strict";

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

// Send a request: GET without a body, else POST. Throws an Error whose message can be shown.
async function request(path, body) {
  const isFile = body instanceof Blob;  // the endpoint detects its format
  const headers = {"Content-Type": isFile ? "application/octet-stream" : "application/json"};
  if (find("key").value) headers.Authorization = `Bearer ${find("key").value}`;
  const options = body === undefined ? {headers}
    : {headers, method: "POST", body: isFile ? body : JSON.stringify(body)};
  const response = await fetch(path, options);
  const payload = await response.json();
  if (response.ok) return payload;
  if (response.status === 401) find("key-line").hidden = false;
  const errors = (payload.errors || []).map((e) => `${e.pointer.slice(2)}: ${e.detail}`);
  throw new Error([payload.detail || payload.title, ...errors].join("\n"));
}
