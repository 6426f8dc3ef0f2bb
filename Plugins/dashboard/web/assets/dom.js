// Elements without markup: text becomes text, whatever it contains.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element: `h("button.quiet", { type: "button", onclick: close }, "Close")`.
 * A value of false, null or undefined leaves a property out; `data-…` and `aria-…` are attributes.
 */
export function h(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  return fill(document.createElement(tag), classes, properties, children);
}

/** The same for SVG. */
export function svg(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  return fill(document.createElementNS(SVG, tag), classes, properties, children);
}

function fill(element, classes, properties, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets a text only when it differs. */
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/**
 * Makes the children of `parent` those of `items`, in their order, and keeps the elements of items that were there.
 *
 * @param {(item) => any} key tells items apart
 * @param {(item) => Element} make a new element
 * @param {(element, item) => void} update an element that stays; not called for new ones
 */
export function reconcile(parent, items, key, make, update) {
  const known = parent.rows ?? new Map();
  const rows = new Map();
  let place = parent.firstChild;
  const wanted = new Set(items.map(key));
  for (const [name, element] of known) {
    if (wanted.has(name)) continue;
    if (element === place) place = place.nextSibling;
    element.remove();
  }
  for (const item of items) {
    const name = key(item);
    let element = known.get(name);
    if (element) update?.(element, item);
    else element = make(item);
    rows.set(name, element);
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
  }
  parent.rows = rows;
}
