// The page's list and the request looked at. Live by server-sent events; what comes from requests is text, never markup.
import { code, conversation, make, readable, shortened } from "./conversation.js";

const at = (id) => document.getElementById(id);
const lines = new Map(); // request id -> what the list shows, oldest first
const held = []; // what came while paused
const rows = new Map();
const MOST_LINES = 500;
const MOST_HELD = 2000;
let paused = false, chosen = null, tab = "conversation", looked = null, asked = 0;

// --- what comes -----------------------------------------------------------------------------------------------------
const source = new EventSource("inspector/events");
source.onopen = () => say("live", "live");
source.onerror = () => say("lost", "connection lost, trying again");
source.addEventListener("all", (event) => whenShown(() => {
  lines.clear();
  for (const line of JSON.parse(event.data)) lines.set(line.id, line);
  draw();
}));
source.addEventListener("entry", (event) => {
  const line = JSON.parse(event.data);
  whenShown(() => take(line));
});

function whenShown(work) {
  if (!paused) return work();
  held.push(work);
  if (held.length > MOST_HELD) held.shift();
  at("pause").textContent = `Resume (${held.length})`;
}

function take(line) {
  lines.set(line.id, line);
  while (lines.size > MOST_LINES) lines.delete(lines.keys().next().value);
  draw();
  if (line.id === chosen) look(line.id);
}

function say(kind, text) {
  at("state").className = `state ${kind}`;
  at("state").textContent = text;
}

// --- the list -------------------------------------------------------------------------------------------------------
let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const shown = [...lines.values()].filter(fits).reverse();
    place(at("rows"), shown.map(row));
    for (const id of rows.keys()) if (!lines.has(id)) rows.delete(id);
    at("empty").hidden = lines.size > 0;
    total(shown);
  });
}

// A row that stays is not touched: to take it out, even to put it back, would take the keyboard's focus from it.
function place(body, wanted) {
  const staying = new Set(wanted);
  for (const element of [...body.children]) if (!staying.has(element)) element.remove();
  wanted.forEach((element, index) => {
    const there = body.children[index] ?? null;
    if (there !== element) body.insertBefore(element, there);
  });
}

function fits(line) {
  if (at("errors").checked && !isError(line)) return false;
  const words = at("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [line.method, line.path, line.model, line.status, line.preview, line.stop_reason, line.error?.type, line.fault, line.id].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function isError(line) {
  return (line.status ?? 0) >= 400 || line.error !== null || (line.seconds !== null && !line.whole);
}

function row(line) {
  const known = rows.get(line.id) ?? { line: null, element: newRow(line.id) };
  if (known.line !== line) known.element.replaceChildren(...cells(line));
  known.element.classList.toggle("chosen", line.id === chosen);
  rows.set(line.id, { line, element: known.element });
  return known.element;
}

function newRow(id) {
  const element = make("tr");
  element.tabIndex = 0;
  element.dataset.id = id;
  element.onclick = () => look(id);
  element.onkeydown = (event) => keys(event, element);
  return element;
}

function cells(line) {
  return [
    make("td", "time", new Date(line.started_at * 1000).toLocaleTimeString([], { hour12: false })),
    make("td", "request",
      make("div", "", make("span", "method", line.method), line.path, line.stream ? make("span", "badge", "stream") : ""),
      make("div", line.error ? "sub wrong" : "sub", line.error ? line.error.message : line.preview)),
    named("model", line.model ?? ""),
    make("td", "number", count(line.input_tokens)),
    make("td", "number", count(line.output_tokens)),
    cached(line),
    make("td", "number", money(line.cost)),
    make("td", "number", time(line.seconds)),
    make("td", "number", status(line)),
  ];
}

function keys(event, element) {
  const next = { ArrowDown: element.nextSibling, ArrowUp: element.previousSibling, Enter: element }[event.key];
  if (!next) return;
  event.preventDefault();
  next.focus();
  look(next.dataset.id);
}

function named(kind, text) {
  const cell = make("td", kind, text);
  cell.title = text;
  return cell;
}

function cached(line) {
  const cell = make("td", line.cache_read ? "number hit" : "number", line.cache_read ? count(line.cache_read) : "");
  if (line.cache_written) cell.append(make("div", "sub", `+${count(line.cache_written)}`));
  cell.title = `read from the cache: ${line.cache_read ?? 0}, written to it: ${line.cache_written ?? 0}`;
  return cell;
}

function status(line) {
  if (line.seconds === null) return make("span", "status waiting", "…");
  const text = line.status === null ? "none" : line.whole ? line.status : `${line.status} cut`;
  return make("span", `status ${isError(line) ? "bad" : "good"}`, text);
}

function total(shown) {
  const sum = (name) => shown.reduce((so, line) => so + Number(line[name] ?? 0), 0);
  const asks = shown.filter((line) => line.output_tokens !== null);
  const tokens = asks.reduce((so, line) => so + line.input_tokens + (line.cache_read ?? 0) + (line.cache_written ?? 0), 0);
  at("totals").textContent = `${count(shown.length)} request${shown.length === 1 ? "" : "s"} · ${count(tokens)} in, ${count(sum("output_tokens"))} out · ${money(sum("cost")) || "$0"}`;
}

const count = (value) => (value === null || value === undefined ? "" : value.toLocaleString("en-US"));
const time = (seconds) => (seconds === null ? "" : seconds < 1 ? `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms` : `${seconds.toFixed(2)} s`);
function money(text) {
  const amount = Number(text);
  return text === null || !amount ? "" : `$${amount < 0.01 ? amount.toFixed(6).replace(/0{1,2}$/, "") : amount.toFixed(4)}`;
}

// --- the request looked at ------------------------------------------------------------------------------------------
async function look(id) {
  const turn = ++asked;
  chosen = id;
  draw();
  const answer = await fetch(`inspector/entries/${encodeURIComponent(id)}`).catch(() => null);
  if (turn !== asked) return;
  looked = answer?.ok ? await answer.json() : null;
  if (turn !== asked) return;
  at("detail").hidden = false;
  show();
}

function show() {
  for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-selected", button.dataset.tab === tab);
  at("facts").replaceChildren(...(looked ? facts(looked.line) : []));
  fill(at("panel"), looked ? TABS[tab](looked) : [make("p", "", "This request is not kept any more.")]);
}

// What is read anew because its request ended meanwhile stays where its reader was, and keeps the focus.
function fill(panel, parts) {
  const focused = panel.contains(document.activeElement);
  panel.replaceChildren(...parts);
  if (focused) panel.focus({ preventScroll: true });
  if (panel.dataset.shows !== chosen || panel.dataset.tab !== tab) panel.scrollTop = 0;
  panel.dataset.shows = chosen;
  panel.dataset.tab = tab;
}

function facts(line) {
  const told = { request: line.id, model: line.model, "first byte": time(line.first_byte_seconds), took: time(line.seconds), tokens: line.output_tokens === null ? null : `${count(line.input_tokens)} in, ${count(line.output_tokens)} out`,
    cache: line.cache_read || line.cache_written ? `${count(line.cache_read ?? 0)} read, ${count(line.cache_written ?? 0)} written` : null,
    cost: money(line.cost), fault: line.fault, truncated: line.truncated ? "more than is kept" : null };
  return Object.entries(told).filter(([, value]) => value).map(([name, value]) => make("span", "", `${name} `, make("b", "", value)));
}

const TABS = {
  conversation: ({ line, request, response }) => conversation(request, response, line),
  request: ({ line, request }) => [
    make("h2", "", `${line.method} ${line.path}${line.query ? `?${line.query}` : ""}`), headers(request.headers),
    make("h2", "", "Body", copy(request.text)), body(request)],
  response: ({ line, response }) => [
    make("h2", "", `Status ${line.status ?? "none"}`), headers(response.headers),
    make("h2", "", "Body", copy(response.text)), body(response)],
  replay: ({ curl, python }) => [
    make("h2", "", "curl", copy(curl)), code(curl ?? "This body is not kept as text, so there is no command for it."),
    make("h2", "", "Python", copy(python)), code(python ?? "This body is not kept as JSON, so there is no program for it.")],
};

function headers(all) {
  return make("dl", "", ...Object.entries(all).flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}

function body(part) {
  return part.body === null ? make("pre", "code", shortened(part.text)) : code(readable(part.body));
}

function copy(text) {
  if (!text) return "";
  const button = make("button", "", "Copy");
  button.type = "button";
  button.onclick = async () => {
    button.textContent = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Not allowed");
  };
  return button;
}

// --- the controls ---------------------------------------------------------------------------------------------------
at("base").textContent = location.origin;
at("filter").oninput = at("errors").onchange = draw;
at("pause").onclick = () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", paused);
  at("pause").textContent = paused ? "Resume" : "Pause";
  if (!paused) for (const work of held.splice(0)) work();
};
at("clear").onclick = () => {
  lines.clear();
  closeDetail();
  draw();
};
at("close").onclick = closeDetail;
for (const button of document.querySelectorAll("[data-tab]")) {
  button.onclick = () => {
    tab = button.dataset.tab;
    if (looked) show();
  };
}

function closeDetail() {
  asked++;
  chosen = looked = null;
  at("detail").hidden = true;
  draw();
}
draw();
