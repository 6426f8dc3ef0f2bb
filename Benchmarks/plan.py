#!/usr/bin/env python3
"""Measures the plan with many tasks: lists, search, charts, forecasts. Prints a table for docs/benchmarks.md.

    Benchmarks/plan.py [--tasks N] [--rounds N] [--burndown]

Needs a release build (scripts/build). A year of history is imported in our own format, then each question is asked over
one HTTP connection, whose own cost (GET /health) is the first row.
"""

import argparse
import base64
import datetime
import http.client
import json
import random
import tempfile
import time
import urllib.parse
from pathlib import Path

from run import Host

WORDS = ("login timeout parser cache index retry queue sprint chart export token worker signal socket schema "
         "locale invoice report widget crash memory latency upload thumbnail webhook").split()
# Words of texts are as unequal as those of a language (Zipf): a few are everywhere, most are rare.
LANGUAGE = WORDS + [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "un", "er") for c in
                    ("bel", "dor", "fin", "gam", "kit", "lon", "mur", "nis", "pot", "rag", "sed", "tov")]
WEIGHTS = [1 / (rank + 3) for rank in range(len(LANGUAGE))]


def tasks(count):
    """Tasks of the last year in the export's own format, the same at every run."""
    draw = random.Random(7)
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    stamp = lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for number in range(count):
        created = now - datetime.timedelta(days=365 * (1 - number / count), hours=draw.random() * 12)
        task = {"id": f"bench-{number}", "title": f"{draw.choice(LANGUAGE)} {draw.choice(WORDS)} {number}",
                "description": " ".join(draw.choices(LANGUAGE, WEIGHTS, k=30)),
                "priority": draw.choice(["critical", "high", "medium", "low"]), "labels": [draw.choice(WORDS)],
                "assignee": f"person{draw.randrange(20)}", "storyPoints": draw.choice([1, 2, 3, 5, 8]),
                "createdAt": stamp(created)}
        started = created + datetime.timedelta(days=draw.expovariate(1 / 5))
        done = started + datetime.timedelta(days=draw.expovariate(1 / 4))
        if done < now:
            task |= {"status": "done", "startDate": stamp(started), "completedDate": stamp(done)}
        elif started < now:
            task |= {"status": draw.choice(["in_progress", "review", "testing"]), "startDate": stamp(started)}
        else:
            task |= {"status": draw.choice(["backlog", "todo", "todo"]),
                     "dueDate": (now + datetime.timedelta(days=draw.randrange(30))).strftime("%Y-%m-%d")}
        yield json.dumps(task) + "\n"


class Face:
    """One connection to a host, kept open."""

    def __init__(self, host):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(host.ready["http"]).netloc, timeout=600)
        self.headers = host.headers | {"Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content) if content else None

    def get(self, path, **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))


def fill(face, count):
    """Imports the tasks; the seconds that it took."""
    start = time.monotonic()
    session = face.ask("POST", "/api/imports", {"format": "json"})["id"]
    offset, piece = 0, bytearray()

    def send():
        nonlocal offset, piece
        face.ask("POST", f"/api/imports/{session}/feed",
                 {"offset": offset, "data": base64.b64encode(piece).decode()})
        offset += len(piece)
        piece = bytearray()

    for line in tasks(count):
        piece += line.encode()
        if len(piece) > 700_000:
            send()
    send()
    face.ask("POST", f"/api/imports/{session}/finish", {"size": offset})
    return time.monotonic() - start


def measured(rounds, question):
    """The median and the 99th percentile in milliseconds."""
    times = []
    for round in range(rounds):
        start = time.perf_counter()
        question(round)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--burndown", action="store_true", help="also of a sprint with nine tenths of all tasks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "storage").mkdir(mode=0o700)
        host = Host(folder)
        try:
            report(Face(host), options)
        finally:
            host.process.terminate()
            host.process.wait()


def report(face, options):
    seconds = fill(face, options.tasks)
    print(f"{options.tasks} tasks imported in {seconds:.0f} s\n\n| question | median ms | p99 ms |\n|---|--:|--:|")
    draw = random.Random(1)
    key = face.get("/api/projects")["items"][0]["key"]
    year = (datetime.date.today() - datetime.timedelta(days=364)).isoformat()
    questions = [
        ("nothing: /health", 1, lambda _: face.get("/health")),
        ("a task by its key", 1, lambda _: face.get(f"/api/tasks/{key}-{draw.randrange(1, options.tasks)}")),
        ("50 by status", 1, lambda _: face.get("/api/tasks", status="todo")),
        ("50 by assignee and priority", 1, lambda _: face.get("/api/tasks", assignee="person3", priority="high")),
        ("50 by label", 1, lambda _: face.get("/api/tasks", label="webhook")),
        ("50 by rank", 1, lambda _: face.get("/api/tasks", status="todo", order="rank")),
        ("search, a common word", 1, lambda _: face.get("/api/search", text="parser")),
        ("search, two words", 1, lambda _: face.get("/api/search", text="socket thumbnail status:todo")),
        ("search, filters alone", 1, lambda _: face.get("/api/search", text="is:overdue priority:high")),
        ("cumulative flow of a year", 10, lambda _: face.get("/api/analytics/cumulative-flow", **{"from": year})),
        ("throughput of a year", 10, lambda _: face.get("/api/analytics/throughput", **{"from": year})),
        ("cycle time of 90 days", 10, lambda _: face.get("/api/analytics/cycle-time")),
        ("Monte-Carlo, 10,000 runs", 10, lambda _: face.get("/api/forecasts/completion", count=100)),
        ("stats", 10, lambda _: face.get("/api/stats")),
        ("next task", 10, lambda _: face.get("/api/tasks/next")),
    ]
    for name, divisor, question in questions:
        median, worst = measured(max(10, options.rounds // divisor), question)
        print(f"| {name} | {median:.2f} | {worst:.2f} |", flush=True)
    creates(face, options.rounds)
    burndown(face, key, 1000)
    if options.burndown:
        burndown(face, key, options.tasks * 9 // 10)
    chain(face)


def creates(face, rounds):
    """Creates of a task, each on disk before the next."""
    median, worst = measured(
        rounds, lambda number: face.ask("POST", "/api/tasks", {"title": f"made {number}", "labels": ["made"]}))
    print(f"| a create, one after the other | {median:.2f} | {worst:.2f} |", flush=True)


def burndown(face, key, count):
    """The chart of a sprint with so many of the oldest tasks, which are not in the backlog: the first, and later ones."""
    sprint = face.ask("POST", "/api/sprints", {"name": f"of {count}"})["id"]
    for start in range(1, count + 1, 1000):
        keys = [f"{key}-{number}" for number in range(start, min(start + 1000, count + 1))]
        face.ask("POST", f"/api/sprints/{sprint}/tasks", {"tasks": keys})
    face.ask("POST", f"/api/sprints/{sprint}/start", {})
    first, _ = measured(1, lambda _: face.get(f"/api/sprints/{sprint}/burndown"))
    median, worst = measured(20, lambda _: face.get(f"/api/sprints/{sprint}/burndown"))
    print(f"| burndown of {count} tasks, the first one {first:.1f} ms | {median:.2f} | {worst:.2f} |", flush=True)
    face.ask("POST", f"/api/sprints/{sprint}/end", {"carryOver": "keep"})


def chain(face, length=5000):
    """Refusing a link that would close a cycle of so many tasks."""
    keys = []
    for number in range(length):
        task = {"title": f"link {number}"}
        if keys:
            task["blockedBy"] = [keys[-1]]
        keys.append(face.ask("POST", "/api/tasks", task)["key"])

    def close(_):
        body = json.dumps({"other": keys[-1]})
        face.connection.request("POST", f"/api/tasks/{keys[0]}/links", body, face.headers)
        answer = face.connection.getresponse()
        answer.read()
        assert answer.status == 409, answer.status

    median, worst = measured(50, close)
    print(f"| refusing a cycle of {length} | {median:.2f} | {worst:.2f} |")


if __name__ == "__main__":
    main()
