"""Orchestron as a client of MCP servers: the official Python SDK's, by stdio and HTTP, in both eras, and hostile ones.

mcp_client.py [PYTHON]: an interpreter that has the package `mcp`; this one when left out."""

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestron import BINARY, Host, Refused, by_command_line, by_http, curl, refusal, rest

PYTHON = sys.argv[1] if len(sys.argv) > 1 else sys.executable

# The servers that are used: one made with the SDK, a program and an address that are hostile.
SERVERS = Path(__file__).parent / "mcp_servers"


def until(what, seconds=40):
    """Waits for something to be true, and gives it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.05)
    sys.exit(f"it did not come about: {what.__doc__ or what.__name__}")


def state(host, name):
    return next(s for s in by_http(host, "mcp_servers.list", {})["items"] if s["name"] == name)


def reached(host, name, *states):
    def there():
        now = state(host, name)
        return now if now["state"] in states else None
    there.__doc__ = f"{name} is {' or '.join(states)}"
    return until(there)


def methods(host, service):
    """The methods that a service declares, by name."""
    services = rest(host, "GET", "/services")
    items = services["items"] if isinstance(services, dict) else services
    return {m["name"]: m for s in items if s["name"] == service for m in s["methods"]}


def tools(host, name, folder):
    """What each server of the SDK must do, whatever carries it and in either era."""
    call = lambda method, **arguments: by_http(host, f"mcp_{name}.{method}", arguments)
    assert call("addNumbers", firstNumber=2) == {"result": 7}, call("addNumbers", firstNumber=2)
    assert call("greet") == {"greeting": "Hello, nobody!"} == call("greet", name=None)
    refusal(by_http, host, f"mcp_{name}.fail", {}, says="the disk is full")
    refusal(by_http, host, f"mcp_{name}.addNumbers", {"firstNumber": "x"}, says="firstNumber")
    picture = call("picture")
    assert picture[0]["type"] == "image" and picture[0]["mimeType"] == "image/png", picture
    assert by_command_line(host, f"mcp_{name}.count", {"to": 20}) == {"result": "done"}
    effects = {t["tool"]: t["effect"] for t in state(host, name)["tools"]}
    assert effects["add_numbers"] == "read" and effects["greet"] == "write" and effects["fail"] == "admin", effects
    assert effects["picture"] == "destructive", effects
    doc = methods(host, f"mcp_{name}")["addNumbers"]
    assert "\x1b" not in json.dumps(doc, ensure_ascii=False), doc
    assert doc["result"]["schema"]["properties"]["result"]["type"] == "integer", doc
    progress(host, name, folder)
    cancels(host, name, folder)
    # What is there from now on is told.
    assert call("grow", name="late_comer") == {"result": "grown"}
    until(lambda: "lateComer" in methods(host, f"mcp_{name}"))
    assert call("lateComer", firstNumber=1, second=1) == {"result": 2}


def progress(host, name, folder):
    """Progress comes while the call runs: the tool ends only when its first word has been seen."""
    gate = folder / f"gate-{name}"
    stream = subprocess.Popen(
        ["curl", "-sSN", "--max-time", "60", f"{host.http}/api/services/mcp_{name}/wait", "-H",
         f"Authorization: Bearer {host.token}", "-H", "Content-Type: application/json", "--data-binary",
         json.dumps({"gate": str(gate)})], stdout=subprocess.PIPE)
    first = json.loads(stream.stdout.readline())
    assert first["progress"] == 1 and first["total"] == 2 and first["message"] == "waiting", first
    gate.touch()
    rest = [json.loads(line) for line in stream.stdout if line.strip()]
    assert rest[0]["progress"] == 2 and rest[-1] == {"result": "through"}, rest


def cancels(host, name, folder):
    """A call that nobody waits for is given up there too."""
    note = folder / f"note-{name}"
    status, _, _ = curl(
        f"{host.http}/api/services/mcp_{name}/sleep", "-H", "Content-Type: application/json", "-H", "Prefer: wait=1",
        "--data-binary", json.dumps({"seconds": 60, "note": str(note)}))
    assert status == 504, status
    until(lambda: note.exists())


def by_programs(host, folder):
    for name, version in {"tools": "2026-07-28", "oldtools": "2025-11-25"}.items():
        found = reached(host, name, "connected")
        assert found["protocolVersion"] == version and found["server"] == "tools 3.1", found
        tools(host, name, folder)
    seen = by_http(host, "mcp_tools.environment", {})["result"]
    assert "GIVEN" in seen and "PATH" in seen and not [v for v in seen if v.startswith("ORCHESTRON")], seen

    # A server that is killed, or ends, is there again.
    for end in (lambda pid: os.kill(pid, signal.SIGKILL), lambda pid: refusal(by_http, host, "mcp_tools.die", {})):
        before = by_http(host, "mcp_tools.pid", {})["result"]
        end(before)

        def again():
            try:
                return by_http(host, "mcp_tools.pid", {})["result"] not in (before, None)
            except Refused:
                return False
        until(again)
    last = by_http(host, "mcp_tools.pid", {})["result"]
    found = by_http(host, "mcp_servers.test", {"name": "tools"})
    assert found["ok"] and found["protocolVersion"] == "2026-07-28", found
    by_http(host, "mcp_servers.add", {"name": "broken", "server": {"command": "/usr/bin/false", "disabled": True}})
    found = by_http(host, "mcp_servers.test", {"name": "broken"})
    assert not found["ok"] and "its program ended" in found["fault"], found
    return last


def by_addresses(host, folder, old):
    for name, version in {"web": "2026-07-28", "oldweb": "2025-11-25"}.items():
        found = reached(host, name, "connected")
        assert found["protocolVersion"] == version, found
        tools(host, name, folder)

    # An answer whose stream was cut is fetched where the stream ended.
    assert by_http(host, "mcp_oldweb.cut", {}) == {"result": "resumed"}
    assert any(method == "GET" and last for method, last in seen(old)), seen(old)
    # A server that has forgotten the session gets another one, and the stream on which it tells.
    curl(f"{old}/forget")

    def anew():
        try:
            return by_http(host, "mcp_oldweb.addNumbers", {"firstNumber": 1}) == {"result": 6}
        except Refused as refused:
            assert refused.code == "unavailable", refused
    until(anew)
    assert by_http(host, "mcp_oldweb.grow", {"name": "later"}) == {"result": "grown"}
    until(lambda: "later" in methods(host, "mcp_oldweb"))
    # It is told when nobody needs the session any more.
    assert by_http(host, "mcp_servers.test", {"name": "oldweb"})["ok"]
    until(lambda: any(method == "DELETE" for method, _ in seen(old)))

    assert "NO_SUCH" in reached(host, "poor", "failed")["fault"]
    assert "the variable HOME" in reached(host, "locked", "failed")["fault"], state(host, "locked")
    assert '"Bearer ${NAME}"' in reached(host, "unknown", "failed")["fault"], state(host, "unknown")


def seen(server):
    """Who came to a server of the SDK, as method and last event."""
    return ast.literal_eval(curl(f"{server}/seen")[2].decode())


def odd(host):
    """Answers by HTTP that are none, all at once."""
    reached(host, "odd", "connected")
    says = {
        # On a machine that is busy these two may not be fast enough to be too much.
        "flood": ("messages in a second", "has not answered"), "bytes": ("MiB in a second", "has not answered"), "huge": "a message of more than 16 MiB",
        "silent": "has not answered", "drip": "has not answered", "page": 'the type "text/html"',
        "moved": "has moved (HTTP 307) to http://169.254.169.254/ [31mlatest", "cut": "ended its reply before the answer",
        "short": "began an answer and did not end it", "other": "ended its reply before the answer"}

    def ask(tool):
        said = refusal(by_http, host, f"mcp_odd.{tool}", {}).detail
        wanted = says[tool] if isinstance(says[tool], tuple) else (says[tool],)
        assert any(text in said for text in wanted), (tool, said)
    with ThreadPoolExecutor(len(says) + 1) as pool:
        answer = pool.submit(by_http, host, "mcp_odd.lingers", {})
        list(pool.map(ask, says))
        assert answer.result() == [], answer.result()
    assert by_http(host, "host.health", {})["status"]


def hostile(host, folder):
    def begin(kind, **more):
        by_http(host, "mcp_servers.add", {"name": kind, "server": {
            "command": PYTHON, "args": [str(SERVERS / "hostile.py"), kind], "timeoutSeconds": 3, **more}})

    kinds = {"hangs": "has not answered", "floods": "messages in a second", "endless": "MiB", "many": "500 tools",
             "circle": "circle", "future": "1999-01-01"}
    for kind in ("lies", "breaks", "asks", "dies", *kinds):
        begin(kind)
    found = reached(host, "lies", "connected")
    assert [t["method"] for t in found["tools"]] == ["good"], found
    assert len(found["refused"]) == 8, found["refused"]
    assert any("same_name" in r["reason"] and "sameName" in r["reason"] for r in found["refused"]), found
    answers = json.loads(by_http(host, "mcp_lies.good", {"aB": "anything"})[0]["text"])
    assert answers == {"ask": -32601, "7": "result"}, answers

    reached(host, "breaks", "connected")
    assert by_http(host, "mcp_breaks.good", {"aB": "right"}) == {"list": [1]}
    refusal(by_http, host, "mcp_breaks.good", {"aB": "wrong"}, says='"good" of the MCP server "breaks"')
    refusal(by_http, host, "mcp_breaks.good", {"aB": "wrong"}, says="list[1] is not integer")
    refusal(by_http, host, "mcp_breaks.good", {"aB": "none"}, says="without structuredContent")
    reached(host, "asks", "connected")
    refusal(by_http, host, "mcp_asks.good", {"aB": "x"}, says="nobody can be asked")
    assert reached(host, "dies", "connected")["protocolVersion"] == "2024-11-05"
    for kind, says in kinds.items():
        fault = reached(host, kind, "waiting", "failed")["fault"]
        assert says in fault, (kind, fault)
        by_http(host, "mcp_servers.remove", {"name": kind})
    by_http(host, "mcp_servers.add", {"name": "self", "server": {
        "command": str(BINARY), "args": ["mcp", "--storage", str(host.storage)], "timeoutSeconds": 20}})
    fault = reached(host, "self", "waiting", "failed")["fault"]
    assert "this Orchestron itself" in fault, fault
    assert by_http(host, "host.health", {})["status"]
    refusal(by_http, host, "mcp_servers.remove", {"name": "tools"}, says="comes from the configuration")
    refusal(by_http, host, "mcp_servers.add", {"name": "s", "server": {
        "url": "https://x.example/mcp", "headers": {"Authorization": "Bearer abc"}}}, says="is a secret")


def main():
    servers = [
        subprocess.Popen([PYTHON, SERVERS / program, *arguments], stdout=subprocess.PIPE, text=True)
        for program, *arguments in (["tools.py", "http"], ["tools.py", "http", "legacy"], ["odd.py"])]
    try:
        with tempfile.TemporaryDirectory() as name:
            web, old, wrong = (f"http://127.0.0.1:{int(server.stdout.readline())}" for server in servers)
            use(Path(name), web, old, wrong)
    finally:
        for server in servers:
            server.kill()


def use(folder, web, old, wrong):
    common = {"permissions": {"fail": "admin"}, "streamed": ["wait"], "timeoutSeconds": 30}
    program = lambda *more: {"command": PYTHON, "args": [str(SERVERS / "tools.py"), "stdio", *more], **common}
    configuration = {
        "host": {"httpClient": {"allow": ["127.0.0.1"]}},
        "plugins": {"mcp-client": {"servers": {
            "tools": {**program(), "env": {"GIVEN": "1"}},
            "oldtools": program("legacy"),
            "slow": {**program("slow"), "timeoutSeconds": 60},
            "web": {"url": f"{web}/mcp", **common},
            "oldweb": {"url": f"{old}/mcp", **common},
            "odd": {"url": f"{wrong}/mcp", "timeoutSeconds": 3},
            "poor": {"url": f"{web}/mcp", "headers": {"Authorization": "Bearer ${NO_SUCH}"}},
            "locked": {"url": f"{web}/locked", "headers": {"Authorization": "Bearer ${HOME}"}},
            "unknown": {"url": f"{web}/locked"},
        }}}}
    with Host(configuration=configuration) as host:
        last = by_programs(host, folder)
        by_addresses(host, folder, old)
        odd(host)
        hostile(host, folder)
        # It is slow, and no old one: it had been asked as older revisions have it when it answered.
        assert reached(host, "slow", "connected")["protocolVersion"] == "2026-07-28"
        assert by_http(host, "mcp_slow.addNumbers", {"firstNumber": 1}) == {"result": 6}
        host.stop()
        until(lambda: not Path(f"/proc/{last}").exists())
        # What an admin added is there after a start.
        host.start()
        assert state(host, "lies")["origin"] == "admin"
        reached(host, "lies", "connected")


main()
