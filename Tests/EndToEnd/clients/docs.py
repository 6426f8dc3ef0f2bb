"""The page /docs in a real browser: every operation and topic, search, trying one out, by keyboard, in both themes, on a
phone. Screenshots are left in the folder of DOCS_SHOTS."""

import json
import os
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import expect

from browser import CONTRAST, STRUCTURE, Tab, chromium
from orchestron import Host, rest

SHOTS = Path(os.environ.get("DOCS_SHOTS") or tempfile.mkdtemp(prefix="orchestron-docs-"))


def read(host, path):
    """What a client without credentials gets."""
    with urllib.request.urlopen(host.http + path) as reply:
        return reply.headers, reply.read()


def is_open_to_everybody(host):
    headers, page = read(host, "/docs")
    assert headers["Content-Type"].startswith("text/html") and b"docs.js" in page, headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy, policy
    assert "require-trusted-types-for 'script'" in policy, policy
    for file in ("docs.js", "docs.css", "dom.js", "schema.js", "try.js"):
        read(host, f"/docs/{file}")


def shows_all_and_finds(tab, host):
    page = tab.page
    page.goto(f"{host.http}/docs")
    api, events = (json.loads(read(host, path)[1]) for path in ("/openapi.json", "/asyncapi.json"))
    count = sum(len(item) for item in api["paths"].values()) + len(events["channels"]["events"]["messages"])
    expect(page.locator("details.operation")).to_have_count(count)
    page.keyboard.press("/")
    page.keyboard.type("tasks get")
    expect(page.locator("[id='tasks.get']")).to_be_visible()
    expect(page.locator("[id='people.create']")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("[id='people.create']")).to_be_visible()
    # Every one can be opened: none of them makes the script fail.
    page.evaluate("for (const item of document.querySelectorAll('details.operation')) item.open = true")
    expect(page.locator(".inside")).to_have_count(count)
    page.evaluate("for (const item of document.querySelectorAll('details.operation')) item.open = false")


def tries_a_method(tab, host):
    page = tab.page
    page.goto(f"{host.http}/docs#tasks.create")
    item = page.locator("[id='tasks.create']")
    expect(item.locator(".inside")).to_be_visible()
    item.get_by_text("Try it").click()
    item.get_by_label("Body").fill('{"title":"From the page"}')
    item.get_by_label("Prefer").fill("return=representation")
    item.get_by_role("button", name="Send POST").press("Enter")
    expect(item.locator("output strong")).to_contain_text("201")
    expect(item.locator("output")).to_contain_text("From the page")
    assert [task["title"] for task in rest(host, "GET", "/tasks")["items"]] == ["From the page"]
    page.screenshot(path=SHOTS / "try.png")


def is_for_everybody(browser, host):
    for scheme, width, height in (("dark", 1280, 900), ("light", 1280, 900), ("light", 390, 844)):
        with Tab(browser, host, width, height, scheme) as tab:
            page = tab.page
            page.goto(f"{host.http}/docs#tasks.update")
            expect(page.locator("[id='tasks.update'] .inside")).to_be_visible()
            page.screenshot(path=SHOTS / f"{scheme}-{width}.png")
            assert page.evaluate(STRUCTURE) == [], page.evaluate(STRUCTURE)
            contrast = page.evaluate(CONTRAST)
            assert contrast["checked"] > 300 and not contrast["faint"], contrast
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
            assert not tab.troubles and not tab.seen()["violations"], (tab.troubles, tab.seen())


def main():
    with Host() as host, chromium() as browser:
        is_open_to_everybody(host)
        with Tab(browser, host) as tab:
            shows_all_and_finds(tab, host)
            tries_a_method(tab, host)
            assert not tab.troubles and not tab.seen()["violations"], (tab.troubles, tab.seen())
        is_for_everybody(browser, host)
        print("the page /docs works")


if __name__ == "__main__":
    main()
