import { h, svg, text } from "../dom.js";
import { day, figure } from "../format.js";
import { panel, settle } from "./panel.js";

const HEIGHT = 150;
const EDGE = { left: 34, right: 8, top: 10, bottom: 20 };

/** The active sprint and how much of it remains. */
export function sprint(store) {
  const goal = h("p.goal");
  const chart = h("figure.burndown");
  const view = panel("Sprint", h("div", {}, goal, chart));
  let drawnWidth = 0;
  // Drawn for its width, so that letters keep their size.
  new ResizeObserver(() => { if (chart.clientWidth !== drawnWidth) store.touch("sprint"); }).observe(chart);
  store.watch("sprint", (answer) => {
    if (!settle(view, answer)) return;
    if (!answer.value) {
      view.note("");
      return view.tell("No sprint is active", "Plan one with sprints.create, and begin it with sprints.start.");
    }
    const { sprint, burndown } = answer.value;
    view.note(`${sprint.name} · ${day(sprint.startDate)} – ${day(sprint.endDate)}`);
    text(goal, sprint.goal ?? "");
    goal.hidden = !sprint.goal;
    drawnWidth = chart.clientWidth;
    if (!burndown.days.length) chart.replaceChildren(h("p.message-hint", {}, "The sprint has no days yet."));
    else if (drawnWidth) chart.replaceChildren(...burndownChart(burndown, drawnWidth));
  });
  return view;
}

function burndownChart({ unit, start, days: points }, width) {
  const known = points.filter(({ remaining }) => remaining !== null);
  const top = niceCeiling(Math.max(
    start.remaining, ...points.map(({ ideal }) => ideal ?? 0), ...known.map(({ remaining }) => remaining)));
  const x = (at) => EDGE.left + (at / Math.max(1, points.length)) * (width - EDGE.left - EDGE.right);
  const y = (value) => EDGE.top + (1 - value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  // Each figure stands at the end of its day; the sprint begins at the left edge with all of it.
  const path = (name, from) => [[0, from], ...points.map((point, at) => [at + 1, point[name]])]
    .filter(([, value]) => value !== null).map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  const done = path("remaining", start.remaining);
  const [lastX, lastY] = done.at(-1).split(",");
  const now = known.at(-1)?.remaining ?? start.remaining;
  const sentence = `${figure(now)} of ${figure(start.scope)} ${unit} remain.`;
  const image = svg(
    "svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `Burndown: ${sentence}` },
    [0, top / 2, top].map((value) => [
      svg("line.grid", { x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
      svg("text.axis", { x: EDGE.left - 6, y: y(value) + 3.5, "text-anchor": "end" }, figure(value)),
    ]).flat(),
    svg("text.axis", { x: EDGE.left, y: HEIGHT - 4 }, day(points[0].day)),
    points.length > 1
      && svg("text.axis", { x: width - EDGE.right, y: HEIGHT - 4, "text-anchor": "end" }, day(points.at(-1).day)),
    svg("polyline.ideal", { points: path("ideal", start.remaining).join(" ") }),
    svg("polygon.area", { points: [`${x(0)},${y(0)}`, ...done, `${lastX},${y(0)}`].join(" ") }),
    svg("polyline.remaining", { points: done.join(" ") }),
    svg("circle.now", { cx: lastX, cy: lastY, r: 3.5 }));
  return [
    image,
    h("figcaption", {}, h("strong", {}, figure(now)), ` of ${figure(start.scope)} ${unit} remain`,
      h("span.legend", {}, "ideal")),
  ];
}

/** The next of 1, 2, 4, 5, 10, 20 … at or above a figure. */
function niceCeiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value);
}
