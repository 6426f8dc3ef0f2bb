"""Much at once by MCP: 10,000 concurrent calls, storms of cancelled ones, and clients that read nothing.

mcp_storm.py ECHO [CALLS]: the folder of the fixture echo, and how many calls (10,000)."""

import asyncio
import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from mcp_wire import KEY, LEGACY, MODERN, Client, Failed, Stdio, hold
from orchestron import BINARY, Host, bearer, rest

META = {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": {}, f"{KEY}clientInfo": {
    "name": "storm", "version": "1"}}
NEVER = {"name": "call_write", "arguments": {"method": "echo.never", "arguments": {}}}


def call(id, name, arguments):
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": name, "arguments": arguments, "_meta": META}}


def packet(url, message):
    """A request as it goes over the wire."""
    body = json.dumps(message).encode()
    headers = {
        "Host": urlsplit(url).netloc, "Content-Type": "application/json", "Content-Length": len(body),
        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN,
        "Mcp-Method": message["method"], "Mcp-Name": message["params"].get("name", "-"), **bearer(url)}
    return b"POST /mcp HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items()).encode() + b"\r\n" + body


async def reply(reader):
    """The status and the last message of a response."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, length = int(head.split()[1]), re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        body = await reader.readexactly(int(length.group(1)))
    else:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    if b"text/event-stream" in head:
        body = [line for line in body.split(b"\n") if line.startswith(b"data:")][-1][5:]
    answer = json.loads(body)
    return status, answer if status == 503 else hold(answer, "tools/call")


async def at_once(url, messages):
    """Sends each message on a connection of its own, all before any answer is read."""
    place = urlsplit(url)
    ends = []
    for batch in range(0, len(messages), 500):
        ends += await asyncio.gather(*(asyncio.open_connection(place.hostname, place.port, limit=1 << 24)
                                       for _ in messages[batch:batch + 500]))
    for (_, writer), message in zip(ends, messages):
        writer.write(packet(url, message))
    answers = await asyncio.gather(*(asyncio.wait_for(reply(reader), 120) for reader, _ in ends))
    for _, writer in ends:
        writer.close()
    return answers


def memory(host):
    """Resident memory in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{host.process.pid}/status").read_text()).group(1)) / 1024


def soon(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def answers_each_of_many_calls(host, count):
    """Every hundredth makes a task, each once; what is beyond `http.limits.calls` is refused before anything is done."""
    url = f"{host.http}/mcp"
    messages = [call(n, "tasks_create", {"title": f"at once {n}"}) if n % 100 == 0 else
                call(n, "tasks_list", {"limit": 1}) for n in range(count)]
    began = time.monotonic()
    answers = asyncio.run(at_once(url, messages))
    took = time.monotonic() - began
    made, refused = [], 0
    for message, (status, answer) in zip(messages, answers):
        if status == 503:
            assert answer["retryAfter"] >= 1 and "http.limits.calls" in answer["detail"], answer
            refused += 1
            continue
        assert status == 200 and answer["id"] == message["id"], (message, status, answer)
        assert not answer["result"].get("isError"), answer
        made += [message["params"]["arguments"]["title"]] if message["id"] % 100 == 0 else []
    assert refused <= max(0, count - 4096), f"{refused} of {count} calls were refused"
    titles = [item["title"] for item in rest(host, "GET", "/tasks?limit=500&fields=title")["items"]]
    assert sorted(titles) == sorted(made), "a task is missing, there twice, or of a call that was refused"
    print(f"{count} calls at once by HTTP: {took:.1f} s, {refused} refused, {memory(host):.0f} MB", flush=True)


def answers_each_of_many_lines(host, count):
    server = bridge(host)
    began = time.monotonic()
    server.write(*(call(n, "tasks_list", {"limit": 1}) for n in range(count)))
    answered = [server.next("tools/call", timeout=120) for _ in range(count)]
    assert sorted(answer["id"] for answer in answered) == list(range(count)), "an id is missing, or is there twice"
    assert not any(answer["result"].get("isError") for answer in answered)
    print(f"{count} lines at once by stdio: {time.monotonic() - began:.1f} s", flush=True)
    assert server.end() == 0


def bridge(host):
    environment = {"PATH": os.environ["PATH"], "HOME": host.folder.name}
    return Stdio([BINARY, "mcp", "--storage", host.storage], environment, host.folder.name)


def stops_what_is_cancelled(host, count):
    """By stdio with `notifications/cancelled`, by HTTP by going; each call that ran is told, none is answered."""
    def cancelled():
        return rest(host, "POST", "/services/echo/cancelled")["cancelled"]

    before = cancelled()
    server = bridge(host)
    for start in range(0, count, 50):
        ids = range(start, start + 50)
        server.write(*({**call(n, "", {}), "params": NEVER | {"_meta": META}} for n in ids))
        server.write(*({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
            "requestId": n, "reason": "storm", "_meta": META}} for n in reversed(ids)))
    # What cannot be cancelled is not answered, and stops nothing.
    server.write(*({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params} for params in (
        {"requestId": 10**9}, {"requestId": "x"}, {"requestId": None}, {"requestId": {}}, {}, {"requestId": 0})))
    server.write(call("after", "tasks_list", {"limit": 1}))
    assert server.next("tools/call")["id"] == "after", "a cancelled call was answered"
    soon(lambda: cancelled() == before + count, f"{cancelled() - before} of {count} calls were cancelled by stdio")
    assert server.end() == 0
    print(f"{count} calls cancelled by stdio", flush=True)

    async def go():
        url, place = f"{host.http}/mcp", urlsplit(host.http)
        for start in range(0, count, 100):
            ends = [await asyncio.open_connection(place.hostname, place.port) for _ in range(100)]
            for number, (_, writer) in enumerate(ends):
                writer.write(packet(url, {**call(number, "", {}), "params": NEVER | {"_meta": META}}))
                await writer.drain()
            await asyncio.sleep(0.05)
            for _, writer in ends:
                writer.transport.abort()

    before = cancelled()
    asyncio.run(go())
    soon(lambda: cancelled() == before + count, f"{cancelled() - before} of {count} calls were cancelled by HTTP")
    print(f"{count} calls cancelled by HTTP", flush=True)


def does_not_wait_for_who_reads_nothing(host, listeners=50, changes=400):
    """Listeners and callers that never read: memory stays bounded, and others are answered in time."""
    client = Client(f"{host.http}/mcp", name="reader")
    resources = [r["uri"] for r in client.request("resources/list")["resources"]]
    templates = [t["uriTemplate"] for t in client.request("resources/templates/list")["resourceTemplates"]]
    wanted = {"toolsListChanged": True, "resourcesListChanged": True, "resourceSubscriptions": resources}
    streams = [client.listen("subscriptions/listen", {"notifications": wanted}) for _ in range(listeners)]
    legacy = [Client(f"{host.http}/mcp", LEGACY) for _ in range(5)]
    for other in legacy:
        for uri in resources:
            other.request("resources/subscribe", {"uri": uri})
        stream = other.get()
        streams += [stream] if stream.status == 200 else []
    big = "x" * 90_000
    keys = [rest(host, "POST", "/tasks", {"title": "big", "description": big})["key"] for _ in range(20)]
    waiting = [client.listen("tools/call", {"name": "tasks_list", "arguments": {"limit": 200}}) for _ in range(50)]
    before, slowest = memory(host), 0
    for number in range(changes):
        rest(host, "PATCH", f"/tasks/{keys[number % len(keys)]}", {"title": f"big {number}"})
        began = time.monotonic()
        client.call("tasks_get", {"id": keys[0]})
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1, f"a call took {slowest:.2f} s beside clients that read nothing"
    grown = memory(host) - before
    assert grown < 150, f"{grown:.0f} MB are held for clients that read nothing"
    # Who reads late still gets whole messages; who is too late may be let go.
    for stream in streams:
        with stream:
            try:
                assert stream.next()["method"]
            except (StopIteration, OSError):
                pass
    for stream in waiting:
        with stream:
            assert stream.next()["id"] == stream.request["id"]
    print(f"{listeners} listeners that read nothing: +{grown:.0f} MB, the slowest other call {slowest * 1000:.0f} ms "
          f"({len(resources)} resources, {len(templates)} templates)", flush=True)


def serves_others_beside_a_greedy_client(host):
    """One opens more streams, another more sessions than anybody needs: nobody else is worse off for it."""
    client = Client(f"{host.http}/mcp", name="greedy")
    streams = [client.listen("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
               for _ in range(1500)]
    assert Client(f"{host.http}/mcp").call("tasks_list", {"limit": 1})
    for stream in streams:
        assert stream.status in (200, 429, 503), stream.status
        stream.__exit__()
    mine, refused = Client(f"{host.http}/mcp", LEGACY), 0
    for number in range(1100):
        if number % 100 == 0:
            assert mine.request("ping") == {}, "a session in use has ended"
        try:
            Client(f"{host.http}/mcp", LEGACY)
        except Failed as failed:
            assert failed.status == 503 and "mcp.limits.sessions" in failed.message, failed
            refused += 1
    assert mine.request("ping") == {}, "a session in use has ended"
    assert Client(f"{host.http}/mcp").call("tasks_list", {"limit": 1})
    server = bridge(host)
    server.write({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": META}})
    found = server.next("server/discover")
    assert "result" in found, f"sessions by HTTP keep a bridge out: {found}"
    assert server.end() == 0
    print(f"1,500 streams, 1,100 sessions of one client: {refused} sessions refused", flush=True)


def main():
    echo, *count = sys.argv[1:]
    count = int(count[0]) if count else 10_000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Host(echo) as host:
        answers_each_of_many_calls(host, min(count, hard - 200))
        answers_each_of_many_lines(host, count)
        stops_what_is_cancelled(host, max(100, count // 10))
        does_not_wait_for_who_reads_nothing(host)
        serves_others_beside_a_greedy_client(host)
        assert rest(host, "POST", "/services/host/health")["status"] == "ok"
        host.stop()


if __name__ == "__main__":
    main()
