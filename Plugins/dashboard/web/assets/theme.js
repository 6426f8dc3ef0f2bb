// Loaded before anything is drawn: the page does not flash in the other theme. "system" has no attribute.
{
  const KEY = "orchestron.theme";
  const themes = ["system", "dark", "light"];
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const apply = (theme) => {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(read());
  globalThis.theme = {
    get current() { return root.dataset.theme ?? "system"; },
    /** Goes on to the next one and remembers it; gives its name. */
    next() {
      const theme = themes[(themes.indexOf(this.current) + 1) % themes.length];
      apply(theme);
      try { localStorage.setItem(KEY, theme); } catch { /* Then for this visit only. */ }
      return theme;
    },
  };
}
