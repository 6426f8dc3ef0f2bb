"""Whatever is sent to MCP gets the answer that JSON-RPC and the specification have for it, and harms nobody.

mcp_hostile.py FIXTURE: the folder of the conformance fixture; or the address of another server, for the parts that any
server must hold."""

import json
import os
import sys
import time
import traceback

from mcp_wire import KEY, LEGACY, MODERN, Client, Failed, Stdio, hold
from orchestron import BINARY, Host, rest

DEEP = b"[" * 100_000 + b"]" * 100_000
META = {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": {}}


def post(client, body, headers=None, drop=(), verb="POST"):
    """Sends bytes as if they were a `server/discover`; gives the status and the one message, or None."""
    found = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **client.base,
             "MCP-Protocol-Version": MODERN, "Mcp-Method": "server/discover"} | (headers or {})
    connection, response = client.send(None, {n: v for n, v in found.items() if n not in drop}, body, verb)
    kind = (response.getheader("Content-Type") or "").partition(";")[0]
    body = response.read()
    connection.close()
    message = None
    if kind == "application/json" and body:
        message = json.loads(body)
    elif kind == "text/event-stream":
        message = json.loads(body.decode().split("data:", 1)[1].strip().split("\n")[0])
    return response.status, hold(message) if message and "jsonrpc" in message else message


def request(id=1, method="server/discover", params=None, **more):
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {"_meta": META}} | more)


def answers_what_is_no_message(client):
    good = request().encode()
    for body in (b"{", b"nul", b"", b" ", b"{'a':1}", good[:-1], good + b"}", good + good, b"\xff\xfe{}", b"\0",
                 b'{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"a":"\xff"}}',
                 b'{"jsonrpc":"2.0","id":01,"method":"x"}'):
        status, message = post(client, body)
        assert status == 400 and message["error"]["code"] in (-32700, -32600), (body[:80], status, message)
        assert message.get("id") is None, (body[:80], message)
    began = time.monotonic()
    for body in (DEEP, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b'{"jsonrpc":"2.0","id":1,"params":' + DEEP + b"}"):
        status, message = post(client, body)
        assert status in (400, 413), (status, message)
    assert time.monotonic() - began < 5, "deep nesting took its time"


def answers_what_is_no_request(client):
    for body in (b'"x"', b"7", b"null", b"true", b"[]", b"[1]", b"[[]]", f"[{request()}]".encode(),
                 f"[{request(1)},{request(2)}]".encode(), b"{}", b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"2.0","id":1}',
                 b'{"id":1,"method":"server/discover"}', request(jsonrpc="1.0").encode(), request(jsonrpc=2).encode(),
                 request(method=7).encode(), request(method=None).encode(), request(method=["a"]).encode()):
        status, message = post(client, body)
        assert status == 400 and message["error"]["code"] in (-32600, -32602, -32020), (body[:80], status, message)
    for params in ([], [1], "x", 7, None, True):
        status, message = post(client, json.dumps(
            {"jsonrpc": "2.0", "id": 5, "method": "server/discover", "params": params}).encode())
        assert status == 400 and message["error"]["code"] in (-32600, -32602), (params, status, message)
    for meta in ([], "x", 7, None, {f"{KEY}protocolVersion": 7, f"{KEY}clientCapabilities": {}},
                 {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": []},
                 {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": "all"},
                 META | {f"{KEY}logLevel": 7}):
        status, message = post(client, request(params={"_meta": meta}).encode())
        assert status == 400 and message["error"]["code"] in (-32602, -32022, -32020), (meta, status, message)
        assert message["id"] == 1, message


def keeps_the_type_of_an_id(client):
    for id in (0, 1, -1, 7, 2**31, 2**53 - 1, -(2**53 - 1), "", "0", "1", "listen:0", "é", "\u0000", "x" * 1000,
               "null", "😀"):
        status, message = post(client, request(id).encode())
        assert status == 200 and message["id"] == id and type(message["id"]) is type(id), (id, status, message)
    # Nothing exact can be done with these: they are refused, or come back as they were.
    for text in ("9007199254740993", "18446744073709551615", "123456789012345678901234567890"):
        status, message = post(client, request("@").replace('"@"', text).encode())
        assert status == 400 or str(message["id"]) == text, (text, status, message)
    for text in ("1.5", "true", "false", "{}", "[]", '{"a":1}', "1e400", "null"):
        status, message = post(client, request("@").replace('"@"', text).encode())
        assert status == 400 and message["error"]["code"] in (-32600, -32700), (text, status, message)


def holds_the_frame_of_http(client):
    body = request().encode()
    assert post(client, body)[0] == 200
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"):
        status, _ = post(client, body, {"Content-Type": kind})
        assert status in (400, 415), (kind, status)
    assert post(client, body, drop=("Content-Type",))[0] in (400, 415)
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON"):
        assert post(client, body, {"Content-Type": kind})[0] == 200, kind
    for verb in ("GET", "DELETE", "PUT", "PATCH"):
        status, _ = post(client, b"", verb=verb)
        assert status == 405, (verb, status)
    # What sessions and resumed streams were made with means nothing to a modern request.
    assert post(client, body, {"Mcp-Session-Id": "x", "Last-Event-ID": "7"})[0] == 200
    for name, value in (("Origin", "null"), ("Origin", "http://localhost.evil.example"), ("Origin", "file://"),
                        ("Host", "localhost.evil.example"), ("Host", "evil.example")):
        assert 400 <= post(client, body, {name: value})[0] < 500, (name, value)
    status, message = post(client, b'{"a":"' + b"x" * (40 << 20) + b'"}')
    assert status == 413, status


def answers_no_notification(client):
    for method in ("notifications/initialized", "notifications/cancelled", "notifications/no-such", "x"):
        for params in ({"_meta": META}, {"_meta": META, "requestId": 99}, {"_meta": META, "requestId": {}}):
            body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode()
            status, message = post(client, body, {"Mcp-Method": method})
            assert status == 202 and message is None, (method, params, status, message)
    for answer in ({"result": {}}, {"error": {"code": 1, "message": "x"}}):
        status, _ = post(client, json.dumps({"jsonrpc": "2.0", "id": 77, **answer}).encode(), drop=("Mcp-Method",))
        assert status in (202, 400), (answer, status)


def knows_wrong_arguments(client):
    for params in ({}, {"name": None}, {"name": 7}, {"name": ""}, {"name": "x" * 10_000}, {"name": "no_such"},
                   {"name": "../x"}, {"name": "tasks.create"}):
        try:
            answer = client.request("tools/call", params)
            raise AssertionError(f"{str(params)[:80]} was answered: {str(answer)[:300]}")
        except Failed as failed:
            assert failed.code in (-32602, -32020), (params, failed)
    for arguments in ([], "x", 7):
        try:
            answer = client.request("tools/call", {"name": "test_simple_text", "arguments": arguments})
            assert answer["isError"], answer
        except Failed as failed:
            assert failed.code == -32602, failed
    for cursor in ("x", "", "A" * 5000, 7, None, "AAAA", "\0"):
        try:
            client.request("tools/list", {"cursor": cursor})
            assert cursor is None, f"the cursor {cursor!r} was taken"
        except Failed as failed:
            assert failed.code == -32602 and failed.status == 400, (cursor, failed)
    for uri in ("", "x", "file:///etc/passwd", "test://../../etc/passwd", "test://template/../data", "http://127.0.0.1",
                "test://template/%2e%2e%2f/x", "\0", 7, "test:" + "x" * 10_000):
        try:
            answer = client.request("resources/read", {"uri": uri})
            raise AssertionError(f"{uri!r:.80} was read: {str(answer)[:300]}")
        except Failed as failed:
            assert failed.code in (-32602, -32020), (uri, failed)


def guards_its_sessions(url, client, host):
    """What a legacy client has is its own: by id and by principal."""
    mine = Client(url, LEGACY, headers=client.base)
    ping = mine.message("ping")
    for session in ("x", "\x7f", "A" * 5000, (mine.session or "")[:-1]):
        connection, response = mine.send(ping, mine.headers(ping) | {"Mcp-Session-Id": session})
        connection.close()
        assert not mine.session or response.status in (400, 404), (session[:40], response.status)
    for version in ("2025-11-26", "1.0", "x" * 5000):
        connection, response = mine.send(ping, mine.headers(ping) | {"MCP-Protocol-Version": version})
        connection.close()
        assert response.status == 400, (version[:40], response.status)
    for body in (b"{", b"[]", f"[{json.dumps(ping)}]".encode(), b"7"):
        connection, response = mine.send(None, mine.headers(ping), body)
        connection.close()
        assert response.status == 400, (body, response.status)
    if host is None:
        return
    rest(host, "POST", "/users", {"name": "eve", "role": "member", "password": "correct horse battery staple"})
    token = rest(host, "POST", "/tokens", {"name": "eve", "scopes": ["*"], "user": "eve"})["token"]
    eve = {"Authorization": f"Bearer {token}"}
    if mine.session:
        connection, response = mine.send(ping, mine.headers(ping) | eve)
        connection.close()
        assert response.status in (401, 403, 404), f"another one's session was let in: {response.status}"
        assert mine.request("ping") == {}
    # Nor is what a server has let somebody carry: it is bound to him, to the tool and to what was asked.
    tool = {"name": "test_input_required_result_tampered_state", "arguments": {}}
    first = client.request("tools/call", tool)
    more = {"requestState": first["requestState"], "inputResponses": {
        name: {"action": "accept", "content": {"ok": True}} for name in first["inputRequests"]}}
    for other, params in ((Client(url, headers=eve), tool | more),
                          (client, tool | more | {"arguments": {"other": 1}}),
                          (client, {"name": "test_input_required_result_multi_round", "arguments": {}} | more)):
        try:
            answer = other.request("tools/call", params)
            assert answer.get("isError") is True, f"a state of somebody else's was taken: {answer}"
        except Failed as failed:
            assert failed.code == -32602, failed
    assert client.request("tools/call", tool | more)["resultType"] == "complete"
    for wrong in ("", "Bearer", "Bearer x", "Basic eDp5", f"Bearer {token}x"):
        connection, response = client.send(client.message("server/discover"), body=request().encode(),
                                           headers=client.headers({"method": "server/discover"})
                                           | {"Authorization": wrong})
        challenge = response.getheader("WWW-Authenticate") or ""
        connection.close()
        assert response.status == 401 and challenge.startswith("Bearer"), (wrong, response.status, challenge)


def answers_every_line(command, environment, folder):
    """stdio: what is no message is answered, too, and nothing else stands still for it."""
    server = Stdio(command, environment, folder)
    for line in (b"{\n", b"nul\n", b"\xff\xfe\n", b"[]\n", f"[{request()}]\n".encode(), b"7\n", DEEP + b"\n",
                 b'{"jsonrpc":"2.0","id":{},"method":"server/discover"}\n', b'{"jsonrpc":"2.0","id":1.5,"method":"x"}\n'):
        server.write(line)
        message = server.next()
        assert message["error"]["code"] in (-32700, -32600) and message.get("id") is None, (line[:60], message)
    server.write(b"\n", b"  \n", b"\r\n", request("a").encode() + b"\r\n")
    assert server.next("server/discover")["id"] == "a"
    server.write(json.dumps({"jsonrpc": "2.0", "id": "long", "method": "tools/call", "params": {
        "_meta": META, "name": "test_simple_text", "arguments": {"x": "y" * (48 << 20)}}}).encode() + b"\n")
    message = server.next("tools/call")
    assert message.get("id") in ("long", None), message
    server.write(request(0).encode()[:40])
    time.sleep(0.05)
    server.write(request(0).encode()[40:] + b"\n", request("unknown", "no/such").encode() + b"\n")
    got = {m["id"]: m for m in (server.next(), server.next())}
    assert "result" in got[0] and got["unknown"]["error"]["code"] == -32601, got
    server.write(request("last").encode() + b"\n", request("half").encode()[:-3])
    assert server.end() == 0, "the end of its input is no failure"
    rest_of_it = [json.loads(line) for line in iter(server.lines.get, None)]
    assert [m["id"] for m in rest_of_it if "result" in m] == ["last"], rest_of_it


def main():
    where = sys.argv[1]
    foreign = where.startswith("http")
    host = None if foreign else Host(where)
    url = where if foreign else f"{host.http}/mcp"
    failures = 0
    client = Client(url, name="hostile")
    parts = [(part, (client,)) for part in (
        answers_what_is_no_message, answers_what_is_no_request, keeps_the_type_of_an_id, holds_the_frame_of_http,
        answers_no_notification, knows_wrong_arguments)]
    parts.append((guards_its_sessions, (url, client, host)))
    if host:
        parts.append((answers_every_line, (
            [BINARY, "mcp", "--storage", host.storage], {"PATH": os.environ["PATH"], "HOME": host.folder.name},
            host.folder.name)))
    for part, arguments in parts:
        try:
            part(*arguments)
            print(f"{part.__name__}: holds", flush=True)
        except Exception:
            failures += 1
            print(f"{part.__name__}: FAILS\n{traceback.format_exc()[-1500:]}", flush=True)
    assert client.request("server/discover")["supportedVersions"], "the server is there no more"
    if host:
        assert "fault" not in host.logged().lower(), host.logged()[-2000:]
        host.stop()
    if failures:
        sys.exit(f"{failures} parts fail")


if __name__ == "__main__":
    main()
