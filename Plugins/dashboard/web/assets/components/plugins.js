import { h, reconcile, text } from "../dom.js";
import { listed, plural, words } from "../format.js";
import { panel, settle } from "./panel.js";

const ORDER = ["failed", "degraded", "stopped"];
const rank = ({ state }) => (ORDER.indexOf(state) + ORDER.length + 1) % (ORDER.length + 1);

function make(plugin) {
  const row = h(
    "li.plugin", {}, h("span.plugin-name", {}), h("span.state", {}), h("span.plugin-detail", {}), h("p.reason", {}));
  update(row, plugin);
  return row;
}

function update(row, { id, name, version, state, reason, essential, services }) {
  const [title, badge, detail, why] = row.children;
  row.dataset.state = state;
  text(title, name || id);
  text(badge, state === "started" ? "Running" : words(state));
  const offers = services?.length ? plural(services.length, "service") : "";
  text(detail, listed(name && name !== id ? id : "", version, offers, essential ? "essential" : ""));
  text(why, reason ?? "");
  why.hidden = !reason;
}

/** The plugins with their states; what needs attention comes first. */
export function plugins(store) {
  const list = h("ul.plugins");
  const view = panel("Plugins", list);
  store.watch("plugins", (answer) => {
    if (!settle(view, answer, "This host does not tell of its plugins.")) return;
    const all = answer.value;
    const running = all.filter(({ state }) => state === "started").length;
    view.note(running === all.length ? `${running} running` : `${running} of ${all.length} running`);
    const sorted = all.toSorted((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));
    reconcile(list, sorted, ({ id }) => id, make, update);
  });
  return view;
}
