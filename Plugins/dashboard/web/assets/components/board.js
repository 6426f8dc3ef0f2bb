import { h, text } from "../dom.js";
import { count, listed, plural, words } from "../format.js";
import { panel, settle } from "./panel.js";

const STATUSES = ["backlog", "todo", "in_progress", "review", "testing", "blocked", "done", "cancelled"];

/** How many tasks have each status: a bar with their shares, and the counts. */
export function board(store) {
  const bar = h("div.shares", { "aria-hidden": "true" });
  const tiles = h("ul.tiles");
  const parts = new Map();
  for (const status of STATUSES) {
    const share = h("span.share", { "data-status": status });
    const figure = h("span.tile-count", {}, "0");
    const tile = h("li.tile", { "data-status": status }, h("span.tile-name", {}, words(status)), figure);
    bar.append(share);
    tiles.append(tile);
    parts.set(status, { share, figure, tile });
  }
  const view = panel("Tasks", h("div.board", {}, bar, tiles), { wide: true });
  store.watch("dashboard", (answer) => {
    if (!settle(view, answer, "Tasks come with the plugin core. Load it, and they appear here by themselves.")) return;
    const { byStatus, totalTasks, overdue, completedToday } = answer.value.stats;
    if (totalTasks === 0) {
      view.note("");
      return view.tell("No tasks yet", "Make the first one: orchestron call tasks.create title=\"Try Orchestron\"");
    }
    view.note(listed(
      plural(totalTasks, "task"), completedToday ? `${count(completedToday)} done today` : "",
      overdue ? `${count(overdue)} overdue` : ""));
    for (const [status, { share, figure, tile }] of parts) {
      const number = byStatus[status] ?? 0;
      share.style.setProperty("flex-grow", number);
      share.hidden = number === 0;
      text(figure, count(number));
      tile.classList.toggle("none", number === 0);
    }
  });
  return view;
}
