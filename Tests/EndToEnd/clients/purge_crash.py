"""kill -9 in the middle of a purge whose past takes several batches, ROUNDS times at a random moment and
once right after its first sign: after the restart either the content is all there, or nothing of it is left, neither for any method nor in
the bytes of the files.
Argument: ROUNDS."""

import asyncio
import json
import random
import sys

from orchestron import Host, Refused, by_http, connect

SECRET, CHANGES = "xyzzyplugh", 9000


async def fill(host, key):
    """Changes the task often, each time with the secret as the reason and in the labels."""
    async with connect(host.ws) as socket:
        for start in range(0, CHANGES, 50):
            for number in range(start, start + 50):
                await socket.send(json.dumps({
                    "jsonrpc": "2.0", "id": number, "method": "tasks.update",
                    "params": {"id": key, "labels": [SECRET, str(number)], "reason": SECRET}}))
            for _ in range(50):
                reply = json.loads(await socket.recv())
                if "error" in reply:
                    sys.exit(f"{reply}")


async def purge_and_kill(host, key, delay, begins=False):
    """Kills the host a while after the purge was asked for, or after its first sign: `begins`."""
    async with connect(host.ws, max_size=None) as socket, connect(host.ws) as other:
        await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "history.purge", "params": {"id": key}}))
        while begins:
            await other.send(json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": "history.get", "params": {"id": key, "revision": 2}}))
            begins = SECRET in await asyncio.wait_for(other.recv(), 120)
        # The call is to be cut off after this time, wherever it is then.
        await asyncio.sleep(delay)
        host.kill()


def leaks(host):
    return [path.name for path in host.storage.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def purged(host, task):
    """Whether nothing of the task is left; ends the script when only some of it is."""
    state = by_http(host, "history.get", {"id": task["id"]})["state"]
    revisions, cursor = [], None
    while True:
        page = by_http(
            host, "history.list", {"id": task["id"], "limit": 500, **({"cursor": cursor} if cursor else {})})
        revisions += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    bare = [r["revision"] for r in revisions if r.get("purged")]
    if not state.get("purged"):
        if bare or len([r for r in revisions if r.get("reason") == SECRET]) != CHANGES:
            sys.exit(f"{task['key']} is there, and {len(bare)} of its {len(revisions)} revisions are purged")
        return False
    if left := [r for r in revisions if SECRET in json.dumps(r)]:
        sys.exit(f"{task['key']} is purged, and {len(left)} of its {len(revisions)} revisions are not: {left[0]}")
    if found := leaks(host):
        sys.exit(f"{task['key']} is purged, and its content is still in {found}")
    return True


def main():
    rounds = int(sys.argv[1])
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    with Host() as host:
        task = by_http(host, "tasks.create", {"title": SECRET, "description": SECRET * 100})
        other = by_http(host, "tasks.create", {"title": "other", "blockedBy": [task["key"]]})
        asyncio.run(fill(host, task["key"]))
        cut = 0
        for _ in range(rounds):
            asyncio.run(purge_and_kill(host, task["key"], chance.uniform(0, 2)))
            host.start()
            if purged(host, task):
                break
            cut += 1
        else:
            asyncio.run(purge_and_kill(host, task["id"], chance.uniform(0, 0.02), begins=True))
            host.start()
            if not purged(host, task):
                sys.exit(f"seed {seed}: the purge had begun, and the content is there")
        if by_http(host, "tasks.get", {"id": other["key"]})["status"] != "todo":
            sys.exit(f"seed {seed}: {other['key']} still waits")
        if by_http(host, "storage.integrity", {}).get("ok") is not True:
            sys.exit(f"seed {seed}: the store is damaged")
        host.stop()
    print(f"{cut} purges without effect, then one that was finished; seed {seed}")


main()
