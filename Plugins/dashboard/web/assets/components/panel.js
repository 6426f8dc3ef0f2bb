// A titled region of a page, with one of four contents: its view, a message while it is empty, loading, or an error
// that says what to do.
import { h, text } from "../dom.js";

let next = 1;

/** Makes a region: `{element, body, show(), tell(title, hint), note(text), focus()}`. */
export function panel(title, view, { wide = false, tools = [] } = {}) {
  const id = `panel-${next++}`;
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const note = h("span.note");
  const message = h("div.message", { hidden: true });
  const element = h(
    `section.panel${wide ? ".wide" : ""}`, { "aria-labelledby": id },
    h("header.panel-head", {}, heading, note, h("div.tools", {}, tools)), message, view);
  return {
    element,
    show() {
      message.hidden = true;
      view.hidden = false;
    },
    /** Shows a message in place of the view. */
    tell(line, hint, kind = "empty") {
      message.hidden = false;
      view.hidden = true;
      message.dataset.kind = kind;
      message.replaceChildren(h("p.message-line", {}, line), hint ? h("p.message-hint", {}, hint) : "");
    },
    note(line) { text(note, line); },
    focus() {
      element.scrollIntoView({ block: "nearest" });
      heading.focus();
    },
  };
}

/**
 * Shows an answer of the store in a panel; tells whether there is a value to draw.
 *
 * @param {string} [missing] what to do when no plugin offers the method; without it, the panel is hidden then
 */
export function settle(panel, answer, missing) {
  panel.element.hidden = Boolean(answer?.error?.isUnknownMethod && !missing);
  if (!answer) {
    panel.tell("Loading …", "");
    return false;
  }
  if (answer.error?.isUnknownMethod) {
    panel.tell("Not loaded", missing);
    return false;
  }
  if (answer.error) {
    const hint = answer.error.code === "permission_denied"
      ? "Ask an administrator for a role that may read."
      : "The plugin's state and the host's log have the reason. The next event asks again.";
    panel.tell(answer.error.message, hint, "error");
    return false;
  }
  panel.show();
  return true;
}
