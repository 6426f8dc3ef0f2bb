"""What the end-to-end scripts share: a host of their own, and the faces by which they reach it."""

import asyncio
import json
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import websockets

# As whom we call: the local token and the socket are this user's.
ME = pwd.getpwuid(os.getuid()).pw_name
BINARY = Path(os.environ["ORCHESTRON_BIN"]).absolute()


# The token of each address at which a host of ours listens, or has.
TOKENS = {}


class Refused(Exception):
    """A call that was answered with a failure: the status's name and the sentence."""

    def __init__(self, code, detail, status=None, problem=None):
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.status, self.problem = code, detail, status, problem


class Host:
    """A running host with a storage folder of its own; a context manager. Started again, it has the same ports."""

    def __init__(self, *plugin_dirs, storage=None, arguments=(), configuration=None):
        self.folder = tempfile.TemporaryDirectory(prefix="orchestron-e2e-")
        # The default project is keyed after the folder around the storage folder; "1" has no letters: ORC.
        self.storage = storage or Path(self.folder.name) / "1" / ".orchestron"
        self.storage.parent.mkdir(exist_ok=True, parents=True)
        self.plugin_dirs, self.arguments = plugin_dirs, arguments
        self.http = self.ws = None
        if configuration:
            Path(self.folder.name, "orchestron.config.json").write_text(json.dumps(configuration))
        self.start()

    def start(self):
        ready = Path(self.folder.name) / "ready.json"
        ready.unlink(missing_ok=True)
        self.log = open(Path(self.folder.name) / "log", "ab")
        self.process = subprocess.Popen(
            [BINARY, "run", "--storage", self.storage, "--port", port_of(self.http), "--ws-port", port_of(self.ws),
             "--ready-file", ready, *(a for d in self.plugin_dirs for a in ("--plugin-dir", d)), *self.arguments],
            env={"PATH": os.environ["PATH"], "HOME": self.folder.name, "TZ": "UTC"}, cwd=self.folder.name,
            stdout=self.log, stderr=self.log)
        for _ in range(3000):
            if ready.exists():
                break
            if self.process.poll() is not None:
                sys.exit(f"the host ended with {self.process.returncode}:\n{self.logged()}")
            time.sleep(0.01)
        else:
            sys.exit(f"the host did not get ready:\n{self.logged()}")
        self.ready = json.loads(ready.read_text())
        self.http, self.ws = self.ready.get("http"), self.ready.get("ws")
        self.token = self.ready.get("token")
        TOKENS.update({urlsplit(url).netloc: self.token for url in (self.http, self.ws) if url})

    def logged(self):
        return (Path(self.folder.name) / "log").read_text(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Stops in order; the exit code must be 0."""
        self.process.terminate()
        code = self.process.wait(30)
        if code != 0:
            sys.exit(f"the host ended with {code}:\n{self.logged()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.log.close()
        self.folder.cleanup()


def port_of(address):
    """The port of an address that was had before; 0, any, without one."""
    return address.rpartition(":")[2] if address else "0"


def bearer(url, token=None):
    """The header by which a host of ours lets us in, unless another token is named; empty for others."""
    token = token or TOKENS.get(urlsplit(url).netloc)
    return {"Authorization": f"Bearer {token}"} if token else {}


def connect(url, **options):
    """A WebSocket to a host of ours, as this machine's user."""
    return websockets.connect(url, additional_headers=bearer(url), **options)


def curl(url, *arguments, data=None, token=None):
    """Runs curl as this machine's user, or who has the token; gives the status code, the headers in lower case, and the
    body."""
    headers = [part for name, value in bearer(url, token).items() for part in ("-H", f"{name}: {value}")]
    command = ["curl", "-sS", "-i", "--max-time", "60", *headers, url, *arguments]
    out = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    head, _, body = out.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, body


def by_http(host, method, arguments):
    """Calls by `POST /api/services/{service}/{method}`. The chunks of a stream are dropped."""
    service, name = method.split(".")
    status, headers, body = curl(
        f"{host.http}/api/services/{service}/{name}", "-H", "Content-Type: application/json", "--data-binary", "@-",
        data=json.dumps(arguments).encode())
    if status == 204:
        return None
    if headers.get("content-type", "").startswith("application/x-ndjson"):
        return json.loads(body.strip().split(b"\n")[-1])
    value = json.loads(body)
    if status >= 400:
        raise Refused(value["code"], value["detail"])
    return value


def rest(host, verb, path, body=None, token=None):
    """A request to `/api` + path as a client makes it; gives the JSON, None for none."""
    status, _, answer = curl(
        f"{host.http}/api{path}", "-X", verb, "-H", "Content-Type: application/json", token=token,
        *(() if body is None else ("--data-binary", "@-")), data=None if body is None else json.dumps(body).encode())
    value = json.loads(answer) if answer else None
    if status >= 400:
        raise Refused(value["code"], value["detail"], status, value)
    return value


def refusal(call, *arguments, says=""):
    """The failure that a call must be answered with; its sentence must contain `says`."""
    try:
        answer = call(*arguments)
    except Refused as refused:
        if says not in refused.detail:
            sys.exit(f"{arguments[1:]} was refused with {refused}, not with {says}")
        return refused
    sys.exit(f"{arguments[1:]} was not refused: {answer}")


def by_command_line(host, method, arguments):
    """Calls by `orchestron call`, which joins the running host."""
    run = subprocess.run(
        [BINARY, "call", method, json.dumps(arguments), "--json", "--storage", host.storage], capture_output=True,
        text=True, timeout=60)
    lines = run.stdout.strip().split("\n")
    value = json.loads(lines[-1]) if lines[-1] else None
    if run.returncode != 0:
        raise Refused(value["code"], value["detail"])
    return value


def by_websocket(host, method, arguments):
    """Calls by JSON-RPC over WebSocket."""

    async def run():
        async with connect(host.ws, max_size=None) as socket:
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}))
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), 60))
                if message.get("id") == 1:
                    return message

    message = asyncio.run(run())
    if "error" in message:
        raise Refused(message["error"]["data"]["code"], message["error"]["data"]["detail"])
    return message["result"]


def at_once(host, calls):
    """Makes calls, pairs of a method and its arguments, at the same time, each by a WebSocket of its own; gives the
    JSON-RPC replies in the order of the calls."""

    async def one(method, arguments):
        async with connect(host.ws) as socket:
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}))
            return json.loads(await asyncio.wait_for(socket.recv(), 60))

    async def all_of_them():
        return await asyncio.gather(*(one(*call) for call in calls))

    return asyncio.run(all_of_them())


def published(host):
    """All events from the log's first on, as a WebSocket client with `since` gets them."""

    async def run():
        async with connect(host.ws, max_size=None) as socket:
            await socket.send(json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"topics": ["*"], "since": 0}}))
            events, last = [], None
            while last is None or not events or events[-1]["seq"] < last:
                message = json.loads(await asyncio.wait_for(socket.recv(), 60))
                if message.get("id") == 1:
                    last = message["result"]["seq"]
                elif "seq" in message.get("params", {}):
                    events.append(message["params"])
            return events

    return asyncio.run(run())


def normalised(value):
    """A value with what differs from run to run replaced: ids, instants, and the figures of a running process."""
    if isinstance(value, dict):
        moving = {"uptime", "accounts", "folder", "requestId", "seq", "actor", "author", "activeTime", "day", "process",
                  "by", "enabledBy", "handle", "code", "link", "token"}

        def part(key, entry):
            # Cursors hold what they stand at.
            return "…" if key in moving or key == "next" and isinstance(entry, str) else normalised(entry)

        return {key: part(key, entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [normalised(entry) for entry in value]
    if isinstance(value, str):
        value = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", value)
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", value)
    return value
