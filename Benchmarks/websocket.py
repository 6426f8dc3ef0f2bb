#!/usr/bin/env python3
"""Measures WebSocket with thousands of clients beside the library `ws` on Node, in one run, and prints a table.

    Benchmarks/websocket.py [--idle N] [--rounds N] [--quick] [--check]

Needs a release build (scripts/build), cc, node and its library ws (Debian: node-ws). Each server has 10,000 idle clients
and 1,000 active ones, which call a method and are told of events. With --check the run fails when the budgets of memory
and delivery are missed.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from run import HERE, Host, free_port

ACTIVE = 1000
MEMORY, DELIVERY = 40, 20
rows = []


def row(what, ours, theirs="", ratio="", budget=""):
    rows.append((what, ours, theirs, ratio, budget))
    print(f"{what}: {ours} | {theirs} | {ratio}", file=sys.stderr)


def message(method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


class Server:
    """A process that serves WebSocket on a port, and its clients."""

    def __init__(self, program, pid, port, token=""):
        self.pid = pid
        self.clients = subprocess.Popen([program, str(port), *([token] if token else [])], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        """Has the clients do something. Gives what they say, and the server's seconds of processor meanwhile."""
        before = self.processor()
        self.clients.stdin.write(" ".join(map(str, words)) + "\n")
        self.clients.stdin.flush()
        answer = self.clients.stdout.readline()
        if not answer:
            sys.exit(f"the clients gave up when they were to {words[0]}")
        return json.loads(answer), self.processor() - before

    def processor(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident memory in KB."""
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text()).group(1))

    def growth(self, count, text=""):
        """KB of memory that each of so many clients more takes."""
        time.sleep(1)
        before = self.memory()
        seconds = self.ask("open", count, text)[0]["seconds"]
        time.sleep(2)
        return (self.memory() - before) / count, seconds

    def end(self):
        self.clients.stdin.close()
        self.clients.wait(20)


class Peer:
    """The server on Node."""

    def __init__(self):
        self.port = free_port()
        environment = os.environ | {"NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs")}
        self.process = subprocess.Popen(["node", HERE / "peers/websocket.js", str(self.port)], env=environment,
                                        stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            sys.exit("the server on Node did not start; Debian has its library as node-ws")

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def middle(results, part):
    return statistics.median(result[part] for result, _ in results)


def processor(results):
    """Microseconds of the server's processor for one event or call."""
    return sum(used for _, used in results) / sum(result["count"] for result, _ in results) * 1e6


def alternate(servers, rounds, *words):
    return list(zip(*[[server.ask(*words) for server in servers] for _ in range(rounds)]))


def times(what, ours, theirs, budget=""):
    """A row of milliseconds."""
    row(what, f"{ours:.1f} ms", f"{theirs:.1f} ms", f"{theirs / ours:.2f} ×", budget)


def memory(servers, idle):
    """Answers how many KB an idle client takes of Orchestron."""
    (mine, quick), (peers, slow) = (server.growth(idle) for server in servers)
    row(f"memory of each of {idle:,} idle clients", f"{mine:.1f} KB", f"{peers:.1f} KB", f"{peers / mine:.2f} ×",
        f"≤ {MEMORY} KB")
    row("… connections opened in a second", f"{idle / quick:,.0f}", f"{idle / slow:,.0f}", f"{slow / quick:.2f} ×")
    subscribe = message("subscribe", topics=["task:created"])
    (more, _), (peers_more, _) = (server.growth(ACTIVE, subscribe) for server in servers)
    row(f"memory of each of {ACTIVE:,} clients with a subscription", f"{more:.1f} KB", f"{peers_more:.1f} KB",
        f"{peers_more / more:.2f} ×")
    return mine


def delivery(servers, rounds, events, alone):
    """Answers how many milliseconds Orchestron takes until the last client has an event."""
    ours, theirs = alternate(servers, rounds, "publish", events, message("tasks.create", title="an event of a thousand"))
    last = middle(ours, "median")
    times(f"create, until the last of {ACTIVE:,} has the event, median", last, middle(theirs, "median"),
          f"≤ {DELIVERY} ms")
    times(f"… 99th percentile of {events}", middle(ours, "p99"), middle(theirs, "p99"))
    times("… from the first to the last", middle(ours, "spread"), middle(theirs, "spread"))
    row("… a create that nobody hears of", f"{alone[0]:.1f} ms, durable", f"{alone[1]:.1f} ms, in memory")
    cost, peers_cost = (processor(side) / ACTIVE for side in (ours, theirs))
    row("… processor of the server for each client", f"{cost:.1f} µs", f"{peers_cost:.1f} µs",
        f"{peers_cost / cost:.2f} ×")
    return last


def calls(servers, rounds, seconds):
    ours, theirs = alternate(servers, rounds, "call", seconds, message("tasks.get", id="ORC-1"))
    rate, peers_rate = middle(ours, "rate"), middle(theirs, "rate")
    row(f"`tasks.get` of {ACTIVE:,} clients at once", f"{rate:,.0f}/s", f"{peers_rate:,.0f}/s",
        f"{rate / peers_rate:.2f} ×")
    times("… median", middle(ours, "median"), middle(theirs, "median"))
    times("… 99th percentile", middle(ours, "p99"), middle(theirs, "p99"))
    cost, peers_cost = processor(ours), processor(theirs)
    row("… processor of the server for a call", f"{cost:.1f} µs", f"{peers_cost:.1f} µs", f"{peers_cost / cost:.2f} ×")


def measure(servers, options):
    """Answers which budgets were missed."""
    alone = []
    for server in servers:
        # The first client publishes; what the first tasks and calls take is no client's.
        server.ask("open", 1)
        alone.append(server.ask("call", 1, message("tasks.create", title="a task"))[0]["median"])
    rounds, seconds = (1, 2) if options.quick else (options.rounds, 4)
    kilobytes = memory(servers, options.idle)
    milliseconds = delivery(servers, rounds, 100, alone)
    calls(servers, rounds, seconds)
    return [sentence for sentence, is_missed in [
        (f"an idle client takes {kilobytes:.1f} KB, more than {MEMORY}", kilobytes > MEMORY),
        (f"an event takes {milliseconds:.1f} ms to the last of {ACTIVE:,} clients, more than {DELIVERY}",
         milliseconds > DELIVERY)] if is_missed]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idle", type=int, default=10_000, help="idle clients of each server")
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken; the median counts")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--check", action="store_true", help="fail when a budget of memory or delivery is missed")
    options = parser.parse_args()
    for program in ["node", "cc"]:
        if not shutil.which(program):
            sys.exit(f"{program} is missing; scripts/setup --dev does not install what only benchmarks need")
    with tempfile.TemporaryDirectory(prefix="orchestron-ws-") as folder:
        program = Path(folder) / "clients"
        subprocess.run(["cc", "-O2", HERE / "websocket/clients.c", "-o", program], check=True)
        # The default project is keyed after the folder around the storage folder; "1" has no letters: ORC.
        place = Path(folder) / "1"
        place.mkdir()
        host, peer = Host(place), Peer()
        try:
            ours = Server(program, host.process.pid, host.url.rpartition(":")[2], host.ready["token"])
            theirs = Server(program, peer.process.pid, peer.port)
            missed = measure((ours, theirs), options)
            ours.end()
            theirs.end()
        finally:
            peer.end()
            host.stop()
    print("| what | Orchestron | `ws` on Node | ratio | budget |\n|---|--:|--:|---|---|")
    for entry in rows:
        print("| " + " | ".join(entry) + " |")
    if options.check and missed:
        sys.exit("; ".join(missed))


if __name__ == "__main__":
    main()
