"""Messages that are nearly right, thousands of them, by HTTP and stdio: each gets one answer of the protocol, or none
where none is due, and the server is as well as before.

mcp_fuzz.py FIXTURE [COUNT [SEED]]: the folder of the conformance fixture; or the address of another server."""

import copy
import http.client
import json
import os
import random
import sys

from mcp_wire import KEY, LEGACY, MODERN, NAMED, Client, Stdio, hold
from orchestron import BINARY, Host, rest

VALUES = [None, True, False, 0, -1, 1.5, 2**53, 10**30, 1e308, "", "x", "\0", "é😀", "x" * 5000, [], [[]], {}, {"": ""},
          {"$ref": "file:///etc/passwd"}, "../../etc/passwd", "test://static-text", "__proto__", MODERN, LEGACY]
REQUESTS = [
    ("server/discover", {}), ("tools/list", {}), ("tools/list", {"cursor": "x"}), ("resources/list", {}),
    ("resources/templates/list", {}), ("resources/read", {"uri": "test://static-text"}), ("prompts/list", {}),
    ("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b"}}),
    ("tools/call", {"name": "test_simple_text", "arguments": {}}),
    ("tools/call", {"name": "test_tool_with_logging", "arguments": {}}),
    ("tools/call", {"name": "test_input_required_result_multi_round", "arguments": {}, "requestState": "x",
                    "inputResponses": {"step1": {"action": "accept", "content": {"name": "x"}}}}),
    ("tools/call", {"name": "tasks_create", "arguments": {"title": "fuzz", "labels": ["a"], "points": 3}}),
    ("tools/call", {"name": "tasks_list", "arguments": {"status": ["todo"], "limit": 3}}),
    ("tools/call", {"name": "call_read", "arguments": {"method": "tasks.list", "arguments": {"limit": 1}}}),
    ("tools/call", {"name": "find_methods", "arguments": {"query": "sprint"}}),
    ("completion/complete", {"ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
                             "argument": {"name": "arg1", "value": "a"}}),
    ("notifications/cancelled", {"requestId": 1}), ("tasks/get", {"taskId": "x"}), ("logging/setLevel", {"level": "info"}),
]


def places(value, path=()):
    """The paths of all members."""
    if isinstance(value, dict):
        for key in value:
            yield (*path, key)
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield (*path, index)
            yield from places(entry, (*path, index))


def spoiled(message, chance):
    """A copy with one to three members changed, taken away, added or renamed."""
    message = copy.deepcopy(message)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = list(places(message))
        if not found:
            break
        *path, last = chance.choice(found)
        parent = message
        for step in path:
            parent = parent[step]
        way = chance.random()
        if way < 0.55:
            parent[last] = copy.deepcopy(chance.choice(VALUES))
        elif way < 0.8:
            del parent[last]
        elif isinstance(parent, dict):
            parent[chance.choice(["", "extra", "\0", "id", "params", f"{KEY}logLevel", "progressToken"])] = copy.deepcopy(
                chance.choice(VALUES))
            if way > 0.9:
                parent[str(last).upper()] = parent.pop(last)
    return message


def message(chance, number):
    method, params = chance.choice(REQUESTS)
    meta = {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": {"elicitation": {}},
            f"{KEY}clientInfo": {"name": "fuzz", "version": "1"}}
    good = {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": meta}}
    return spoiled(good, chance) if chance.random() < 0.95 else good


def by_http(url, count, chance):
    client = Client(url, name="fuzz")
    connection = http.client.HTTPConnection(client.place.netloc, timeout=30)
    for number in range(count):
        sent = message(chance, number)
        method = sent.get("method") if isinstance(sent.get("method"), str) else ""
        name = sent["params"].get(NAMED.get(method), "") if isinstance(sent.get("params"), dict) else ""
        headers = client.headers({}) | {"Mcp-Method": plain(method), "Mcp-Name": plain(name)}
        if chance.random() < 0.05:
            headers[chance.choice(list(headers))] = chance.choice(["", "x", "application/json", "=?base64?x?=", LEGACY])
            headers |= client.base
        body = json.dumps(sent).encode()
        if chance.random() < 0.05:
            place = chance.randrange(len(body))
            body = body[:place] + bytes([chance.randrange(256)]) + body[place + chance.randrange(3):]
        connection.request("POST", "/mcp", body, headers)
        response = connection.getresponse()
        typed = (response.getheader("Content-Type") or "").startswith(("application/json", "text/event-stream"))
        got = list(client.read(response)) if typed else [response.read()][:response.status >= 400]
        assert response.status < 500, (number, response.status, sent, got)
        assert response.status in (200, 202, 400, 404, 406, 413, 415), (number, response.status, sent, got)
        assert (response.status == 202) == (not got), (number, response.status, sent, got)
        for part in got:
            if typed and "jsonrpc" in part:
                hold(part)
    connection.close()


def plain(text):
    """What a header can hold of a text."""
    text = text if isinstance(text, str) else ""
    return "".join(c for c in text if " " <= c <= "~")[:200]


def by_stdio(command, environment, folder, count, chance):
    server = Stdio(command, environment, folder)
    for number in range(count):
        sent = message(chance, number)
        server.write(sent, {"jsonrpc": "2.0", "id": f"after-{number}", "method": "server/discover", "params": {
            "_meta": {f"{KEY}protocolVersion": MODERN, f"{KEY}clientCapabilities": {}}}})
        got = []
        while not got or got[-1].get("id") != f"after-{number}":
            line = server.lines.get(timeout=30)
            assert line is not None, f"the program has ended at {sent}"
            got.append(json.loads(line))
        assert len(got) < 40, (sent, len(got))
    assert server.end() == 0


def main():
    where, *numbers = sys.argv[1:]
    count = int(numbers[0]) if numbers else 3000
    seed = int(numbers[1]) if numbers[1:] else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    if where.startswith("http"):
        by_http(where, count, chance)
        return
    with Host(where) as host:
        by_http(f"{host.http}/mcp", count, chance)
        print(f"{count} by HTTP", flush=True)
        by_stdio([BINARY, "mcp", "--storage", host.storage], {"PATH": os.environ["PATH"], "HOME": host.folder.name},
                 host.folder.name, count, chance)
        print(f"{count} by stdio", flush=True)
        assert rest(host, "POST", "/services/host/health")["status"] == "ok"
        host.stop()


if __name__ == "__main__":
    main()
