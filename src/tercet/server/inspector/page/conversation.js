// Draws a conversation. Everything that comes from requests becomes text nodes: no markup is ever made of it.

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MOST_SHOWN = 20000;
const DEEPEST = 8;

export function make(tag, classes = "", ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

export function code(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "";
  return make("pre", "code", shortened(text));
}

export function shortened(text) {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}\n… ${text.length - MOST_SHOWN} more characters` : text;
}

// Long base64 is of no use to a reader.
export function readable(value, depth = 0) {
  if (typeof value === "string") {
    const packed = value.length > 400 && BASE64.test(value.slice(0, 400));
    return packed ? `${value.slice(0, 40)}… (${value.length} characters of base64)` : value;
  }
  if (value === null || typeof value !== "object" || depth > 60) return value;
  if (Array.isArray(value)) return value.map((item) => readable(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, readable(item, depth + 1)]));
}

export function conversation(request, response, line) {
  const body = isObject(request.body) ? request.body : {};
  const parts = [];
  if (body.system) parts.push(message("system", body.system));
  if (Array.isArray(body.tools) && body.tools.length) parts.push(tools(body.tools));
  for (const each of Array.isArray(body.messages) ? body.messages : []) {
    if (isObject(each)) parts.push(message(each.role === "assistant" ? "assistant" : "user", each.content, each.role));
  }
  if (isObject(response.message)) parts.push(answer(response.message, line));
  if (line.error) parts.push(failure(line));
  if (!parts.length) parts.push(code(readable(response.body ?? response.text)));
  return parts;
}

function message(kind, content, role = kind) {
  return make("div", `message ${kind}`, make("div", "role", String(role)), ...blocks(content));
}

function answer(said, line) {
  const drawn = message("assistant", said.content, "answer");
  drawn.classList.add("answer");
  if (said.stop_reason) drawn.firstChild.append(make("span", "badge", said.stop_reason));
  if (!line.whole && line.seconds !== null) drawn.append(make("div", "wrong", "The answer was broken off here."));
  return drawn;
}

function failure(line) {
  return make("div", "block wrong", make("div", "name", line.error.type, make("small", "", line.status ?? "")), line.error.message);
}

function tools(list) {
  const drawn = make("details", "block");
  const names = list.map((tool) => (isObject(tool) ? tool.name ?? tool.type : tool));
  drawn.append(make("summary", "", `${list.length} tool${list.length > 1 ? "s" : ""}: ${names.join(", ")}`), code(list));
  return drawn;
}

function blocks(content, depth = 0) {
  if (typeof content === "string") return [make("div", "text", shortened(content))];
  if (!Array.isArray(content)) return content === undefined || content === null ? [] : [code(content)];
  return content.map((each) => (isObject(each) ? block(each, depth) : make("div", "text", shortened(String(each)))));
}

function block(one, depth) {
  const drawn = Object.hasOwn(BLOCKS, one.type) ? BLOCKS[one.type](one, depth) : other(one, depth);
  if (one.cache_control) drawn.append(make("span", "badge", `cached ${one.cache_control.ttl ?? "5m"}`));
  return drawn;
}

const BLOCKS = {
  text: (one) => {
    const drawn = make("div", "text", shortened(String(one.text ?? "")));
    for (const cited of Array.isArray(one.citations) ? one.citations : []) {
      drawn.append(make("span", "badge", cited?.title ?? cited?.document_title ?? cited?.url ?? "cited"));
    }
    return drawn;
  },
  thinking: (one) => {
    const drawn = make("details", "block thinking", make("summary", "", "thinking"), make("div", "text", shortened(String(one.thinking || "(kept back)"))));
    drawn.open = true;
    return drawn;
  },
  redacted_thinking: () => make("div", "block thinking", "thinking, encrypted"),
  image: (one) => picture(one.source ?? {}),
  document: (one) => paper(one),
};

function other(one, depth) {
  const type = String(one.type ?? "block");
  if (type.endsWith("tool_use")) return call(one, type);
  if (type.endsWith("tool_result")) return result(one, type, depth);
  return make("div", "block", make("div", "name", type), code(readable(one)));
}

function call(one, type) {
  const title = make("div", "name", `→ ${one.name ?? ""}`, make("small", "", `${type} ${one.id ?? ""}`));
  return make("div", "block", title, code(readable(one.input ?? {})));
}

function result(one, type, depth) {
  const title = make("div", "name", "← result", make("small", "", `${type} ${one.tool_use_id ?? ""}`));
  const inner = depth < DEEPEST ? blocks(one.content, depth + 1) : [code(readable(one.content))];
  return make("div", one.is_error ? "block wrong" : "block", title, ...inner);
}

function picture(source) {
  if (source.type === "base64" && IMAGES.includes(source.media_type) && BASE64.test(String(source.data))) {
    const image = make("img");
    image.src = `data:${source.media_type};base64,${source.data}`;
    image.alt = `${source.media_type}, ${size(source.data)}`;
    return image;
  }
  return make("div", "block", make("div", "name", "image", make("small", "", named(source))));
}

function paper(one) {
  const source = one.source ?? {};
  const name = source.media_type === "application/pdf" || String(source.url ?? "").endsWith(".pdf") ? "PDF" : "document";
  const drawn = make("div", "block", make("div", "name", one.title ? `${name}: ${one.title}` : name, make("small", "", named(source))));
  if (source.type === "text") drawn.append(make("div", "text", shortened(String(source.data ?? ""))));
  if (source.type === "content") drawn.append(...blocks(source.content, 1));
  return drawn;
}

function named(source) {
  if (source.type === "base64") return `${source.media_type}, ${size(source.data)}`;
  return String(source.url ?? source.file_id ?? source.media_type ?? source.type ?? "");
}

function size(data) {
  const bytes = Math.floor((String(data ?? "").length * 3) / 4);
  return bytes < 10000 ? `${bytes} bytes` : bytes < 1e7 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
