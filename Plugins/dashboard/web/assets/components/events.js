import { h, reconcile, text } from "../dom.js";
import { count, listed, plural, summary, timeAndDay, timeOfDay } from "../format.js";
import { panel } from "./panel.js";

/** The least time between two drawings in a flood, in milliseconds: nobody reads that fast. */
const CALM = 120;

/** Stands for rows when the filter leaves none. */
const NONE = { number: 0 };

function make(entry) {
  if (entry === NONE) return h("li.event.gap", {}, "None of the latest events contains that.");
  if (entry.gap !== undefined) {
    const many = entry.gap ? plural(entry.gap, "event") : "Some events";
    return h("li.event.gap", {}, `${many} skipped: they came faster than they could be sent.`);
  }
  const { topic, time, source, data } = entry;
  const actor = data?.actor ?? source;
  return h(
    "li.event", { "data-seq": entry.seq, "data-verb": topic === "plugin:state" ? data.state : topic.split(":").at(-1) },
    h("time", { datetime: time, title: timeAndDay(time) }, timeOfDay(time)),
    h("span.topic", {}, topic), h("span.key", {}, data?.key ?? ""),
    h("span.event-line", {}, summary(entry)), h("span.actor", {}, actor));
}

const wordsOf = ({ topic = "", source, data, ...entry }) =>
  listed(topic, data?.actor ?? source, data?.key, summary({ topic, data }), entry.gap === undefined ? "" : "skipped")
    .toLowerCase();

/** What happened, the newest first. Held still while somebody points at it, moves in it, or has paused it. */
export function events(store, latest, keys) {
  const list = h("ol.events", {
    tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Latest events, the newest first",
  });
  const pause = h("button.quiet", { type: "button", "aria-pressed": "false", "aria-keyshortcuts": "p" }, "Pause");
  const fresh = h("button.fresh", { type: "button", hidden: true });
  const filter = h("input.filter", {
    type: "search", placeholder: "Filter", "aria-label": "Filter events", "aria-keyshortcuts": "/", autocomplete: "off",
    spellcheck: "false",
  });
  const view = panel("Events", h("div.events-frame", {}, fresh, list), { tools: [filter, pause] });
  let isPaused = false;
  let isPointed = false;
  let held = null;
  let drawnAt = 0;
  let timer = 0;

  function draw() {
    let shown = latest.upTo(held ?? Infinity);
    // What was held is gone when the log began anew.
    if (!shown.length) shown = latest.upTo();
    const wish = filter.value.trim().toLowerCase();
    const rows = wish ? shown.filter((entry) => wordsOf(entry).includes(wish)) : shown;
    const waiting = held === null ? 0 : latest.last - held;
    fresh.hidden = waiting === 0;
    text(fresh, `${count(waiting)} new`);
    view.note(isPaused ? "paused" : waiting ? "held" : "");
    if (!shown.length) {
      return view.tell("Nothing has happened yet", "What is made, changed and finished from now on appears here.");
    }
    view.show();
    reconcile(list, rows.length ? rows : [NONE], ({ number }) => number, make);
  }

  // A calm stream is drawn at once, a flood in parts.
  function changed() {
    const now = performance.now();
    if (timer) return;
    const wait = now - drawnAt < 50 ? CALM : 0;
    drawnAt = now + wait;
    if (wait) timer = setTimeout(() => { timer = 0; drawnAt = performance.now(); draw(); }, wait);
    else draw();
  }

  function hold() {
    const mustHold = isPaused || isPointed || list.scrollTop > 4;
    if (mustHold === (held !== null)) return;
    held = mustHold ? latest.last : null;
    draw();
  }

  function setPaused(value) {
    isPaused = value;
    pause.setAttribute("aria-pressed", String(isPaused));
    text(pause, isPaused ? "Resume" : "Pause");
    hold();
    draw();
  }

  function catchUp() {
    isPaused = isPointed = false;
    list.scrollTop = 0;
    held = null;
    setPaused(false);
  }

  const point = (value) => {
    isPointed = value;
    hold();
  };
  list.addEventListener("pointerenter", ({ pointerType }) => point(pointerType === "mouse"));
  list.addEventListener("pointerleave", () => point(false));
  list.addEventListener("scroll", hold, { passive: true });
  pause.addEventListener("click", () => setPaused(!isPaused));
  fresh.addEventListener("click", catchUp);
  filter.addEventListener("input", draw);
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    filter.value = "";
    draw();
    list.focus();
  });
  keys.add("p", "Pause or resume the events", () => setPaused(!isPaused));
  keys.add("/", "Filter the events", () => filter.focus());
  store.watch("events", changed);
  return view;
}
