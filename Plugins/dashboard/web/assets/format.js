// Figures and times as people read them.

const clock = new Intl.DateTimeFormat(
  undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.NumberFormat();
const tenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export const count = (number) => whole.format(number);
export const figure = (number) => tenth.format(number);
export const timeOfDay = (instant) => clock.format(new Date(instant));
export const timeAndDay = (instant) => full.format(new Date(instant));
/** A day `YYYY-MM-DD`, whatever the zone of the browser. */
export const day = (text) => short.format(new Date(`${text}T00:00:00Z`));
/** With a space at which no line ends. */
export const percent = (number) => `${figure(number)}\u00a0%`;
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

/** The parts that say something, with a dot between them. */
export const listed = (...parts) => parts.filter(Boolean).join(" · ");

/** `in_progress` → `In progress`. */
export function words(name) {
  const spaced = String(name).replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Seconds as `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** What an event tells, in one line: the change of a status, a title, a state. */
export function summary({ topic, data }) {
  if (!data || typeof data !== "object") return "";
  if (topic === "plugin:state") return [`${data.id} is ${data.state}`, data.reason].filter(Boolean).join(": ");
  if (topic.startsWith("service:")) return `${data.service} of ${data.plugin}`;
  if (topic.startsWith("route:")) return `${data.route} of ${data.plugin}`;
  const entity = data[topic.split(":")[0]];
  const name = entity?.title ?? entity?.name ?? data.message ?? "";
  const status = data.changes?.status;
  if (Array.isArray(status) && status[0]) return listed(name, `${words(status[0])} → ${words(status[1])}`);
  const progress = data.changes?.progress;
  if (Array.isArray(progress) && progress[0] !== null) {
    return listed(name, `${progress[0]} → ${percent(progress[1])}`);
  }
  return String(name);
}
