// What the page knows, and who wants to be told. Views are told once per frame at most, however much changes: a flood
// of events costs one drawing, and a hidden page draws nothing.

export class Store {
  #values = new Map();
  #watchers = new Map();
  #changed = new Set();
  #frame = 0;

  get(name) { return this.#values.get(name); }

  /** Sets a value and tells its watchers in the next frame. */
  set(name, value) {
    this.#values.set(name, value);
    this.touch(name);
  }

  /** Tells the watchers of a value that was changed in place. */
  touch(name) {
    this.#changed.add(name);
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  /** Calls `draw(value)` in the next frame, and after each change. */
  watch(name, draw) {
    if (!this.#watchers.has(name)) this.#watchers.set(name, new Set());
    this.#watchers.get(name).add(draw);
    this.touch(name);
  }

  #flush() {
    this.#frame = 0;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const name of changed) {
      for (const draw of this.#watchers.get(name) ?? []) draw(this.#values.get(name));
    }
  }
}

/** The latest of many: a list that drops its oldest. Newest first, each entry with a number of its own. */
export class Latest {
  entries = [];
  #limit;
  #next = 1;

  constructor(limit) { this.#limit = limit; }

  add(entry) {
    this.entries.push({ ...entry, number: this.#next++ });
    // Cut in blocks: one move for many additions.
    if (this.entries.length > 2 * this.#limit) this.entries.splice(0, this.entries.length - this.#limit);
  }

  /** The last number given. */
  get last() { return this.#next - 1; }

  /** At most `limit` entries up to a number, the newest first. */
  upTo(number = Infinity) {
    const found = [];
    for (let at = this.entries.length - 1; at >= 0 && found.length < this.#limit; at--) {
      if (this.entries[at].number <= number) found.push(this.entries[at]);
    }
    return found;
  }

  clear() { this.entries = []; }
}
