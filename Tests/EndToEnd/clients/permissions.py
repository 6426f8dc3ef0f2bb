"""The authorisation matrix: every public method, for every role, by every way in, against Tests/permissions.txt.

Whether somebody may call a method is decided before its arguments are looked at: an argument that no method has is
refused as such to those who may, and does nothing."""

import asyncio
import http.client
import json
import socket
import sys
from pathlib import Path

import websockets

from orchestron import Host

ROLES = ["viewer", "member", "maintainer", "admin"]
LIST = Path(__file__).parents[2] / "permissions.txt"
PASSWORD = "correct horse battery"
ODD = {"noMethodHasThis": 1}

class Client:
    """One connection, kept open."""

    def __init__(self, host, **headers):
        self.connection = http.client.HTTPConnection(host.http.removeprefix("http://"), timeout=30)
        self.headers = {"Content-Type": "application/json", **headers}

    def ask(self, verb, path, body=None):
        self.connection.request(verb, path, None if body is None else json.dumps(body), self.headers)
        reply = self.connection.getresponse()
        text = reply.read()
        return reply.status, reply.headers, json.loads(text) if text else None


def bearer(host, token):
    return Client(host, Authorization=f"Bearer {token}")


def expected(methods):
    """The lowest role of each method, as people have written it down."""
    lines = [line.split() for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    table = dict(lines)
    assert len(table) == len(lines), "a method has two lines"
    assert all(role in ROLES for role in table.values())
    missing, gone = sorted(set(methods) - set(table)), sorted(set(table) - set(methods))
    assert not missing and not gone, f"without a line in {LIST.name}: {missing}; lines without a method: {gone}"
    return table


def members(host, owner):
    """Somebody of each role: a session, a token that may all that its owner may, and a JSON Web Token."""
    found = {}
    for role in ROLES:
        status, _, _ = owner.ask("POST", "/api/users", {"name": role, "role": role, "password": PASSWORD})
        assert status == 201, (role, status)
        status, headers, _ = Client(host).ask("POST", "/sign-in", {"name": role, "password": PASSWORD})
        assert status == 200, (role, status)
        cookie = headers["set-cookie"].split(";")[0]
        session = Client(host, Cookie=cookie)
        status, _, token = session.ask("POST", "/api/tokens", {"name": "all", "scopes": ["*"]})
        assert status == 201, token
        status, _, jwt = session.ask("POST", "/api/services/tokens/jwt", {})
        assert status in (200, 201), jwt
        found[role] = (cookie, token["token"], jwt["token"])
    return found


def refused(code):
    """Whether an answer says that the caller may not; anything but that, and a wrong argument, is a fault."""
    assert code in ("permission_denied", "invalid_argument"), code
    return code == "permission_denied"


def by_http(client, method):
    service, name = method.split(".")
    _, _, answer = client.ask("POST", f"/api/services/{service}/{name}", ODD)
    return refused(answer["code"])


async def by_websocket(host, methods, **headers):
    async with websockets.connect(host.http.replace("http", "ws") + "/ws", additional_headers=headers) as connection:
        denied = set()
        for method in methods:
            await connection.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": ODD}))
            if refused(json.loads(await connection.recv())["error"]["data"]["code"]):
                denied.add(method)
        return denied


def by_socket(host, methods):
    """The control socket, on which this machine's user is known by the kernel."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(host.ready["socket"])
        lines, denied = connection.makefile("rw"), set()
        for method in methods:
            lines.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": ODD}) + "\n")
            lines.flush()
            if refused(json.loads(lines.readline())["error"]["data"]["code"]):
                denied.add(method)
        return denied


# Thousands of calls within seconds.
LIMITS = {"requestsPerSecond": 1_000_000, "requestBurst": 1_000_000}


def main():
    with Host(configuration={"plugins": {"http": {"limits": LIMITS}}}) as host:
        owner = bearer(host, host.token)
        _, _, services = owner.ask("GET", "/api/services")
        methods = [f"{service['name']}.{method['name']}"
                   for service in services["items"] for method in service["methods"] if method["public"]]
        table = expected(methods)
        checked = 0
        for role, (cookie, token, jwt) in members(host, owner).items():
            want = {method for method in methods if ROLES.index(table[method]) > ROLES.index(role)}
            ways = {
                "session": {m for m in methods if by_http(Client(host, Cookie=cookie), m)},
                "token": {m for m in methods if by_http(bearer(host, token), m)},
                "JWT": {m for m in methods if by_http(bearer(host, jwt), m)},
                "token over WebSocket": asyncio.run(by_websocket(host, methods, Authorization=f"Bearer {token}")),
                "session over WebSocket": asyncio.run(by_websocket(host, methods, Cookie=cookie, Origin=host.http)),
            }
            if role == "admin":
                ways["socket"] = by_socket(host, methods)
            for way, denied in ways.items():
                if denied != want:
                    sys.exit(f"{role} by {way}: may not call {sorted(denied - want)}, may call {sorted(want - denied)}")
                checked += len(methods)
        print(f"{checked} calls of {len(methods)} methods are decided as {LIST.name} says")


main()
