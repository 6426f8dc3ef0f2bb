"""A reconnect storm: while events flow, all clients are cut off at once, again and again, and come back with `since`.
Each gets every event once and in order.

storm.py [CLIENTS [EVENTS [STORMS]]]"""

import asyncio
import base64
import json
import os
import re
import resource
import sys
import time
from urllib.parse import urlsplit

from orchestron import Host, connect
from wire import TEXT, frame

CLIENTS, EVENTS, STORMS = (int(word) for word in (sys.argv[1:] + ["100", "600", "3"][len(sys.argv) - 1:]))
SEQ = re.compile(rb'"seq":(\d+),"topic"')
TOLD = re.compile(rb'"method":"(resync|lost)","params":{"subscription":\d+,("log"|"from":[1-9])[^}]*')


class Storm:
    def __init__(self, host):
        self.host, self.place = host, urlsplit(host.ws)
        self.log, self.first, self.last = None, None, None
        self.writers, self.reconnects, self.late = set(), 0, 0.0

    async def write(self):
        """Creates tasks, a few at a time, and cuts everybody off between."""
        async with connect(self.host.ws) as socket:
            for n in range(EVENTS):
                await socket.send(json.dumps({"jsonrpc": "2.0", "id": n, "method": "tasks.create",
                                              "params": {"title": f"task {n}"}}))
                if n >= 16:
                    await socket.recv()
                if n in {EVENTS * (k + 1) // (STORMS + 1) for k in range(STORMS)}:
                    for writer in self.writers:
                        writer.transport.abort()
            for _ in range(min(EVENTS, 16)):
                await socket.recv()
            self.last = (await self.place_now(socket))[1]
            self.ended = time.monotonic()
            # Wakes those who have all of them already.
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": -2, "method": "tasks.create",
                                          "params": {"title": "the end"}}))
            await socket.recv()

    async def place_now(self, socket):
        await socket.send(json.dumps({"jsonrpc": "2.0", "id": -1, "method": "subscribe", "params": {
            "topics": ["no:topic"]}}))
        answer = json.loads(await socket.recv())["result"]
        return answer["log"], answer["seq"]

    async def open(self, since):
        for _ in range(100):
            try:
                reader, writer = await asyncio.open_connection(self.place.hostname, self.place.port, limit=1 << 20)
                break
            except OSError:
                await asyncio.sleep(0.05)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write((f"GET / HTTP/1.1\r\nHost: {self.place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Authorization: Bearer {self.host.token}\r\n"
                      f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        writer.write(frame(TEXT, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {
            "topics": ["*"], "since": since, "log": self.log}}).encode()))
        self.writers.add(writer)
        return reader, writer

    async def follow(self):
        since = self.first
        while self.last is None or since < self.last:
            reader, writer = await self.open(since)
            rest = b""
            try:
                while self.last is None or since < self.last:
                    data = await reader.read(1 << 18)
                    if not data:
                        break
                    rest += data
                    if told := TOLD.search(rest):
                        sys.exit(f"storm.py: {told.group().decode()} at {since}")
                    end = 0
                    for match in SEQ.finditer(rest):
                        seq, end = int(match.group(1)), match.end()
                        if seq != since + 1:
                            sys.exit(f"storm.py: event {seq} after {since}")
                        since = seq
                    rest = rest[max(end, len(rest) - 200):]
            except OSError:
                pass
            self.reconnects += 1
            self.writers.discard(writer)
            writer.transport.abort()
        self.late = max(self.late, time.monotonic() - self.ended)

    async def run(self):
        async with connect(self.host.ws) as socket:
            self.log, self.first = await self.place_now(socket)
        began = time.monotonic()
        await asyncio.wait_for(asyncio.gather(self.write(), *(self.follow() for _ in range(CLIENTS))), 600)
        return time.monotonic() - began


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, CLIENTS * 2 + 200)), hard))
    with Host() as host:
        storm = Storm(host)
        seconds = asyncio.run(storm.run())
        host.stop()
    print(f"{CLIENTS} clients, {storm.last - storm.first} events, {storm.reconnects - CLIENTS} reconnects: no gap, none "
          f"twice, in {seconds:.1f} s; the last client had the last event {max(storm.late, 0):.2f} s after it was written")


main()
