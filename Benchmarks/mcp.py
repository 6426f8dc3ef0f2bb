#!/usr/bin/env python3
"""Measures MCP beside the official Python SDK's own server, in one run, and prints a table.

    Benchmarks/mcp.py [--seconds N]

Needs a release build (scripts/build; another by ORCHESTRON_BIN), wrk, and the Python of scripts/setup --dev. Both
servers answer `tools/call` of `tasks_get` in the revision 2026-07-28.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORCHESTRON = Path(os.environ.get("ORCHESTRON_BIN", ROOT / ".build/stage/bin/orchestron")).absolute()
PYTHON = Path(os.environ.get("ORCHESTRON_PYTHON", ROOT / ".venv/bin/python3"))
PEER = ROOT / "Benchmarks/peers/mcp_peer.py"
KEY = "io.modelcontextprotocol/"
META = {f"{KEY}protocolVersion": "2026-07-28", f"{KEY}clientCapabilities": {},
        f"{KEY}clientInfo": {"name": "bench", "version": "1"}}
rows = []


def row(what, ours, theirs="", ratio="", budget=""):
    rows.append((what, ours, theirs, ratio, budget))
    print(f"{what}: {ours} | {theirs} | {ratio}", file=sys.stderr)


def message(method, id=1, **params):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params | {"_meta": META}}


CALL = message("tools/call", name="tasks_get", arguments={"id": "ORC-1"})
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
           "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "tasks_get"}


def ask(url, headers, body=CALL):
    request = urllib.request.Request(url, json.dumps(body).encode(), HEADERS | headers)
    text = urllib.request.urlopen(request, timeout=10).read().decode()
    answer = json.loads(text if text.startswith("{") else re.search(r"data: (.*)", text).group(1))
    if "error" in answer or answer["result"].get("isError"):
        sys.exit(f"{url} answered {answer}")
    return answer


def wrk(url, headers, connections, seconds):
    """Calls a second, the median and the 99th percentile in milliseconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write('wrk.method = "POST"\nwrk.body = [==[' + json.dumps(CALL) + "]==]\n")
        script.writelines(f'wrk.headers["{name}"] = "{value}"\n' for name, value in (HEADERS | headers).items())
        script.flush()
        out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script.name, url],
                             capture_output=True, text=True, check=True).stdout
    if re.search(r"Non-2xx|Socket errors", out):
        sys.exit(f"wrk saw errors at {url}:\n{out}")

    def at(percent):
        value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", out).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), at(50), at(99)


def memory(pid):
    """Resident memory of a process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class Lines:
    """A server that is a program."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def write(self, *messages):
        self.process.stdin.write(b"".join(json.dumps(m).encode() + b"\n" for m in messages))
        self.process.stdin.flush()

    def read(self):
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer or answer["result"].get("isError"):
            sys.exit(f"answered {answer}")
        return answer

    def rate(self, count, ahead):
        """Calls a second with this many under way."""
        began = time.monotonic()
        self.write(*(CALL | {"id": number} for number in range(ahead)))
        for number in range(count):
            self.read()
            if number + ahead < count:
                self.write(CALL | {"id": number + ahead})
        return count / (time.monotonic() - began)

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)


def first_answer(command, environment, runs):
    """Milliseconds from the start of a program to its first answer."""
    times = []
    for _ in range(runs):
        began = time.monotonic()
        lines = Lines(command, environment)
        lines.write(message("server/discover"))
        lines.read()
        times.append((time.monotonic() - began) * 1000)
        lines.end()
    return statistics.median(times)


def over_http(ours, headers, theirs, seconds):
    ask(ours, headers)
    ask(theirs, {})
    for connections in (1, 64):
        pairs = [(wrk(ours, headers, connections, seconds), wrk(theirs, {}, connections, seconds)) for _ in range(3)]
        (rate, middle, slow), (peer, peer_middle, peer_slow) = (
            [statistics.median(one[part] for one in side) for part in range(3)] for side in zip(*pairs))
        row(f"`tools/call` by HTTP, {connections} connection{'s' * (connections > 1)}", f"{rate:,.0f}/s",
            f"{peer:,.0f}/s", f"{rate / peer:.1f} ×", "≥ 10 ×")
        row("… median, 99th percentile", f"{middle:.2f} ms, {slow:.2f} ms", f"{peer_middle:.2f} ms, {peer_slow:.2f} ms",
            f"{peer_middle / middle:.1f} ×, {peer_slow / slow:.1f} ×")


def over_stdio(ours, theirs, environment, host):
    for ahead, count in ((1, 500), (64, 4000)):
        rates = []
        for command in (ours, theirs):
            lines = Lines(command, environment)
            lines.rate(100, 10)
            rates.append(statistics.median(lines.rate(count, ahead) for _ in range(3)))
            pid = lines.process.pid
            if ahead > 1:
                rates.append(memory(pid))
            lines.end()
        if ahead > 1:
            rate, bridge, peer, peer_memory = rates
            row("memory: bridge, Python's server", f"{bridge:.1f} MB", f"{peer_memory:.1f} MB",
                f"{peer_memory / bridge:.1f} ×")
            row("memory: host with all plugins", f"{memory(host.pid):.1f} MB")
        else:
            rate, peer = rates
        row(f"`tools/call` by stdio, {ahead} under way", f"{rate:,.0f}/s", f"{peer:,.0f}/s", f"{rate / peer:.1f} ×",
            "≥ 10 ×")
    mine, peer = first_answer(ours, environment, 20), first_answer(theirs, environment, 5)
    row("start to first answer, a host runs", f"{mine:.0f} ms", f"{peer:.0f} ms", f"{peer / mine:.1f} ×", "≤ 80 ms")


def without_a_host(folder, environment):
    """The first bridge starts the background host; it ends with its folder."""
    times = []
    for number in range(5):
        place = Path(folder) / f"alone-{number}"
        times.append(first_answer([ORCHESTRON, "mcp", "--storage", place / ".orchestron"], environment, 1))
        shutil.rmtree(place, ignore_errors=True)
    row("start to first answer, none runs", f"{statistics.median(times):.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="length of each wrk run")
    seconds = parser.parse_args().seconds
    if not shutil.which("wrk"):
        sys.exit("wrk is missing; scripts/setup --dev does not install what only benchmarks need")
    with tempfile.TemporaryDirectory(prefix="orchestron-mcp-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {"PATH": os.environ["PATH"], "HOME": folder}
        # The default project is keyed after the folder around the storage folder; "1" has no letters: ORC.
        storage, ready = Path(folder) / "1" / ".orchestron", Path(folder) / "ready.json"
        storage.parent.mkdir()
        host = subprocess.Popen([ORCHESTRON, "run", "--storage", storage, "--port", "0", "--ws-port", "0",
                                 "--ready-file", ready], env=environment, cwd=folder, stderr=subprocess.DEVNULL)
        peer = subprocess.Popen([PYTHON, PEER, "http", str(port)], env=environment, stderr=subprocess.DEVNULL)
        try:
            while not ready.exists():
                if host.poll() is not None:
                    sys.exit("the host did not start")
                time.sleep(0.01)
            known = json.loads(ready.read_text())
            headers = {"Authorization": f"Bearer {known['token']}"}
            for number in range(100):
                body = json.dumps({"title": f"Task {number}", "description": "what is to be done", "labels": ["a", "b"]})
                request = urllib.request.Request(f"{known['http']}/api/tasks", body.encode(),
                                                 headers | {"Content-Type": "application/json"})
                urllib.request.urlopen(request).read()
            for _ in range(500):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.02)
            over_http(f"{known['http']}/mcp", headers, f"http://127.0.0.1:{port}/mcp", seconds)
            over_stdio([ORCHESTRON, "mcp", "--storage", storage], [PYTHON, PEER, "stdio"], environment, host)
            without_a_host(folder, environment)
        finally:
            host.send_signal(signal.SIGTERM)
            peer.terminate()
            host.wait(20)
            peer.wait(20)
    print("| what | Orchestron | Python SDK | ratio | budget |\n|---|--:|--:|---|---|")
    for entry in rows:
        print("| " + " | ".join(entry) + " |")


if __name__ == "__main__":
    main()
