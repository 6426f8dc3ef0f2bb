// Puts the page together: connection, what is known, pages by the hash of the address.
import { connection } from "./components/connection.js";
import { help } from "./components/help.js";
import { h, text } from "./dom.js";
import { words } from "./format.js";
import { Keys } from "./keys.js";
import { LiveAnswer } from "./live.js";
import { overview } from "./pages/overview.js";
import { RPC } from "./rpc.js";
import { Latest, Store } from "./store.js";

const RECENT = 200;
const CHANGES_OF_THE_HOST = ["plugin:state", "service:*"];

const rpc = new RPC();
const store = new Store();
const latest = new Latest(RECENT);
const keys = new Keys();

// What is known

const answers = [
  new LiveAnswer(rpc, store, "host", async () => {
    const { uptime, ...health } = await rpc.call("host.health");
    return { ...health, startedAt: Date.now() - uptime * 1000 };
  }, CHANGES_OF_THE_HOST),
  new LiveAnswer(rpc, store, "plugins", async () => (await rpc.call("host.plugins")).items, CHANGES_OF_THE_HOST),
  new LiveAnswer(
    rpc, store, "dashboard", () => rpc.call("reports.dashboard"),
    ["task:*", "sprint:*", "project:*", ...CHANGES_OF_THE_HOST]),
  new LiveAnswer(rpc, store, "sprint", async () => {
    const sprint = await rpc.call("sprints.active");
    return sprint && { sprint, burndown: await rpc.call("sprints.burndown", { id: sprint.id }) };
  }, ["sprint:*", "task:*", ...CHANGES_OF_THE_HOST]),
];

const refreshAll = () => answers.forEach((answer) => answer.refresh());

rpc.subscribe(["*"], {
  begin() {
    latest.clear();
    store.touch("events");
  },
  ready: refreshAll,
  event(event) {
    latest.add(event);
    store.touch("events");
    if (event.topic === "plugin:state") announce(event.data);
    for (const answer of answers) answer.heard(event.topic);
  },
  gap(count) {
    latest.add({ gap: count });
    store.touch("events");
    refreshAll();
  },
}, RECENT);

// Around the pages

const spoken = document.getElementById("spoken");
function announce({ id, state }) {
  if (state === "failed" || state === "degraded") text(spoken, `Plugin ${id} is ${state}.`);
}

const { dialog, open: openHelp } = help(keys);
const themeButton = h("button.quiet", { type: "button", "aria-keyshortcuts": "t", onclick: nextTheme });
const helpButton = h(
  "button.quiet", { type: "button", "aria-keyshortcuts": "?", "aria-label": "Keyboard help", onclick: openHelp }, "?");
function showTheme() {
  text(themeButton, words(theme.current));
  themeButton.setAttribute("aria-label", `Theme: ${theme.current}`);
}
function nextTheme() {
  theme.next();
  showTheme();
}
keys.add("t", "Change the theme: system, dark, light", nextTheme);
showTheme();
document.getElementById("tools").append(connection(rpc), themeButton, helpButton);
document.body.append(dialog);

// Pages

const pages = { "": ["Overview", overview] };
const made = new Map();
const main = document.getElementById("main");

function route(isFirst = false) {
  const name = location.hash.replace(/^#\/?/, "");
  const known = Object.hasOwn(pages, name) ? name : "";
  const [title, make] = pages[known];
  if (!made.has(known)) made.set(known, make({ rpc, store, latest, keys }));
  main.replaceChildren(made.get(known));
  document.title = `${title} · Orchestron`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash.replace(/^#\/?/, "") === known) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!isFirst) main.querySelector("h1")?.focus();
}
addEventListener("hashchange", () => { if (location.hash !== "#main") route(); });
route(true);

rpc.connect();
