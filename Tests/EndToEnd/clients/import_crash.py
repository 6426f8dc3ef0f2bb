"""kill -9 in the middle of an import of TASKS tasks, ROUNDS times: each time it is begun anew and goes on where it ended.
In the end each task is there once, with its links, and importing the file once more changes nothing.
Arguments: TASKS ROUNDS."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

from orchestron import BINARY, Host, by_http, connect


def source(count):
    """An export of our own: epics with ten tasks each, of which every other waits for the one before."""
    for number in range(count):
        task = {"id": f"t{number}", "title": f"Task {number}", "type": "task" if number % 11 else "epic",
                "description": "x" * 300}
        if number % 11:
            task["parent"] = f"t{number - number % 11}"
            if number % 11 % 2 == 0:
                task["dependencies"] = [f"t{number - 1}"]
        yield json.dumps(task) + "\n"


def begin(host, file):
    return subprocess.Popen(
        [BINARY, "import", "json", file, "--storage", host.storage, "--json"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)


async def cut(host, file, signs):
    """Kills the host after so many signs of progress of an import; whether there were as many."""
    async with connect(host.ws) as socket:
        await socket.send(json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"topics": ["import:progress"]}}))
        await socket.recv()
        importing = begin(host, file)
        while signs > 0 and importing.poll() is None:
            try:
                signs -= "import:progress" in await asyncio.wait_for(socket.recv(), 0.2)
            except TimeoutError:
                pass  # nothing for a while: perhaps it has ended
        host.kill()
    importing.communicate()
    return signs == 0


def stored(host):
    """The tasks by their titles; ends the script when one is there twice."""
    found, cursor = {}, None
    while True:
        page = by_http(host, "tasks.list", {"limit": 500, **({"cursor": cursor} if cursor else {})})
        for task in page["items"]:
            if found.setdefault(task["title"], task) is not task:
                sys.exit(f"{task['title']} is there twice: {task['key']}, {found[task['title']]['key']}")
        cursor = page["next"]
        if not cursor:
            return found


def check(tasks, count):
    if len(tasks) != count:
        sys.exit(f"{len(tasks)} tasks instead of {count}")
    for line in source(count):
        wanted = json.loads(line)
        task = tasks[wanted["title"]]
        parent = wanted.get("parent")
        if (task.get("parentTask") or None) != (parent and tasks[f"Task {parent[1:]}"]["id"]):
            sys.exit(f"{task['title']} lies below {task.get('parentTask')}")
        blockers = [tasks[f"Task {name[1:]}"]["id"] for name in wanted.get("dependencies", [])]
        if (task.get("blockedBy") or []) != blockers:
            sys.exit(f"{task['title']} waits for {task.get('blockedBy')}")


def main():
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}", flush=True)
    with Host() as host:
        file = Path(host.folder.name) / "export.jsonl"
        file.write_text("".join(source(count)))
        cuts, seen = 0, 0
        for _ in range(rounds):
            cuts += asyncio.run(cut(host, file, chance.randrange(1, 7)))
            host.start()
            there = len(stored(host))
            if there < seen:
                sys.exit(f"{there} tasks after a kill, {seen} before")
            seen = there
        importing = begin(host, file)
        _, error = importing.communicate()
        if importing.returncode != 0:
            sys.exit(f"the import ended with {importing.returncode}: {error}")
        check(stored(host), count)
        again = begin(host, file)
        output, _ = again.communicate()
        counts = json.loads(output)["counts"]
        if again.returncode != 0 or counts.get("created") or counts.get("updated"):
            sys.exit(f"importing it once more changed something: {counts}")
        if by_http(host, "storage.integrity", {}).get("ok") is not True:
            sys.exit("the store is damaged")
        host.stop()
    print(f"{count} tasks through {cuts} kills; {seen} were there before the last import")


main()
