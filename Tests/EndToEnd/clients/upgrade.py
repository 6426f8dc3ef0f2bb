"""The first start on a store of SIZE tasks that an older program left without today's columns, indexes and words: it takes
longer than a plugin has to start, says how far it is, ends within moments when it is told to, and is killed ROUNDS times
on the way; in the end everything is there.
Arguments: SIZE, ROUNDS."""

import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from orchestron import BINARY, TOKENS, Host, by_http

LIMIT = 2  # seconds that a plugin has to start


def age(database, size):
    """Takes out of the store what the plugins declare, and puts `size` copies of its one task in."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("BEGIN")
    rows = db.execute("SELECT type, name FROM sqlite_schema WHERE tbl_name = 'core/tasks' AND sql IS NOT NULL").fetchall()
    for kind, name in rows:
        if kind in ("index", "trigger"):
            db.execute(f'DROP {kind} "{name}"')
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE name IN ('core/tasks:search', 'core/tasks:tally')"
                              ).fetchall():
        db.execute(f'DROP TABLE "{name}"')
    db.execute("DELETE FROM indexes WHERE collection = 'core/tasks'")
    db.execute("UPDATE collections SET search = '', tally = '' WHERE name = 'core/tasks'")
    for (name,) in db.execute("SELECT name FROM pragma_table_info('core/tasks') WHERE name LIKE '$.%'").fetchall():
        db.execute(f'ALTER TABLE "core/tasks" DROP COLUMN "{name}"')
    task = json.loads(db.execute('SELECT body FROM "core/tasks"').fetchone()[0])

    def copies():
        for number in range(2, size + 1):
            ident = f"0190{number:08x}"
            ident = f"{ident[:8]}-{ident[8:]}-7000-8000-000000000000"
            copy = {**task, "id": ident, "key": f"ORC-{number}", "title": f"copy {number} of many", "revision": 1}
            yield ident, 1, json.dumps(copy, separators=(",", ":"))

    db.executemany('INSERT INTO "core/tasks"(id, revision, body) VALUES(?, ?, ?)', copies())
    db.execute("UPDATE sequences SET value = ? WHERE name LIKE 'core/%'", (size,))
    db.execute("COMMIT")
    db.close()


def begin(host, config):
    """Starts the program and returns while it is at work."""
    log = open(Path(host.folder.name) / "upgrade.log", "wb")
    process = subprocess.Popen(
        [BINARY, "run", "--storage", host.storage, "--port", "0", "--ws-port", "0", "--config", config,
         "--ready-file", Path(host.folder.name) / "ready.json"],
        env={"PATH": "/usr/bin:/bin", "HOME": host.folder.name}, cwd=host.folder.name, stdout=log, stderr=log)
    log.close()
    return process


def said(host):
    return (Path(host.folder.name) / "upgrade.log").read_text()


def wait_for_progress(host, process):
    """Waits until the log tells how far it is."""
    while "%" not in said(host):
        if process.poll() is not None:
            sys.exit(f"it ended with {process.returncode}:\n{said(host)}")
        if "ready:" in said(host):
            sys.exit("it was ready before it had to say how far it is; use more tasks")
        time.sleep(0.05)


def main():
    size, rounds = int(sys.argv[1]), int(sys.argv[2])
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    with Host() as host:
        by_http(host, "tasks.create", {"title": "the first"})
        host.stop()
        age(host.storage / "orchestron.db", size)
        config = Path(host.folder.name) / "config.json"
        config.write_text(json.dumps({"host": {"startTimeoutMs": LIMIT * 1000, "logFormat": "json"}}))

        process = begin(host, config)
        wait_for_progress(host, process)
        begun = time.monotonic()
        process.terminate()
        if (code := process.wait(30)) != 0 or time.monotonic() - begun > 5:
            sys.exit(f"SIGTERM: it ended with {code} after {time.monotonic() - begun:.1f} s:\n{said(host)}")
        if "ready:" in said(host) or "failed" in said(host):
            sys.exit(f"SIGTERM: it should have stopped, with no failure and not ready:\n{said(host)}")

        for _ in range(rounds):
            process = begin(host, config)
            wait_for_progress(host, process)
            time.sleep(chance.uniform(0, 2))
            process.kill()
            process.wait()

        begun = time.monotonic()
        process = begin(host, config)
        wait_for_progress(host, process)
        ready = Path(host.folder.name) / "ready.json"
        while not ready.exists():
            if process.poll() is not None:
                sys.exit(f"seed {seed}: it ended with {process.returncode}:\n{said(host)}")
            time.sleep(0.02)
        took = time.monotonic() - begun
        if took < 2 * LIMIT:
            sys.exit(f"it took {took:.1f} s, which is not long enough to show anything; use more tasks")
        lines = [json.loads(line) for line in said(host).splitlines()]
        told = [line for line in lines if re.search(r": \d+ %, about \d+ s left", line["msg"])]
        if len(told) < took / 5:
            sys.exit(f"it took {took:.1f} s and told {len(told)} times how far it was:\n{said(host)}")
        host.ready = json.loads(ready.read_text())
        host.http = host.ready["http"]
        TOKENS[urlsplit(host.http).netloc] = host.ready.get("token")
        if by_http(host, "storage.integrity", {}) != {"ok": True, "problems": []}:
            sys.exit(f"seed {seed}: the store is damaged")
        counted = sqlite3.connect(f"file:{host.storage}/orchestron.db?mode=ro", uri=True).execute(
            'SELECT count(*) FROM "core/tasks"').fetchone()[0]
        if counted != size:
            sys.exit(f"seed {seed}: of {size} tasks {counted} are there")
        if not by_http(host, "search.tasks", {"text": f"\"copy {size}\""})["items"]:
            sys.exit(f"seed {seed}: the last task is not found by its words")
        if by_http(host, "tasks.get", {"id": f"ORC-{size}"})["title"] != f"copy {size} of many":
            sys.exit(f"seed {seed}: the last task is not the last")
        process.terminate()
        process.wait(30)
    print(f"{size} tasks were brought up to date in {took:.1f} s with {len(told)} lines; seed {seed}")


main()
