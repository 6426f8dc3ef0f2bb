import { h, reconcile, text } from "../dom.js";
import { count, listed, percent, words } from "../format.js";
import { panel, settle } from "./panel.js";

const LIMIT = 8;

function make(task) {
  const bar = h("span.progress", { "aria-hidden": "true" }, h("span"));
  const row = h(
    "li.task", {}, h("span.key", {}), h("span.task-title", {}), h("span.badge", {}), h("span.task-detail", {}), bar);
  update(row, task);
  return row;
}

function update(row, { key, title, status, priority, assignee, progress, dueDate }) {
  const [name, line, badge, detail, bar] = row.children;
  row.dataset.priority = priority;
  text(name, key);
  text(line, title);
  line.title = title;
  badge.dataset.status = status;
  text(badge, words(status));
  text(detail, listed(
    assignee, priority === "medium" ? "" : priority, progress ? percent(progress) : "",
    dueDate ? `due ${dueDate.slice(0, 10)}` : ""));
  bar.hidden = !progress;
  bar.firstChild.style.setProperty("inline-size", `${progress ?? 0}%`);
}

/** What is being worked on and what is stuck. */
export function tasks(store) {
  const list = h("ul.tasks");
  const more = h("p.more");
  const view = panel("In work", h("div", {}, list, more));
  store.watch("dashboard", (answer) => {
    if (!settle(view, answer)) return;
    const all = [...answer.value.blocked, ...answer.value.activeTasks];
    const seen = [...new Map(all.map((task) => [task.id, task])).values()];
    view.note(seen.length ? count(seen.length) : "");
    if (!seen.length) return view.tell("Nothing is in work", "orchestron call tasks.next names a task to begin with.");
    reconcile(list, seen.slice(0, LIMIT), ({ id }) => id, make, update);
    more.hidden = seen.length <= LIMIT;
    text(more, `and ${count(seen.length - LIMIT)} more`);
  });
  return view;
}
