import { board } from "../components/board.js";
import { events } from "../components/events.js";
import { plugins } from "../components/plugins.js";
import { sprint } from "../components/sprint.js";
import { tasks } from "../components/tasks.js";
import { h, text } from "../dom.js";
import { duration, listed, timeOfDay } from "../format.js";

/** The page `#/`: everything at a glance. */
export function overview({ rpc, store, latest, keys }) {
  const facts = h("p.facts");
  const panels = {
    tasks: board(store), work: tasks(store), sprint: sprint(store), plugins: plugins(store),
    events: events(store, latest, keys),
  };
  let lastLive = 0;
  rpc.addEventListener("state", () => {
    // What is shown stays, and says of when it is.
    if (rpc.state === "waiting") lastLive ||= Date.now();
    if (rpc.state === "live") lastLive = 0;
    store.touch("host");
  });
  store.watch("host", (answer) => {
    if (!answer?.value) return text(facts, "");
    if (lastLive) {
      facts.dataset.status = "offline";
      return text(facts, `Not connected: shown as it was at ${timeOfDay(lastLive)}`);
    }
    const { status, version, startedAt } = answer.value;
    facts.dataset.status = status;
    const uptime = duration((Date.now() - startedAt) / 1000);
    text(facts, listed(status === "ok" ? "All is well" : "Needs attention", `version ${version}`, `up ${uptime}`));
  });
  // The time goes on without an event.
  setInterval(() => store.touch("host"), 10_000);
  [["1", "tasks"], ["2", "work"], ["3", "sprint"], ["4", "plugins"], ["5", "events"]].forEach(([key, name]) =>
    keys.add(key, `Go to ${name === "work" ? "what is in work" : `the ${name}`}`, () => panels[name].focus()));
  const { tasks: counts, work, sprint: current, plugins: loaded, events: happened } = panels;
  return h(
    "div.overview", {}, h("div.title", {}, h("h1", { tabindex: "-1" }, "Overview"), facts), counts.element,
    h("div.columns", {},
      h("div.column", {}, work.element, current.element), h("div.column", {}, loaded.element, happened.element)));
}
