"""A client of the Model Context Protocol that takes nothing for granted: it writes every message itself, and holds
every one that it gets to the types which the package mcp-types generates from the published schema of its revision.
ORCHESTRON_MCP_SCHEMA, a folder with the published `<revision>.json`, holds them to those files as well."""

import base64
import http.client
import itertools
import json
import os
import queue
import re
import subprocess
import threading
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
from mcp_types.methods import CLIENT_RESULTS, SERVER_NOTIFICATIONS, SERVER_REQUESTS, SERVER_RESULTS
from pydantic import TypeAdapter

from orchestron import bearer

MODERN, LEGACY = "2026-07-28", "2025-11-25"
KEY = "io.modelcontextprotocol/"
# What a client that can all of it declares.
ALL = {"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}}
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri",
         "tasks/get": "taskId", "tasks/update": "taskId", "tasks/cancel": "taskId"}
HELD = {"messages": 0}


class Failed(Exception):
    """A request that was answered with a JSON-RPC error."""

    def __init__(self, error, status=None, id=None):
        super().__init__(f"{error['code']}: {error['message']}" + (f" (HTTP {status})" if status else ""))
        self.code, self.message, self.data, self.status, self.id = (
            error["code"], error["message"], error.get("data"), status, id)


# What a server sends, held to its type.


@cache
def adapter(kind):
    return TypeAdapter(kind)


@cache
def published(version):
    folder = os.environ.get("ORCHESTRON_MCP_SCHEMA")
    # Those before the last one with sessions differ from it in what they lack.
    return json.loads(Path(folder, f"{max(version, LEGACY)}.json").read_text()) if folder else None


def conforms(value, kind, version):
    adapter(kind).validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)
    schema = published(version)
    if schema:
        names = [part.__name__ for part in getattr(kind, "__args__", (kind,))]
        assert all(name in schema["$defs"] for name in names), names
        choice = {"$defs": schema["$defs"], "anyOf": [{"$ref": f"#/$defs/{name}"} for name in names]}
        jsonschema.Draft202012Validator(choice).validate(value)


def hold(message, method=None, version=MODERN):
    """Ends with an error when a server's message is none; `method`: what it answers, if a request of ours."""
    HELD["messages"] += 1
    assert isinstance(message, dict) and message.get("jsonrpc") == "2.0", message
    assert not set(message) - {"jsonrpc", "id", "method", "params", "result", "error"}, message
    if "method" in message:
        assert "result" not in message and "error" not in message, message
        table = SERVER_REQUESTS if "id" in message else SERVER_NOTIFICATIONS
        if "/tasks" not in message["method"]:
            assert (message["method"], version) in table, f"{version} has no {message['method']} from a server"
            conforms(message, table[message["method"], version], version)
        return message
    assert ("result" in message) != ("error" in message), message
    if "error" in message:
        error = message["error"]
        assert type(error["code"]) is int and isinstance(error["message"], str) and error["message"], message
        assert not set(error) - {"code", "message", "data"}, message
        assert error["code"] not in (-32042,) and not (version == MODERN and error["code"] == -32002), message
        assert not -32099 <= error["code"] <= -32023, f"{error['code']} is reserved and undefined"
        return message
    if version == MODERN:
        assert isinstance(message["result"].get("resultType"), str), f"a result without resultType: {message}"
    if method and not method.startswith("tasks/") and message["result"].get("resultType") != "task":
        conforms(message["result"], SERVER_RESULTS[method, version], version)
    return message


def header(value):
    """A value as a header can hold it."""
    if re.fullmatch(r"[!-~]([ -~]*[!-~])?", value) and not value.startswith("=?base64?"):
        return value
    return f"=?base64?{base64.b64encode(value.encode()).decode()}?="


class Client:
    """One client of an MCP address by Streamable HTTP, in the era of `version`; legacy ones initialize. `answers` are
    functions that answer what a legacy server asks us, by method."""

    def __init__(self, url, version=MODERN, capabilities=ALL, answers=None, headers=None, name="wire"):
        self.url, self.version, self.capabilities, self.answers = url, version, capabilities, answers or {}
        self.place = urlsplit(url)
        self.base = bearer(url) if headers is None else headers
        self.session, self.ids, self.notifications = None, itertools.count(1), []
        self.info = {"name": name, "version": "1"}
        if version != MODERN:
            self.initialize()

    def again(self, version=None, answers=None):
        """Another client like this one."""
        return Client(self.url, version or self.version, self.capabilities, answers, self.base)

    def initialize(self):
        result = self.request("initialize", {
            "protocolVersion": self.version, "capabilities": self.capabilities, "clientInfo": self.info})
        self.server, self.version = result, result["protocolVersion"]
        status, _, messages = self.exchange({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (status, messages) == (202, []), (status, messages)

    def meta(self, **more):
        """A modern request's `_meta`; names of ours are written with underscores for what comes after the prefix."""
        return {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": self.capabilities,
                f"{KEY}clientInfo": self.info, **more}

    def headers(self, message):
        """The headers that a client must send with a message."""
        found = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **self.base}
        if self.version == MODERN:
            found |= {"MCP-Protocol-Version": MODERN, "Mcp-Method": message.get("method", "")}
            name = (message.get("params") or {}).get(NAMED.get(message.get("method")))
            if name and isinstance(name, str):
                found["Mcp-Name"] = header(name)
        elif message.get("method") != "initialize":
            found["MCP-Protocol-Version"] = self.version
            if self.session:
                found["Mcp-Session-Id"] = self.session
        return found

    def send(self, message, headers=None, body=None, verb="POST", timeout=30):
        """Sends a message, or a body as it is; gives the connection and its response, unread."""
        connection = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=timeout)
        headers = self.headers(message) if headers is None else headers
        body = json.dumps(message).encode() if body is None else body
        skip = any(name.lower() == "host" for name in headers)
        connection.putrequest(verb, self.place.path, skip_host=skip, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Who is asked too much may answer before all of it has come.
        return connection, connection.getresponse()

    def read(self, response):
        """The messages of a response as they come, still without judgement."""
        kind = (response.getheader("Content-Type") or "").partition(";")[0]
        if kind == "text/event-stream":
            data = []
            while line := response.readline():
                line = line.decode().rstrip("\r\n")
                if line.startswith("data:"):
                    data.append(line[5:].removeprefix(" "))
                elif not line and data:
                    text, data = "\n".join(data), []
                    if text:
                        yield json.loads(text)
        elif body := response.read():
            assert kind == "application/json", (kind, body[:200])
            yield json.loads(body)

    def exchange(self, message, headers=None, body=None, timeout=30):
        """Sends a message and reads all that comes for it; gives the status, the headers in lower case, the
        messages. What the server asks in between is answered."""
        connection, response = self.send(message, headers, body, timeout=timeout)
        received = []
        for incoming in self.read(response):
            received.append(hold(incoming, message.get("method") if message else None, self.version))
            if "method" in incoming and "id" in incoming:
                self.answer(incoming)
            if "id" in incoming and "method" not in incoming and self.version != MODERN:
                break
        found = {name.lower(): value for name, value in response.getheaders()}
        connection.close()
        return response.status, found, received

    def answer(self, request):
        result = self.answers[request["method"]](request.get("params", {}))
        conforms(result, CLIENT_RESULTS[request["method"], self.version], self.version)
        status, _, messages = self.exchange({"jsonrpc": "2.0", "id": request["id"], "result": result})
        assert (status, messages) == (202, []), (status, messages)

    def message(self, method, params=None, id=None, **meta):
        """A request of ours, complete in our era."""
        params = dict(params or {})
        if self.version == MODERN:
            params["_meta"] = self.meta(**meta) | params.get("_meta", {})
        elif meta:
            params["_meta"] = meta
        return {"jsonrpc": "2.0", "id": next(self.ids) if id is None else id, "method": method, "params": params}

    def request(self, method, params=None, id=None, headers=None, **meta):
        """Asks; gives the result, or raises what was refused. What came before it is in `notifications`."""
        message = self.message(method, params, id, **meta)
        status, found, messages = self.exchange(message, self.headers(message) | (headers or {}))
        assert messages, f"{method} got HTTP {status} without a message"
        last = messages[-1]
        assert "method" not in last, f"{method} got no answer, but {messages}"
        assert last.get("id") == message["id"] and type(last["id"]) is type(message["id"]), (message["id"], last)
        self.notifications = [m for m in messages[:-1] if "id" not in m]
        if method == "initialize":
            self.session = found.get("mcp-session-id")
        if "error" in last:
            raise Failed(last["error"], status, last["id"])
        assert status == 200, status
        return last["result"]

    def call(self, tool, arguments=None, **meta):
        return self.request("tools/call", {"name": tool, "arguments": arguments or {}}, **meta)

    def listen(self, method, params=None, id=None, timeout=10, **meta):
        """Opens a request whose answer takes its time; gives a `Stream`."""
        message = self.message(method, params, id, **meta)
        return Stream(self, *self.send(message, timeout=timeout), message)

    def end(self):
        """Nothing is held between requests."""

    def get(self, headers=None, timeout=10):
        """Opens the stream that a legacy client may have by GET."""
        found = {**self.headers({}), "Accept": "text/event-stream"} | (headers or {})
        return Stream(self, *self.send({}, found, b"", verb="GET", timeout=timeout), {})


class Stream:
    """An open response: the messages in their order; ends when it is closed."""

    def __init__(self, client, connection, response, request):
        self.client, self.connection, self.response, self.request = client, connection, response, request
        self.status, self.messages = response.status, client.read(response)

    def next(self):
        """The next message; an error when none comes in time."""
        return hold(next(self.messages), self.request.get("method"), self.client.version)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.response.close()
        self.connection.close()


class Stdio:
    """A server that is a program: one message a line."""

    def __init__(self, command, environment, folder=None):
        self.process = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = queue.Queue()
        threading.Thread(target=self.pump, daemon=True).start()
        self.errors = []
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()

    def pump(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def write(self, *messages):
        """Writes messages, or lines as they are, as one piece."""
        lines = (m if isinstance(m, bytes) else json.dumps(m).encode() + b"\n" for m in messages)
        self.process.stdin.write(b"".join(lines))
        self.process.stdin.flush()

    def next(self, method=None, version=MODERN, timeout=30):
        """The next message; None at the end of the output."""
        line = self.lines.get(timeout=timeout)
        return None if line is None else hold(json.loads(line), method, version)

    def end(self, timeout=10):
        """Closes the input; gives the exit code, which must come in time."""
        self.process.stdin.close()
        return self.process.wait(timeout)
