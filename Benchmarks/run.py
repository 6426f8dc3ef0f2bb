#!/usr/bin/env python3
"""Measures Orchestron beside its peers, in one run, and prints the table of docs/benchmarks.md.

    Benchmarks/run.py [--seconds N] [--quick]

Needs a release build (scripts/build), wrk, nginx and node. Everything listens on loopback, on ports that were free.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
ORCHESTRON = ROOT / ".build/stage/bin/orchestron"
rows = []


def row(what, figure, ratio="", budget=""):
    rows.append((what, figure, ratio, budget))
    print(f"{what}: {figure} {ratio}", file=sys.stderr)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url):
    for _ in range(500):
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit(f"nothing answers at {url}")


def wrk(url, seconds, script=None, connections=64, headers=None):
    """Requests a second and the 99th percentile in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    if script:
        command += ["-s", str(script)]
    out = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    if re.search(r"Non-2xx|Socket errors", out):
        sys.exit(f"wrk saw errors at {url}:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


class Host:
    """A host of its own, with an empty storage folder."""

    def __init__(self, folder, *arguments):
        self.ready_file = Path(folder) / "ready.json"
        self.storage = Path(folder) / "storage"
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [ORCHESTRON, "run", "--storage", self.storage, "--port", "0", "--ws-port", "0", "--ready-file",
             self.ready_file, *arguments], env=environment, cwd=folder, stderr=open(Path(folder) / "log", "w"))
        while not self.ready_file.exists():
            if self.process.poll() is not None:
                sys.exit((Path(folder) / "log").read_text())
            time.sleep(0.001)
        self.ready_after = time.monotonic() - self.started
        self.ready = json.loads(self.ready_file.read_text())
        self.url = self.ready.get("http")
        # Without auth among its plugins a host has no token.
        token = self.ready.get("token")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method, **arguments):
        out = subprocess.run(
            [ORCHESTRON, "call", method, "--storage", self.storage, *(f"{k}={v}" for k, v in arguments.items())],
            capture_output=True, text=True, check=True)
        return json.loads(out.stdout)

    def memory(self):
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        if self.process.wait(20) != 0:
            sys.exit("the host did not end cleanly")


def inside(folder):
    """Figures that a plugin takes."""
    subprocess.run(["make", "-s", "-C", HERE / "bench"], check=True)
    subprocess.run(["make", "-s", "-C", ROOT / "plugin-sdk/examples/rice"], check=True)
    host = Host(folder, "--plugins", "bench", "--plugin-dir", str(HERE / "bench"), "--plugin-dir",
                str(ROOT / "plugin-sdk/examples/rice"))

    def best(method, **arguments):
        return min(host.call(method, **arguments) for _ in range(5))

    pointer, slot = best("bench.pointer", n=20_000_000), best("bench.slot", n=20_000_000)
    row("plain pointer", f"{pointer:.1f} ns")
    row("slot call with accounting", f"{slot:.1f} ns", f"{slot / pointer:.2f} × pointer", "≤ 2 × pointer")
    dynamic = best("bench.dynamic", n=300_000)
    row("dynamic call of a native function, JSON in and out", f"{dynamic:.0f} ns", "", "≤ 2 µs")
    row("`json/1`: a text of 120 bytes parsed, one member read", f"{best('bench.parse', n=1_000_000):.0f} ns")
    one, three = best("bench.publish", n=1_000_000), best("bench.publish", n=500_000, subscribers=3)
    row("publish and deliver, 1 subscriber", f"{1e3 / one:.2f} M/s", "", "≥ 5 M/s")
    row("publish and deliver, 3 subscribers", f"{1e3 / three:.2f} M/s", "", "≥ 2 M/s")
    host.stop()


def start_up(folder):
    times, memory = [], 0
    for index in range(10):
        place = Path(folder) / f"start-{index}"
        place.mkdir()
        host = Host(place)
        times.append(host.ready_after * 1000)
        time.sleep(0.2)
        memory = host.memory()
        host.stop()
    row("start to ready, all bundled plugins", f"{statistics.median(times):.0f} ms", "", "≤ 150 ms")
    row("idle memory", f"{memory:.1f} MB", "", "≤ 60 MB")


def many_plugins(folder):
    """How much longer a start takes with 100 C plugins more."""
    rice = ROOT / "plugin-sdk/examples/rice/src/rice.c"
    roots = Path(folder) / "hundred"
    for index in range(100):
        plugin = roots / f"rice{index}"
        plugin.mkdir(parents=True)
        source = rice.read_text().replace("ORCH_PLUGIN(rice)", f"ORCH_PLUGIN(rice{index})")
        source = source.replace('"rice"', f'"rice{index}"')
        (plugin / "rice.c").write_text(source)
        (plugin / "plugin.json").write_text(json.dumps(
            {"id": f"rice{index}", "version": "1.0.0", "provides": {f"rice{index}": "1.0.0"}}))
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{ROOT}/plugin-sdk/include",
                        "rice.c", "-o", f"librice{index}.so"], cwd=plugin, check=True)
    times = {0: [], 100: []}
    for index in range(5):
        for count in times:
            place = Path(folder) / f"many-{count}-{index}"
            place.mkdir()
            host = Host(place, *(["--plugin-dir", str(roots)] if count else []))
            if count and len(host.call("host.plugins")["items"]) < 100:
                sys.exit("the 100 plugins were not loaded")
            times[count].append(host.ready_after * 1000)
            host.stop()
    row("100 C plugins more at the start", f"{statistics.median(times[100]) - statistics.median(times[0]):.0f} ms", "",
        "≤ 50 ms")


def command_line(folder, host):
    def median(command):
        times = []
        for _ in range(20):
            start = time.monotonic()
            subprocess.run(command, capture_output=True, check=True, cwd=folder)
            times.append((time.monotonic() - start) * 1000)
        return statistics.median(times)

    running = median([ORCHESTRON, "call", "tasks.list", "--storage", host.storage])
    row("command against a running host", f"{running:.0f} ms", "", "≤ 30 ms")
    alone = median([ORCHESTRON, "call", "tasks.list", "--storage", Path(folder) / "alone"])
    row("command without one", f"{alone:.0f} ms", "", "≤ 80 ms")


def fill(host, count):
    """Creates tasks by several writers over keep-alive connections; gives the id of one."""
    import http.client
    address = host.url.removeprefix("http://")
    ids, lock = [], threading.Lock()

    def work(share):
        connection = http.client.HTTPConnection(address)
        for index in range(share):
            body = json.dumps({"title": f"Task {index}", "priority": ["low", "medium", "high", "critical"][index % 4]})
            connection.request("POST", "/api/tasks", body, host.headers | {"Content-Type": "application/json"})
            reply = connection.getresponse()
            data = json.loads(reply.read())
            if reply.status != 201:
                sys.exit(f"create answered {reply.status}: {data}")
            if index == share // 2:
                with lock:
                    ids.append(data["id"])

    threads = [threading.Thread(target=work, args=(count // 32,)) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ids[0]


def over_http(folder, seconds, tasks):
    host = Host(folder)
    port = free_port()
    conf = (HERE / "peers/nginx.conf").read_text().replace("PORT", str(port)).replace("FOLDER", str(folder))
    (Path(folder) / "nginx.conf").write_text(conf)
    nginx = subprocess.Popen(["nginx", "-c", Path(folder) / "nginx.conf"], stderr=subprocess.DEVNULL)
    node_port = free_port()
    node = subprocess.Popen(["node", HERE / "peers/health.js", str(node_port)])
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        wait_for(f"http://127.0.0.1:{node_port}/")
        ours, theirs, nodes = [], [], []
        for _ in range(3):
            theirs.append(wrk(f"http://127.0.0.1:{port}/", seconds)[0])
            ours.append(wrk(f"{host.url}/health", seconds)[0])
            nodes.append(wrk(f"http://127.0.0.1:{node_port}/", seconds)[0])
    finally:
        nginx.terminate()
        node.terminate()
    health = statistics.median(ours)
    row("nginx, one worker, `return 200`", f"{statistics.median(theirs):,.0f}/s")
    row("Node `http`", f"{statistics.median(nodes):,.0f}/s")
    row("`GET /health`", f"{health:,.0f}/s",
        f"{health / statistics.median(theirs):.2f} × nginx, {health / statistics.median(nodes):.1f} × Node",
        "≥ 0.9 × nginx, ≥ 3 × Node")

    creates = HERE / "peers/create.lua"
    single, _ = wrk(f"{host.url}/api/tasks", seconds, creates, 1, host.headers)
    many, p99 = wrk(f"{host.url}/api/tasks", seconds, creates, headers=host.headers)
    row("durable create, 1 connection", f"{single:,.0f}/s (one sync each)")
    row("durable create, 64 connections", f"{many:,.0f}/s, p99 {p99:.1f} ms", f"{many / single:.1f} × one sync each",
        "≥ 10 × one sync per write")

    task = fill(host, tasks)
    rate, p99 = wrk(f"{host.url}/api/tasks/{task}", seconds, headers=host.headers)
    row(f"`GET /api/tasks/{{id}}`, {tasks:,} tasks and more", f"{rate:,.0f}/s, p99 {p99:.2f} ms", f"{rate / health:.2f} × /health",
        "≥ 0.6 × /health, p99 ≤ 5 ms")
    rate, p99 = wrk(f"{host.url}/api/tasks?status=todo&limit=50", seconds, headers=host.headers)
    row("list 50 of them, filtered and ordered", f"{rate:,.0f}/s, p99 {p99:.1f} ms")
    command_line(folder, host)
    host.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="length of each wrk run")
    parser.add_argument("--quick", action="store_true", help="2 s a run and 3,200 tasks")
    options = parser.parse_args()
    for program in ["wrk", "nginx", "node", "make", "cc"]:
        if not shutil.which(program):
            sys.exit(f"{program} is missing; scripts/setup --dev does not install what only benchmarks need")
    with tempfile.TemporaryDirectory(prefix="orchestron-bench-") as folder:
        for part in [inside, start_up, many_plugins]:
            place = Path(folder) / part.__name__
            place.mkdir()
            part(place)
        place = Path(folder) / "http"
        place.mkdir()
        over_http(place, 2 if options.quick else options.seconds, 3_200 if options.quick else 100_000)
    print("| what | measured | ratio | budget |\n|---|--:|---|---|")
    for entry in rows:
        print("| " + " | ".join(entry) + " |")


if __name__ == "__main__":
    main()
