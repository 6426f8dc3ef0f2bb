// JSON Schema as people read it.

/** Follows a reference within the document. */
function resolved(schema, api) {
  return schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema;
}

/** A type in a few words. */
export function caption(schema, api) {
  const whole = resolved(schema, api);
  if (whole === true || !whole) return "anything";
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return whole.enum.map((value) => JSON.stringify(value)).join(" | ");
  const options = whole.anyOf ?? whole.oneOf;
  if (options) return options.map((option) => caption(option, api)).join(" | ");
  const types = [whole.type ?? (whole.properties ? "object" : "anything")].flat();
  return types.map((type) => {
    if (type === "array") return `${whole.items ? caption(whole.items, api) : "anything"}[]`;
    return type === "string" && whole.format ? whole.format : type;
  }).join(" | ");
}

/** All of a schema, one line for each member. */
export function shape(schema, api, indent = "", depth = 0) {
  const whole = resolved(schema, api);
  const options = whole?.anyOf ?? whole?.oneOf;
  if (options && depth < 5) {
    return options.map((option) => shape(option, api, indent, depth + 1)).join(" | ");
  }
  if (whole?.items && depth < 5 && resolved(whole.items, api)?.properties) {
    return `${shape(whole.items, api, indent, depth + 1)}[]`;
  }
  if (!whole?.properties || depth >= 5) return caption(whole, api);
  const lines = Object.entries(whole.properties).map(([name, member]) => {
    const mark = whole.required?.includes(name) ? "" : "?";
    const text = resolved(member, api)?.description;
    return `${indent}  ${name}${mark}: ${shape(member, api, `${indent}  `, depth + 1)}${text ? `  // ${text}` : ""}`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

/** The least value of a schema: what must be there. */
export function skeleton(schema, api) {
  const whole = resolved(schema, api) ?? {};
  if (whole.default !== undefined) return whole.default;
  if (whole.enum) return whole.enum[0];
  switch ([whole.type].flat()[0]) {
    case "object": return Object.fromEntries(
      (whole.required ?? []).map((name) => [name, skeleton(whole.properties?.[name], api)]));
    case "array": return [];
    case "integer": case "number": return whole.minimum ?? 0;
    case "boolean": return false;
    default: return "";
  }
}
