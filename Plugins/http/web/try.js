import { el } from "./dom.js";

/** A form that sends the request as whoever has signed in with this browser. */
export function tryIt(verb, path, operation, parameters, type, example) {
  const fields = parameters.map((parameter) => {
    const id = `${operation.operationId}/${parameter.in}/${parameter.name}`;
    const input = el("input", {
      id, required: parameter.required === true, autocomplete: "off", spellcheck: "false",
      placeholder: parameter.schema?.default ?? "" });
    return { parameter, input, row: el("p", { class: "field" }, el("label", { for: id }, parameter.name), input) };
  });
  const text = type && el("textarea", {
    "aria-label": "Body", rows: String(Math.min(14, JSON.stringify(example, null, 2).split("\n").length + 1)),
    spellcheck: "false" }, JSON.stringify(example, null, 2));
  const outcome = el("output", {});
  const form = el("form", { class: "try" }, ...fields.map((field) => field.row), ...(text ? [text] : []),
    el("p", {}, el("button", {}, `Send ${verb.toUpperCase()}`)), outcome);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const isLasting = operation["x-orchestron-effects"]?.includes("destructive");
    if (isLasting && !confirm(`${operation.summary}\n\nThis destroys something. Send it?`)) return;
    outcome.replaceChildren("…");
    outcome.replaceChildren(...await send(verb, path, fields, text?.value, type));
  });
  return el("details", {}, el("summary", {}, "Try it"), form);
}

async function send(verb, path, fields, body, type) {
  const headers = new Headers();
  const query = new URLSearchParams();
  let address = path;
  for (const { parameter, input } of fields) {
    if (input.value === "") continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    if (parameter.in === "query") query.append(parameter.name, input.value);
    if (parameter.in === "header") headers.set(parameter.name, input.value);
  }
  if (type) headers.set("Content-Type", type);
  if (query.size > 0) address += `?${query}`;
  const began = performance.now();
  try {
    const response = await fetch(address, { method: verb.toUpperCase(), headers, body, credentials: "same-origin" });
    const text = await response.text();
    const line = `${response.status} ${response.statusText}, ${Math.round(performance.now() - began)} ms`;
    const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    return [
      el("p", {}, el("strong", { class: response.ok ? "good" : "bad" }, line), " ", el("code", {}, address)),
      ...(response.status === 401
        ? [el("p", {}, el("a", { href: "/sign-in?next=/docs" }, "Sign in"), " to be somebody who may do that.")] : []),
      el("details", {}, el("summary", {}, "Headers"), el("pre", {}, shown)),
      ...(text ? [el("pre", {}, pretty(text))] : []),
    ];
  } catch (error) {
    return [el("p", { class: "bad" }, `There was no answer: ${error.message}`)];
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
