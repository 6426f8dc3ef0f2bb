"""Server-sent events at /api/events, read by a browser's EventSource and by curl: every change once and in order through a
restart of the host, `resync` when the log is another one, a reader that does not keep up."""

import json
import socket
import subprocess
import sys
import time

from browser import Tab, chromium
from orchestron import Host, curl, rest

LISTEN = """
(query) => {
  globalThis.got = [];
  globalThis.source = new EventSource(`/api/events?topics=task:created${query}`);
  const keep = (kind) => ({ data, lastEventId }) => got.push({ kind, id: lastEventId, ...JSON.parse(data) });
  source.onmessage = keep("event");
  for (const kind of ["subscribed", "resync", "lost"]) source.addEventListener(kind, keep(kind));
}
"""


def check(holds, what):
    if not holds:
        sys.exit(f"eventstream.py: {what}")


def wait(page, kind, count):
    """What the page got, once it has so many of a kind. Its policy forbids Playwright's own way to wait for that."""
    deadline = time.monotonic() + 20
    while [entry["kind"] for entry in page.evaluate("got")].count(kind) < count:
        check(time.monotonic() < deadline, f"{count} × {kind} did not come: {page.evaluate('got')}")
        page.wait_for_timeout(20)
    return page.evaluate("got")


def create(host, numbers):
    for n in numbers:
        rest(host, "POST", "/tasks", {"title": f"task {n}"})


def titles(got):
    return [entry["data"]["task"]["title"] for entry in got if entry["kind"] == "event"]


def in_a_browser(browser, host):
    with Tab(browser, host) as tab:
        page = tab.page
        page.goto(host.http)
        page.evaluate(LISTEN, "")
        wait(page, "subscribed", 1)
        create(host, range(3))
        got = wait(page, "event", 3)
        log = got[0]["log"]
        check([entry["id"] for entry in got] == [f"{log}:{entry['seq']}" for entry in got], f"ids: {got}")
        host.kill()
        host.start()
        # Before the browser is back, or after it: it gets each once.
        create(host, range(3, 6))
        got = wait(page, "event", 6)
        check(titles(got) == [f"task {n}" for n in range(6)], f"{titles(got)}")
        check([entry["kind"] for entry in got].count("subscribed") == 2, "the browser did not come back")
        # As after a restore: the log is another one.
        page.evaluate(f"source.close(); ({LISTEN})('&since=3&log=another')")
        got = wait(page, "resync", 1)
        last = got[-1]
        check(last["log"] == log and last["id"] == f"{log}:{last['seq']}", f"{last}")
        create(host, [6])
        check(titles(wait(page, "event", 1))[-1] == "task 6", "no event behind the resync")


def by_curl(host):
    """The head, and what is refused."""
    run = subprocess.Popen(
        ["curl", "-sSNi", "-H", f"Authorization: Bearer {host.token}", f"{host.http}/api/events?topics=task:*&since=0"], stdout=subprocess.PIPE)
    lines = []
    while "event: subscribed" not in lines[-1:]:
        lines.append(run.stdout.readline().decode().rstrip())
    run.kill()
    for line in ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Cache-Control: no-store", "retry: 2000"]:
        check(line in lines, f"{line} is not in {lines}")
    check(curl(f"{host.http}/api/events")[0] == 400, "without topics")
    check(curl(f"{host.http}/api/events?topics=*", token="unknown")[0] == 401, "with a token that nobody knows")
    check(curl(f"{host.http}/api/events", "-X", "POST")[0] == 405, "POST")


def slowly(host):
    """A reader that takes nothing for a while, while far more happens than may wait for it, gets all of it from the log."""
    with socket.create_connection(tuple(host.http.removeprefix("http://").split(":")), timeout=20) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        raw.sendall(b"GET /api/events?topics=task:created&since=0 HTTP/1.0\r\nHost: localhost\r\n"
                    b"Authorization: Bearer %s\r\n\r\n" % host.token.encode())
        raw.recv(1)
        wanted = [f"slow {n}" for n in range(60)]
        for title in wanted:
            rest(host, "POST", "/tasks", {"title": title, "description": "x" * 90_000})
        data = b""
        while not (b'"slow 59"' in data and data.endswith(b"\n\n")):
            part = raw.recv(1 << 16)
            check(part, "the stream has ended")
            data += part
    lines = [json.loads(line[6:]) for line in data.decode().split("\n") if line.startswith("data: ")]
    seen = [event["data"]["task"]["title"] for event in lines if "data" in event]
    check([title for title in seen if title.startswith("slow")] == wanted, f"{seen}")
    return len(data)


def main():
    with Host() as host, chromium() as browser:
        in_a_browser(browser, host)
        by_curl(host)
        size = slowly(host)
        host.stop()
    print(f"each event once, through a restart and a pause with {size} bytes; resync for another log")


main()
