"""kill -9 in the middle of mixed changes, ROUNDS times: after the restart every acknowledged revision is there with the
state that was acknowledged, every task is what its revisions lead to, and the integrity check is clean.
Argument: ROUNDS."""

import asyncio
import json
import random
import sys

import websockets

from orchestron import Host, by_http, connect

CLIENTS, TASKS, CHANGES = 16, 40, 600
STATUSES = ["todo", "in_progress", "review", "testing", "done", "blocked", "cancelled"]


def change(chance, keys):
    """A random change: a method and its arguments. Many are refused by the rules, as they must be."""
    one, other = chance.choice(keys), chance.choice(keys)
    return chance.choices(
        [("tasks.create", {"title": f"task {chance.random()}", "labels": ["x"]}),
         ("tasks.update", {"id": one, "title": f"title {chance.random()}", "estimatedHours": chance.randrange(9)}),
         ("tasks.setStatus", {"id": one, "status": chance.choice(STATUSES)}),
         ("tasks.complete", {"id": one}),
         ("tasks.addLink", {"id": one, "other": other}),
         ("tasks.removeLink", {"id": one, "other": other, "kind": "blockedBy"}),
         ("tasks.update", {"id": one, "branch": "what-if", "title": f"branch {chance.random()}"}),
         ("history.undo", {})], [3, 8, 8, 2, 3, 2, 3, 2])[0]


async def client(url, chance, keys, acknowledged):
    try:
        async with connect(url) as socket:
            for number in range(CHANGES):
                method, arguments = change(chance, keys)
                await socket.send(json.dumps(
                    {"jsonrpc": "2.0", "id": number, "method": method, "params": arguments}))
                message = json.loads(await socket.recv())
                task = message.get("result") or {}
                if "branch" not in arguments and "revision" in task and "key" in task:
                    acknowledged[task["id"], task["revision"]] = task
                    if method == "tasks.create":
                        keys.append(task["key"])
                if message.get("error", {}).get("code") == -32603:
                    sys.exit(f"{method} {arguments}: {message}")
    except (websockets.ConnectionClosed, OSError):
        pass  # the kill


async def burst(host, chance, keys, kill_after):
    """Makes changes until the host is killed, after that many acknowledged ones; gives these."""
    acknowledged = {}
    clients = [
        asyncio.create_task(client(host.ws, random.Random(chance.random()), keys, acknowledged))
        for _ in range(CLIENTS)]
    while len(acknowledged) < kill_after and not all(c.done() for c in clients):
        await asyncio.sleep(0)
    host.kill()
    await asyncio.gather(*clients)
    return acknowledged


def everything(host, method, arguments):
    """The items of all pages."""
    items, cursor = [], None
    while True:
        page = by_http(host, method, {**arguments, "limit": 500, **({"cursor": cursor} if cursor else {})})
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            return items


def patched(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = patched(target.get(name), value)
    return target


def check(host, acknowledged, place):
    stored = {t["id"]: t for hidden in ("all", "deleted") for t in everything(host, "tasks.list", {"hidden": hidden})}
    for task in stored.values():
        revisions = everything(host, "history.list", {"id": task["id"]})[::-1]
        if [r["revision"] for r in revisions] != list(range(1, task["revision"] + 1)):
            sys.exit(f"{place}: {task['key']} has revision {task['revision']} and a history with gaps")
        state = by_http(host, "history.get", {"id": task["id"], "revision": 1})["state"]
        for revision in revisions:
            if revision["revision"] > 1:
                state = patched(state, revision["changes"])
                state |= {"revision": revision["revision"], "updatedAt": revision["at"]}
            wanted = acknowledged.pop((task["id"], revision["revision"]), state)
            if wanted != state:
                sys.exit(f"{place}: {task['key']} was acknowledged as {wanted}, its history says {state}")
        if state != task:
            sys.exit(f"{place}: {task['key']} is stored as {task}, its history leads to {state}")
    if acknowledged:
        sys.exit(f"{place}: acknowledged and not there: {list(acknowledged.values())[:3]}")
    integrity = by_http(host, "storage.integrity", {})
    if integrity.get("ok") is not True:
        sys.exit(f"{place}: {integrity}")
    return len(stored), sum(t["revision"] for t in stored.values())


def main():
    rounds = int(sys.argv[1])
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    total = 0
    with Host() as host:
        keys = [by_http(host, "tasks.create", {"title": f"task {n}"})["key"] for n in range(TASKS)]
        by_http(host, "branches.create", {"name": "what-if"})
        for number in range(rounds):
            acknowledged = asyncio.run(burst(host, chance, keys, chance.randrange(50, 2000)))
            total += len(acknowledged)
            host.start()
            tasks, revisions = check(host, acknowledged, f"seed {seed}, round {number}")
        host.stop()
    print(f"{rounds} rounds, {total} acknowledged revisions of {tasks} tasks, {revisions} in all, seed {seed}")


main()
