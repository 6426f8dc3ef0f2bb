import { h, text } from "../dom.js";

const LABELS = { connecting: "Connecting …", live: "Live", waiting: "Offline", "signing-in": "Signing in …" };

/** How the page is connected; told to screen readers when it changes. */
export function connection(rpc) {
  const label = h("span");
  const retry = h("button.quiet", { type: "button", hidden: true, onclick: () => rpc.retryNow() }, "Try now");
  const dot = h("span.dot", { "aria-hidden": "true" });
  const element = h("div.connection", {}, h("span.pill", { role: "status" }, dot, label), retry);
  // Attempts follow each other: all the while it is the same trouble, told once.
  let isTrouble = false;
  const show = () => {
    if (rpc.state !== "connecting") isTrouble = rpc.state === "waiting";
    const state = isTrouble ? "waiting" : rpc.state;
    element.dataset.state = state;
    text(label, LABELS[state]);
    retry.hidden = state !== "waiting";
  };
  rpc.addEventListener("state", show);
  show();
  return element;
}
