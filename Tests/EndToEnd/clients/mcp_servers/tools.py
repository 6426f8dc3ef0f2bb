"""A server made with the official SDK: tools.py stdio|http [legacy] [slow]. By HTTP it prints its port; `legacy`: as if it knew
sessions alone; `slow`: it takes its time to start."""

import asyncio
import functools
import os
import socket
import sys
import time

if "slow" in sys.argv:
    time.sleep(11)

import anyio
import mcp.server.runner
import uvicorn
from mcp.server.lowlevel.server import NotificationOptions
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.streamable_http import EventMessage, EventStore
from mcp_types import ToolAnnotations

LEGACY = "legacy" in sys.argv
server = MCPServer("tools", version="3.1", log_level="ERROR")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def add_numbers(first_number: int, second: int = 5) -> int:
    """Adds\x1b[31m two numbers."""
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
async def wait(gate: str, ctx: Context) -> str:
    """Says how far it is, and waits for the file `gate`."""
    await ctx.report_progress(1, 2, "waiting")
    while not os.path.exists(gate):
        await asyncio.sleep(0.02)
    await ctx.report_progress(2, 2)
    return "through"


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
    return Image(data=b"\x89PNG", format="png")


@server.tool()
def environment() -> list[str]:
    return sorted(os.environ)


@server.tool()
async def grow(name: str, ctx: Context) -> str:
    """Makes one more tool, and tells."""
    server.add_tool(add_numbers, name=name)
    await (ctx.session.send_tool_list_changed() if LEGACY else ctx.notify_tools_changed())
    return "grown"


@server.tool()
async def cut(ctx: Context) -> str:
    """Ends the stream of its own answer: the client has to come back for it."""
    await ctx.close_sse_stream()
    await asyncio.sleep(0.2)
    return "resumed"


@server.tool()
def die() -> str:
    os._exit(3)


@server.tool(name="pid")
def process_id() -> int:
    return os.getpid()


class Events(EventStore):
    """Keeps everything."""

    def __init__(self):
        self.events = []

    async def store_event(self, stream, message):
        self.events.append((stream, message))
        return str(len(self.events))

    async def replay_events_after(self, last, send):
        stream = self.events[int(last) - 1][0]
        for number, (of, message) in enumerate(self.events, 1):
            if number > int(last) and of == stream and message is not None:
                await send(EventMessage(message, str(number)))
        return stream


def door(app):
    """What stands before the server: it notes who came, asks for a token at /locked, and can forget all sessions."""
    seen = []

    async def refuse(send, code, body=b"{}"):
        await send({"type": "http.response.start", "status": code, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    async def enter(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        headers = {name: value.decode() for name, value in scope["headers"]}
        if scope["path"] == "/seen":
            return await refuse(send, 200, repr(seen).encode())
        if scope["path"] == "/forget":
            # The streams of the session's end as they do when a server is started anew.
            for transport in list(server.session_manager._server_instances.values()):
                await transport.terminate()
            server.session_manager._server_instances.clear()
            return await refuse(send, 200)
        if scope["path"] == "/locked":
            return await refuse(send, 401)
        seen.append((scope["method"], headers.get(b"last-event-id")))
        if LEGACY and headers.get(b"mcp-protocol-version") == "2026-07-28":
            return await refuse(send, 400, b'{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"?"}}')
        await app(scope, receive, send)

    return enter


if LEGACY:
    # Every connection is of the older era, and tells that its tools may change.
    mcp.server.runner._has_modern_envelope = lambda params: False
    low = server._lowlevel_server
    low.create_initialization_options = functools.partial(
        low.create_initialization_options, NotificationOptions(tools_changed=True))

if sys.argv[1] == "stdio":
    server.run()
else:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = server.streamable_http_app(event_store=Events() if LEGACY else None, retry_interval=100)
    uvicorn.Server(uvicorn.Config(door(app), log_level="error")).run(sockets=[listener])
