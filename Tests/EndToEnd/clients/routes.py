"""Raw routes, files and channels of plugins written in C++, by real clients: the SDK's example `guestbook`, and the fixture
`web-guest`, whose functions end the process when they are called after the end of their instance."""

import asyncio
import http.client
import os
import socket
import sys
import time
import urllib.parse
from pathlib import Path

import websockets
from orchestron import Host, bearer

GUESTBOOK, WEB_GUEST = map(Path, sys.argv[1:])
LARGE = os.urandom(3_000_000)


def connect(host):
    address = urllib.parse.urlsplit(host.http)
    return http.client.HTTPConnection(address.hostname, address.port, timeout=20)


def get(host, path, headers={}, method="GET"):
    connection = connect(host)
    connection.request(method, path, headers={**bearer(host.http), **headers})
    reply = connection.getresponse()
    return reply.status, dict(reply.getheaders()), reply.read()


def files(host):
    status, headers, body = get(host, "/guestbook/")
    assert status == 200 and b"<h1>Guestbook</h1>" in body, (status, body)
    assert headers["Content-Security-Policy"] == "default-src 'self'", headers
    status, headers, body = get(host, "/guestbook/large.bin")
    assert status == 200 and body == LARGE and headers["Content-Length"] == "3000000", (status, len(body))
    tag = headers["ETag"]
    status, headers, body = get(host, "/guestbook/large.bin", {"Range": "bytes=1000000-1999999", "If-Range": tag})
    assert status == 206 and body == LARGE[1_000_000:2_000_000], status
    assert headers["Content-Range"] == "bytes 1000000-1999999/3000000", headers
    assert get(host, "/guestbook/large.bin", {"Range": "bytes=3000000-"})[0] == 416
    assert get(host, "/guestbook/large.bin", {"If-None-Match": tag})[0] == 304
    status, headers, body = get(host, "/guestbook/large.bin", method="HEAD")
    assert status == 200 and headers["Content-Length"] == "3000000" and body == b"", headers


def open_channel(host, path="/guestbook/live"):
    return websockets.connect(host.http.replace("http", "ws") + path, additional_headers=bearer(host.http))


async def channel(host):
    async with open_channel(host) as ada, open_channel(host) as bob:
        await ada.send("hällo")
        assert await ada.recv() == "hällo" and await bob.recv() == "hällo"
        connection = connect(host)
        connection.request("POST", "/guestbook/entries", body=iter([b"one\ntw", b"o\nthree"]), encode_chunked=True,
                           headers={**bearer(host.http), "Transfer-Encoding": "chunked"})
        assert connection.getresponse().status == 204
        assert [await bob.recv() for _ in range(3)] == ["one", "two", "three"]
        await ada.send("x" * 281)
        await ada.send("bye")
        assert [await ada.recv() for _ in range(4)][-1] == "bye"
    assert get(host, "/guestbook/entries.txt")[2].decode().splitlines() == ["hällo", "one", "two", "three", "bye"]


def uploads(host):
    """A body that comes slowly is read while it comes, and one of many megabytes does not stay in memory."""
    before = resident(host)
    connection = connect(host)
    line = b"y" * 999 + b"\n"  # too long for an entry: nothing is kept
    connection.request("POST", "/guestbook/entries", body=(line * 64 for _ in range(1500)), encode_chunked=True,
                       headers={**bearer(host.http), "Transfer-Encoding": "chunked"})
    assert connection.getresponse().status == 204
    grown = resident(host) - before
    assert grown < 20_000, f"{grown} KiB more after an upload of 96 MB"
    address = urllib.parse.urlsplit(host.http)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        lines = ["POST /guestbook/entries HTTP/1.1", "Host: localhost", "Content-Length: 4", "Expect: 100-continue",
                 *(f"{name}: {value}" for name, value in bearer(host.http).items())]
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"last")
        assert client.recv(1000).startswith(b"HTTP/1.1 204 ")
    assert get(host, "/guestbook/entries.txt")[2].endswith(b"last\n")


def resident(host):
    for line in Path(f"/proc/{host.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])


async def closed_with(client):
    """The code with which the server closes, whatever comes before."""
    try:
        while True:
            await asyncio.wait_for(client.recv(), 20)
    except websockets.ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code


async def fail(host):
    """A message makes the plugin throw while others talk to it and wait for it: they are told, nobody else notices."""
    waiting = connect(host)
    waiting.request("GET", "/later", headers=bearer(host.http))
    begun = connect(host)
    begun.request("GET", "/stream", headers=bearer(host.http))
    assert begun.getresponse().status == 200
    async with open_channel(host, "/socket") as first, open_channel(host, "/socket") as second:
        await second.send("hello")
        assert await second.recv() == "hello"
        for n in range(100):
            await second.send(str(n))
        await first.send("throw")
        for n in range(100):
            await second.send(str(n))
        assert [await closed_with(first), await closed_with(second)] == [1001, 1001]
    reply = waiting.getresponse()
    assert reply.status == 503 and b"has stopped" in reply.read(), reply.status
    assert get(host, "/later")[0] == 404
    assert get(host, "/health")[0] == 200
    assert "a message of a WebSocket of GET /socket threw: cannot hear that" in host.logged()


async def stop(host, path):
    async with open_channel(host, path) as client:
        host.process.terminate()
        assert await closed_with(client) == 1001
    code = host.process.wait(30)
    assert code == 0, f"the host ended with {code}:\n{host.logged()}"


def main():
    large = GUESTBOOK / "web" / "large.bin"
    large.write_bytes(LARGE)
    try:
        with Host(GUESTBOOK) as host:
            files(host)
            asyncio.run(channel(host))
            uploads(host)
            asyncio.run(stop(host, "/guestbook/live"))
    finally:
        large.unlink()
    with Host(WEB_GUEST) as host:
        asyncio.run(fail(host))
        host.stop()
    with Host(WEB_GUEST) as host:
        asyncio.run(stop(host, "/socket"))
    print("ok")


main()
