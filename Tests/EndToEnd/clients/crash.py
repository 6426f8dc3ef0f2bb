"""kill -9 in the middle of 1,000 concurrent creates, ROUNDS times: after the restart every acknowledged task is there,
once, and the integrity check is clean. Argument: ROUNDS."""

import asyncio
import json
import random
import sys

import websockets

from orchestron import Host, by_http, connect

CREATES, CLIENTS = 1000, 64


async def client(url, titles, acknowledged):
    try:
        async with connect(url) as socket:
            for title in titles:
                await socket.send(json.dumps(
                    {"jsonrpc": "2.0", "id": title, "method": "tasks.create", "params": {"title": title}}))
                message = json.loads(await socket.recv())
                if "result" not in message:
                    sys.exit(f"a create was refused: {message}")
                acknowledged[message["result"]["id"]] = title
    except (websockets.ConnectionClosed, OSError):
        pass  # the kill


async def burst(host, round_number, kill_after):
    """Sends creates until the host is killed, after that many answers; gives what was acknowledged."""
    acknowledged = {}
    titles = [f"round {round_number} task {n}" for n in range(CREATES)]
    clients = [asyncio.create_task(client(host.ws, titles[n::CLIENTS], acknowledged)) for n in range(CLIENTS)]
    while len(acknowledged) < kill_after and not all(c.done() for c in clients):
        await asyncio.sleep(0)
    host.kill()
    await asyncio.gather(*clients)
    return acknowledged


def stored(host):
    """All tasks: how often each id is listed, with its title."""
    found, cursor = {}, None
    while True:
        page = by_http(host, "tasks.list", {"limit": 500, **({"cursor": cursor} if cursor else {})})
        for task in page["items"]:
            found.setdefault(task["id"], []).append(task["title"])
        cursor = page["next"]
        if not cursor:
            return found


def main():
    rounds = int(sys.argv[1])
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    expected = {}
    with Host() as host:
        for number in range(rounds):
            kill_after = chance.randrange(1, CREATES)
            expected.update(asyncio.run(burst(host, number, kill_after)))
            host.start()
            found = stored(host)
            for task, title in expected.items():
                if found.get(task) != [title]:
                    sys.exit(f"seed {seed}, round {number}: {title} was acknowledged and is there as {found.get(task)}")
            keys = [t for titles in found.values() for t in titles]
            if len(keys) != len(set(keys)):
                sys.exit(f"seed {seed}, round {number}: a task is there twice")
            integrity = by_http(host, "storage.integrity", {})
            if integrity.get("ok") is not True:
                sys.exit(f"seed {seed}, round {number}: {integrity}")
        host.stop()
    print(f"{rounds} rounds, {len(expected)} acknowledged tasks, seed {seed}")


main()
