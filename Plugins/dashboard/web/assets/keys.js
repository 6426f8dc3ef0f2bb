// Keyboard shortcuts: one table, which the help dialog shows.

export class Keys {
  /** `{key, does, run}` in the order of the help. */
  all = [];

  constructor() {
    addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Adds a shortcut: one key, as KeyboardEvent.key names it. */
  add(key, does, run) { this.all.push({ key, does, run }); }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const shortcut = this.all.find(({ key }) => key === event.key);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  }
}
