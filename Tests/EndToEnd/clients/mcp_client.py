"""Orchestron as a client of MCP servers: the official Python SDK's, by stdio and HTTP, in both eras, and hostile ones.

mcp_client.py [PYTHON]: an interpreter that has the package `mcp`; this one when left out."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestron import BINARY, Host, Refused, by_command_line, by_http, curl, refusal, rest

PYTHON = sys.argv[1] if len(sys.argv) > 1 else sys.executable

# A server made with the SDK, by `stdio` or `http` (which prints its port), and what the tests need of it.
SDK = '''
import asyncio, os, socket, sys
import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

server = MCPServer("tools", version="3.1")

@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def add_numbers(first_number: int, second: int = 5) -> int:
    """Adds\\x1b[31m two numbers."""
    return first_number + second

@server.tool(annotations=ToolAnnotations(destructive_hint=False, idempotent_hint=True))
def greet(name: str | None = None) -> dict[str, str]:
    return {"greeting": f"Hello, {name or 'nobody'}!"}

@server.tool()
def fail() -> str:
    raise ToolError("the disk is full")

@server.tool()
async def count(to: int, ctx: Context) -> str:
    for done in range(to):
        await ctx.report_progress(done + 1, to)
    return "done"

@server.tool()
async def sleep(seconds: float, note: str) -> str:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        open(note, "w").write("cancelled")
        raise
    return "slept"

@server.tool()
def picture() -> Image:
    return Image(data=b"\\x89PNG", format="png")

@server.tool()
def environment() -> list[str]:
    return sorted(os.environ)

@server.tool()
def die() -> str:
    os._exit(3)

@server.tool(name="pid")
def process_id() -> int:
    return os.getpid()

if sys.argv[1] == "stdio":
    server.run()
else:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="error")).run(sockets=[listener])
'''

# A program that speaks the protocol badly, as its first argument says; `lists` counts into a file how often it was asked.
HOSTILE = '''
import json, sys, time

kind = sys.argv[1]
schema = {"type": "object", "properties": {"a_b": {"type": "string", "pattern": "(?<=x)("}, "n": {"$ref": "http://x/y"}},
          "required": ["a_b"]}
tool = lambda name, schema=schema, **more: {"name": name, "inputSchema": schema, **more}
tools = {
    "lies": [tool("good"), tool("no_schema", None), tool("text", "x"), tool("same_name"), tool("sameName"), tool("..."),
             tool("clash", {"type": "object", "properties": {"x_y": {}, "xY": {}}}),
             tool("needs", {"type": "object", "required": ["ghost"]}), {"name": 5}],
    "many": [tool(f"t{n}") for n in range(600)],
}.get(kind, [tool("good")])

def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\\n")
    sys.stdout.flush()

for line in sys.stdin:
    request = json.loads(line)
    method, id = request.get("method"), request.get("id")
    if kind == "hangs":
        continue
    if kind == "dies" and method == "server/discover":
        sys.exit(1)
    if method == "initialize":
        send({"id": id, "result": {"protocolVersion": "1999-01-01" if kind == "future" else "2024-11-05",
              "capabilities": {"tools": {"listChanged": True}},
              "serverInfo": {"name": kind, "version": "0"}}})
        print("I am the log", file=sys.stderr, flush=True)
        sys.stdout.write("this is no JSON\\n[]\\n5\\n")
        send({"id": "ask", "method": "sampling/createMessage", "params": {}})
        send({"id": 7, "method": "ping"})
        if kind == "floods":
            while True:
                send({"method": "notifications/message", "params": {}})
        if kind == "endless":
            while True:
                sys.stdout.write("x" * 65536)
    elif method == "tools/list":
        send({"id": id, "result": {"tools": tools, **({"nextCursor": "again"} if kind == "circle" else {})}})
    elif method == "tools/call":
        send({"id": 999, "result": {}})
        send({"id": id, "result": {"resultType": "input_required", "inputRequests": {}}} if kind == "asks"
             else {"id": id, "result": {"content": [{"type": "text", "text": json.dumps(answers)}]}})
    elif method is None:
        answers = {**globals().get("answers", {}), str(id): request.get("error", {}).get("code", "result")}
    elif id is not None:
        send({"id": id, "error": {"code": -32601, "message": "unknown"}})
'''


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


def tools(host, name, folder, streams=True):
    """What each server of the SDK must do, whatever carries it."""
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


def by_programs(host, folder):
    found = reached(host, "tools", "connected")
    assert found["protocolVersion"] == "2026-07-28" and found["server"] == "tools 3.1", found
    tools(host, "tools", folder)
    seen = by_http(host, "mcp_tools.environment", {})["result"]
    assert "GIVEN" in seen and "PATH" in seen and not [v for v in seen if v.startswith("ORCHESTRON")], seen
    doc = methods(host, "mcp_tools")["addNumbers"]
    assert "\x1b" not in json.dumps(doc, ensure_ascii=False), doc

    # A call that nobody waits for is given up there too.
    note = folder / "note"
    status, _, _ = curl(
        f"{host.http}/api/services/mcp_tools/sleep", "-H", "Content-Type: application/json", "-H", "Prefer: wait=1",
        "--data-binary", json.dumps({"seconds": 60, "note": str(note)}))
    assert status == 504, status
    until(lambda: note.exists())

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


def by_address(host, folder):
    found = reached(host, "web", "connected")
    assert found["protocolVersion"] == "2026-07-28", found
    tools(host, "web", folder)


def hostile(host, folder):
    program = folder / "hostile.py"
    program.write_text(HOSTILE)

    def begin(kind, **more):
        by_http(host, "mcp_servers.add", {"name": kind, "server": {
            "command": PYTHON, "args": [str(program), kind], "timeoutSeconds": 3, **more}})

    begin("lies")
    found = reached(host, "lies", "connected")
    assert [t["method"] for t in found["tools"]] == ["good"], found
    assert len(found["refused"]) == 8, found["refused"]
    assert any("same_name" in r["reason"] and "sameName" in r["reason"] for r in found["refused"]), found
    answers = json.loads(by_http(host, "mcp_lies.good", {"aB": "anything"})[0]["text"])
    assert answers == {"ask": -32601, "7": "result"}, answers

    begin("asks")
    reached(host, "asks", "connected")
    refusal(by_http, host, "mcp_asks.good", {"aB": "x"}, says="nobody can be asked")
    begin("dies")
    assert reached(host, "dies", "connected")["protocolVersion"] == "2024-11-05"
    for kind, says in {"hangs": "has not answered", "floods": "messages in a second", "endless": "MiB", "many": "500 tools",
                       "circle": "circle", "future": "1999-01-01"}.items():
        begin(kind)
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = folder / "tools.py"
        program.write_text(SDK)
        web = subprocess.Popen([PYTHON, program, "http"], stdout=subprocess.PIPE, text=True)
        port = int(web.stdout.readline())
        common = {"permissions": {"fail": "admin"}, "timeoutSeconds": 30}
        configuration = {
            "host": {"httpClient": {"allow": ["127.0.0.1"]}},
            "plugins": {"mcp-client": {"servers": {
                "tools": {"command": PYTHON, "args": [str(program), "stdio"], "env": {"GIVEN": "1"}, **common},
                "web": {"url": f"http://127.0.0.1:{port}/mcp", **common},
                "poor": {"url": f"http://127.0.0.1:{port}/mcp", "headers": {"Authorization": "Bearer ${NO_SUCH}"}},
            }}}}
        try:
            with Host(configuration=configuration) as host:
                last = by_programs(host, folder)
                by_address(host, folder)
                assert "NO_SUCH" in reached(host, "poor", "failed")["fault"]
                hostile(host, folder)
                host.stop()
                until(lambda: not Path(f"/proc/{last}").exists())
                # What an admin added is there after a start.
                host.start()
                assert state(host, "lies")["origin"] == "admin"
                reached(host, "lies", "connected")
        finally:
            web.kill()


main()
