"""Events over WebSocket: a subscriber that reconnects with `since`, while others write, sees every change once and in
order; patterns, unsubscribe, resync."""

import asyncio
import json
import sys

from orchestron import Host, connect

TASKS = 300


class Socket:
    """JSON-RPC over WebSocket with the notifications kept apart."""

    def __init__(self, socket):
        self.socket, self.number, self.events = socket, 0, []

    async def call(self, method, **params):
        self.number += 1
        await self.socket.send(json.dumps(
            {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(message["error"])
                return message["result"]
            self.events.append(message)

    async def next(self):
        if self.events:
            return self.events.pop(0)
        return json.loads(await asyncio.wait_for(self.socket.recv(), 30))


async def write(url, count):
    async with connect(url) as raw:
        socket = Socket(raw)
        for n in range(count):
            await socket.call("tasks.create", title=f"task {n}")


async def follow(url, total):
    """Reads until all creations were seen, and reconnects after every 40 events."""
    titles, since, log = [], 0, None
    while len(titles) < total:
        async with connect(url) as raw:
            socket = Socket(raw)
            answer = await socket.call("subscribe", topics=["task:created"], since=since, **({"log": log} if log else {}))
            log = answer["log"]
            for _ in range(40):
                message = await socket.next()
                if message["method"] != "event":
                    sys.exit(f"unexpected: {message}")
                event = message["params"]
                if event["seq"] <= since:
                    sys.exit(f"seq {event['seq']} after {since}")
                since = event["seq"]
                titles.append(event["data"]["task"]["title"])
                if len(titles) == total:
                    break
    return titles


async def details(url):
    async with connect(url) as raw:
        socket = Socket(raw)
        first = await socket.call("subscribe", topics=["task:*", "project:created"])
        created = await socket.call("tasks.create", title="watched")
        message = await socket.next()
        event = message["params"]
        assert message["method"] == "event" and event["topic"] == "task:created", message
        assert event["subscription"] == first["subscription"] and event["data"]["id"] == created["id"], message
        await socket.call("unsubscribe", subscription=first["subscription"])
        await socket.call("tasks.create", title="unwatched")
        assert not socket.events, socket.events
        beyond = await socket.call("subscribe", topics=["task:*"], since=first["seq"] + 1000)
        message = await socket.next()
        assert message["method"] == "resync" and message["params"]["subscription"] == beyond["subscription"], message
        foreign = await socket.call("subscribe", topics=["task:*"], since=0, log="another")
        message = await socket.next()
        assert message["method"] == "resync" and message["params"]["subscription"] == foreign["subscription"], message


async def main():
    with Host() as host:
        _, titles = await asyncio.gather(write(host.ws, TASKS), follow(host.ws, TASKS))
        if titles != [f"task {n}" for n in range(TASKS)]:
            sys.exit(f"{len(titles)} events, {len(set(titles))} different, in order: {titles == sorted(titles)}")
        await details(host.ws)
        await details(host.http.replace("http", "ws") + "/ws")
        host.stop()
    print(f"{TASKS} events, none twice, none missing")


asyncio.run(main())
