import { h } from "../dom.js";

/** The dialog with all shortcuts. */
export function help(keys) {
  const dialog = h("dialog", { "aria-labelledby": "help-title" });
  const open = () => {
    dialog.replaceChildren(
      h("h2", { id: "help-title" }, "Keyboard"),
      h("dl.shortcuts", {}, keys.all.flatMap(({ key, does }) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)])),
      h("form", { method: "dialog" }, h("button", { autofocus: true }, "Close")));
    dialog.showModal();
  };
  // A click beside it closes it.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  keys.add("?", "Show this help", open);
  return { dialog, open };
}
