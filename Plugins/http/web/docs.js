// The page at /docs: what /openapi.json and /asyncapi.json say, for people. Nothing is loaded from elsewhere, and no text
// becomes markup.

import { caption, shape, skeleton } from "./schema.js";
import { tryIt } from "./try.js";
import { el } from "./dom.js";

const main = document.getElementById("main");
const search = document.getElementById("search");
/** Every operation and topic: its element and the words by which it is found. */
const entries = [];

function parameters(operation, api) {
  const rows = (operation.parameters ?? []).map((entry) => {
    const parameter = entry.$ref ? api.components.parameters[entry.$ref.split("/").pop()] : entry;
    return { schema: parameter.content?.["application/json"]?.schema, ...parameter };
  });
  const table = rows.length === 0 ? [] : [
    el("h3", {}, "Parameters"),
    el("dl", { class: "parameters" }, ...rows.flatMap((row) => [
      el("dt", {}, el("code", {}, row.name), " ", el("small", {}, `${row.in}${row.required ? ", required" : ""}`)),
      el("dd", {}, el("code", { class: "type" }, caption(row.schema ?? {}, api)), " ", row.description ?? ""),
    ])),
  ];
  return { rows, table };
}

function responses(operation, api) {
  const shown = Object.entries(operation.responses).map(([code, entry]) => {
    const response = entry.$ref ? api.components.responses[entry.$ref.split("/").pop()] : entry;
    const isShared = Boolean(entry.$ref);
    const content = Object.entries(response.content ?? {});
    const schema = isShared ? undefined : content[0]?.[1].schema;
    const head = [el("code", { class: code < "400" ? "good" : "bad" }, code), " ", response.description];
    return schema
      ? el("details", { class: "response", open: true }, el("summary", {}, ...head), el("pre", {}, shape(schema, api)))
      : el("p", { class: "response" }, ...head);
  });
  return [el("h3", {}, "Answers"), ...shown];
}

function body(operation, api) {
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  if (!content) return { shown: [] };
  const [type, { schema, examples }] = content;
  const example = Object.values(examples ?? {})[0]?.value ?? skeleton(schema, api);
  return { type, example, shown: [el("h3", {}, "Body ", el("small", {}, type)), el("pre", {}, shape(schema, api))] };
}

function showOperation(verb, path, operation, api) {
  const id = operation.operationId;
  const item = el("details", { class: "operation", id },
    el("summary", {},
      el("span", { class: `verb ${verb}` }, verb.toUpperCase()), " ", el("code", { class: "path" }, path), " ",
      el("span", { class: "summary" }, operation.summary)));
  item.addEventListener("toggle", () => {
    if (!item.open || item.childElementCount > 1) return;
    const { rows, table } = parameters(operation, api);
    const { type, example, shown } = body(operation, api);
    item.append(el("div", { class: "inside" },
      el("p", {}, el("code", {}, id), " ", el("a", { href: `#${id}` }, "link"),
        ...(operation["x-orchestron-effects"] ?? []).map((effect) => el("small", { class: "effect" }, effect))),
      ...table, ...shown, ...responses(operation, api), tryIt(verb, path, operation, rows, type, example)));
  });
  entries.push({ item, words: `${verb} ${path} ${id} ${operation.summary}`.toLowerCase() });
  return item;
}

function showTopic(message, api) {
  const { topic, data } = message.payload.properties;
  const item = el("details", { class: "operation", id: `event.${topic.const}` },
    el("summary", {}, el("span", { class: "verb event" }, "EVENT"), " ", el("code", { class: "path" }, topic.const), " ",
      el("span", { class: "summary" }, message.summary)));
  item.addEventListener("toggle", () => {
    if (!item.open || item.childElementCount > 1) return;
    const example = message.examples?.[0]?.payload.data;
    item.append(el("div", { class: "inside" }, el("h3", {}, "Data"), el("pre", {}, shape(data, api)),
      ...(example === undefined ? [] : [
        el("h3", {}, "Example"), el("pre", {}, JSON.stringify(example, null, 2))])));
  });
  entries.push({ item, words: `event ${topic.const} ${message.summary}`.toLowerCase() });
  return item;
}

function section(id, title, text, items) {
  document.getElementById("nav").append(el("a", { href: `#${id}` }, title, el("small", {}, String(items.length))));
  main.append(el("section", { id, "aria-label": title }, el("h2", {}, title), el("p", {}, text), ...items));
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { item, words: text } of entries) {
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) count += 1;
  }
  for (const part of main.querySelectorAll("section")) {
    part.hidden = words.length > 0 && !part.querySelector("details.operation:not([hidden])");
  }
  document.getElementById("spoken").textContent = words.length > 0 ? `${count} found` : "";
}

function openLinked() {
  const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (item?.localName !== "details") return;
  item.open = true;
  item.scrollIntoView();
}

async function load(path) {
  const response = await fetch(path, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
  return response.json();
}

try {
  const [api, events] = await Promise.all([load("/openapi.json"), load("/asyncapi.json")]);
  document.getElementById("version").textContent = api.info.version;
  main.append(el("p", {}, api.info.description));
  for (const tag of api.tags) {
    const items = [];
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [verb, operation] of Object.entries(item)) {
        if (operation.tags.includes(tag.name)) items.push(showOperation(verb, path, operation, api));
      }
    }
    section(`service.${tag.name}`, tag.name, tag.description, items);
  }
  const { messages, description } = events.channels.events;
  section("topics", "events", description, Object.values(messages).map((message) => showTopic(message, events)));
  openLinked();
} catch (error) {
  main.append(el("p", { class: "failure", role: "alert" }, `The interfaces cannot be shown: ${error.message}`));
}

search.addEventListener("input", filter);
addEventListener("hashchange", openLinked);
addEventListener("keydown", (event) => {
  const isTyping = /^(input|textarea|select)$/.test(event.target.localName);
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && event.target === search) {
    search.value = "";
    filter();
  }
});
