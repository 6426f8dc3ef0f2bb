"""What the scripts that drive a browser share: Debian's Chromium through Playwright, and what every page must be."""

import contextlib
import http.client
import os
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from orchestron import by_command_line

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

# Long tasks and violations of the policy are noted from the first moment on.
WATCH = """
globalThis.seen = { violations: [], longest: 0 };
addEventListener("securitypolicyviolation", (e) => seen.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
}).observe({ type: "longtask" });
"""

# Each visible text against what lies behind it, by the formula of WCAG 2.2; what has less than 4.5:1 (3:1 when large).
# Colours are read back from a canvas, which knows all notations.
CONTRAST = r"""
() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a)).concat(1);
  const behind = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = (colour) => colour.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const faint = [];
  let checked = 0;
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" ").trim();
    if (!words || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const ground = behind(element.closest("svg")?.parentElement ?? element);
    const ink = over(rgba(element instanceof SVGElement ? style.fill : style.color), ground);
    const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    checked += 1;
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${element.className} "${words.slice(0, 40)}"`);
  }
  return { checked, faint };
}
"""

# What a person with a screen reader or a keyboard needs of any page.
STRUCTURE = """
() => {
  const wrong = [];
  const name = (e) => (e.getAttribute("aria-label") ?? (e.getAttribute("aria-labelledby")
    ? document.getElementById(e.getAttribute("aria-labelledby"))?.textContent : e.textContent) ?? "").trim();
  const visible = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  for (const e of visible("button, a, input, section, dialog, [role=img], [role=log]"))
    if (!name(e) && !e.labels?.length) wrong.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  for (const e of visible("img")) if (!e.hasAttribute("alt")) wrong.push("an image without alt");
  for (const [selector, wanted] of [["h1", 1], ["main", 1], ["body > header", 1]])
    if (visible(selector).length !== wanted) wrong.push(`${visible(selector).length} × ${selector}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id twice");
  for (const e of visible("button, input, nav a")) {
    const { width, height } = e.getBoundingClientRect();
    if (width < 24 || height < 24) wrong.push(`${width}×${height} is hard to hit: ${name(e)}`);
  }
  if (!document.documentElement.lang) wrong.push("no language");
  return wrong;
}
"""


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        # Root has no sandbox: a container. Others keep theirs.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield browser
        browser.close()


def enter(host):
    """A session of this machine's user, as `orchestron open` begins it: its cookie."""
    connection = http.client.HTTPConnection(urlsplit(host.http).netloc)
    connection.request("GET", by_command_line(host, "auth.code", {})["link"])
    name, _, value = connection.getresponse().headers["set-cookie"].split(";")[0].partition("=")
    connection.close()
    return {"name": name, "value": value, "domain": urlsplit(host.http).hostname, "path": "/", "httpOnly": True,
            "sameSite": "Strict"}


class Tab:
    """One page in a context of its own, signed in as this machine's user, and what went wrong in it."""

    def __init__(self, browser, host, width=1280, height=900, scheme="dark", **options):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", **options)
        self.context.set_default_timeout(20_000)
        self.context.add_cookies([enter(host)])
        self.page = self.context.new_page()
        self.troubles, self.responses = [], []
        self.page.add_init_script(WATCH)
        self.page.on("console", lambda m: self.troubles.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", lambda response: self.responses.append(response))

    def weight(self):
        """The bytes of all bodies, as they were sent."""
        return sum(response.request.sizes()["responseBodySize"] for response in self.responses)

    def seen(self):
        return self.page.evaluate("seen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()
