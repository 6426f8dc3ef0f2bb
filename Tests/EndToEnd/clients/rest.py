"""The conventions of REST, by curl and Python's http.client: less of an answer, compressed ones, time, conditions,
pages, and clients that go.

rest.py ECHO: the folder of the fixture echo."""

import gzip
import http.client
import json
import sys
import tempfile
import time
from urllib.parse import urlsplit

from orchestron import Host, bearer, curl, rest

JSON = ("-H", "Content-Type: application/json")


def send(host, verb, path, *headers, body=None):
    """A request; gives status, headers and the body as it came."""
    lines = [word for header in headers for word in ("-H", header)]
    data = () if body is None else (*JSON, "--data-binary", "@-")
    return curl(f"{host.http}{path}", "-X", verb, *lines, *data, data=body)


def answers_no_more_than_is_wanted(host):
    body = json.dumps({"title": "One"}).encode()
    status, headers, answer = send(host, "POST", "/api/tasks", "Prefer: return=minimal", body=body)
    assert (status, answer) == (201, b"") and headers["preference-applied"] == "return=minimal", headers
    address, tag = headers["location"], headers["etag"]
    status, headers, answer = send(
        host, "PATCH", address, "Prefer: return=minimal", f"If-Match: {tag}", body=b'{"title":"Two"}')
    assert (status, answer) == (204, b"") and headers["etag"] != tag, headers
    status, _, answer = send(host, "GET", f"{address}?fields=title,key")
    assert json.loads(answer) == {"key": "ORC-1", "title": "Two"}, answer
    _, _, answer = send(host, "GET", "/api/tasks?fields=key&order=-createdAt")
    assert json.loads(answer)["items"] == [{"key": "ORC-1"}], answer
    status, _, answer = send(host, "POST", "/api/tasks?fields=owner", body=body)
    assert status == 400 and "assignee" in json.loads(answer)["errors"][0]["allowed"], answer
    assert len(rest(host, "GET", "/tasks")["items"]) == 1, "a refused request has made a task"
    # The selection is that of what the whole answer has, for every method that can be asked without arguments.
    for service in rest(host, "GET", "/services")["items"]:
        for method in service["methods"]:
            route = method.get("route") or ""
            needs = any(parameter["required"] for parameter in method["params"])
            if not route.startswith("GET ") or needs or method.get("stream") or method["result"]["type"] != "j":
                continue
            status, _, answer = send(host, "GET", route[4:])
            if status != 200:
                continue  # A forecast that has nothing to rest on.
            whole = json.loads(answer)
            entities = whole["items"] if isinstance(whole, dict) and {"items", "next"} <= set(whole) else [whole]
            if not entities or not isinstance(entities[0], dict):
                continue
            name = sorted(entities[0])[0]
            status, _, answer = send(host, "GET", f"{route[4:]}?fields={name}")
            assert status == 200, (route, name, answer)
            part = json.loads(answer)
            part = part["items"][0] if entities[0] is not whole else part
            assert set(part) == {name}, (route, name, part)


def compresses(host):
    connection = http.client.HTTPConnection(urlsplit(host.http).netloc)
    for number in range(120):
        task = {"title": f"Task {number}", "description": "what is to be done " * 40}
        connection.request("POST", "/api/tasks", json.dumps(task), {"Content-Type": "application/json"} | bearer(host.http))
        assert connection.getresponse().read()
    connection.close()
    # Short ones, those of the loop, and those of a worker (over 64 KiB).
    for path in ("/api/tasks?limit=5", "/api/tasks?limit=500", "/openapi.json", "/api/services", "/", "/health"):
        status, plain, body = send(host, "GET", path)
        assert status == 200 and "content-encoding" not in plain, (path, plain)
        _, headers, packed = send(host, "GET", path, "Accept-Encoding: gzip, br")
        if len(body) < 1024:
            assert "content-encoding" not in headers and "vary" not in headers, (path, headers)
            continue
        assert (headers["content-encoding"], headers["vary"]) == ("gzip", "accept-encoding"), (path, headers)
        assert plain["vary"] == "accept-encoding", (path, plain)
        assert int(headers["content-length"]) == len(packed) < len(body) / 2, path
        if path != "/api/services":
            assert gzip.decompress(packed) == body, path
        if "etag" in headers:
            assert headers["etag"] != plain["etag"]
            for tag in (headers["etag"], plain["etag"]):
                status, known, rest_of_it = send(host, "GET", path, "Accept-Encoding: gzip", f"If-None-Match: {tag}")
                assert (status, rest_of_it) == (304, b""), (path, known)
                assert (known["etag"], known["vary"]) == (headers["etag"], "accept-encoding"), (path, known)
        status, head, nothing = curl(f"{host.http}{path}", "-I", "-H", "Accept-Encoding: gzip")
        assert (status, head["content-encoding"], nothing) == (200, "gzip", b""), (path, head)
    _, headers, packed = send(host, "GET", "/api/tasks/export?format=json", "Accept-Encoding: gzip")
    assert headers["content-encoding"] == "gzip", headers
    assert gzip.decompress(packed) == send(host, "GET", "/api/tasks/export?format=json")[2]
    _, headers, _ = send(
        host, "GET", "/api/tasks/export?format=json", "Accept-Encoding: gzip", "Accept: text/event-stream")
    assert "content-encoding" not in headers, headers


def takes_compressed_bodies(host):
    body = gzip.compress(b'{"title":"packed"}')
    status, _, answer = send(host, "POST", "/api/tasks", "Content-Encoding: gzip", body=body)
    assert status == 201 and json.loads(answer)["title"] == "packed", answer
    long = json.dumps({"title": "long", "description": "".join(str(n) for n in range(150_000))[:60_000]}).encode()
    status, _, answer = send(host, "POST", "/api/tasks", "Content-Encoding: gzip", body=gzip.compress(long))
    assert status in (201, 400), answer  # The longest description is the plugin's to say.
    status, headers, _ = send(host, "POST", "/api/tasks", "Content-Encoding: br", body=b"x")
    assert (status, headers["accept-encoding"]) == (415, "gzip"), headers
    assert send(host, "POST", "/api/tasks", "Content-Encoding: gzip", body=body[:-1])[0] == 400
    bomb = gzip.compress(b'{"title":"' + b" " * (64 << 20) + b'"}')
    began = time.monotonic()
    assert send(host, "POST", "/api/tasks", "Content-Encoding: gzip", body=bomb)[0] == 413
    assert time.monotonic() - began < 2, "64 MB were made of 64 KB"


def ends_in_time(host):
    began = time.monotonic()
    status, _, answer = send(host, "POST", "/api/services/echo/never", "Prefer: wait=1")
    took = time.monotonic() - began
    assert status == 504 and json.loads(answer)["code"] == "deadline_exceeded" and 0.9 < took < 3, (answer, took)
    cancelled = rest(host, "POST", "/services/echo/cancelled")["cancelled"]
    connection = http.client.HTTPConnection(urlsplit(host.http).netloc)
    connection.request("POST", "/api/services/echo/never", headers=bearer(host.http))
    time.sleep(0.3)
    connection.close()
    for _ in range(200):
        if rest(host, "POST", "/services/echo/cancelled")["cancelled"] == cancelled + 1:
            break
        time.sleep(0.01)
    else:
        sys.exit("a call whose client has gone was not cancelled")
    # A stream whose client reads nothing and goes.
    connection = http.client.HTTPConnection(urlsplit(host.http).netloc)
    connection.request("GET", "/api/echo/chunks/1000000", headers=bearer(host.http))
    assert connection.getresponse().read(10)
    connection.close()
    assert send(host, "GET", "/health")[0] == 200


def knows_its_methods(host):
    """405 with Allow, OPTIONS and HEAD for each kind of route."""
    for path, allow in (
            ("/api/tasks", "get, post, head, options"), ("/health", "get, head, options"), ("/", "get, head, options"),
            ("/openapi.json", "get, head, options"), ("/ws", "get, head, options"),
            ("/api/services/tasks/list", "post, options"), ("/api/sprints/active", "get, head, options")):
        allowed = set(allow.split(", "))
        status, headers, body = send(host, "OPTIONS", path)
        assert (status, set(headers["allow"].split(", ")), body) == (204, allowed, b""), (path, headers)
        status, headers, _ = send(host, "PUT", path)
        assert (status, set(headers["allow"].split(", "))) == (405, allowed), (path, headers)
        if "head" in allow and path != "/ws":
            status, headers, body = curl(f"{host.http}{path}", "-I")
            assert (status, body) == (200, b"") and int(headers["content-length"]) > 0, (path, headers)
    status, headers, _ = curl(host.http, "-X", "OPTIONS", "--request-target", "*")
    assert status == 204 and "options" in headers["allow"], headers
    status, headers, _ = send(host, "GET", "/api/tasks?limit=2", "X-Request-Id: mine-1")
    assert headers["x-request-id"] == "mine-1", headers


def leads_from_page_to_page(host):
    connection = http.client.HTTPConnection(urlsplit(host.http).netloc)
    first = "/api/tasks?limit=40&fields=key"
    path, pages, keys = first, 0, set()
    while path:
        connection.request("GET", path, headers=bearer(host.http))
        reply = connection.getresponse()
        keys |= {item["key"] for item in json.loads(reply.read())["items"]}
        links = (link.split("; ") for link in (reply.getheader("Link") or "").split(", ") if link)
        links = {relation: address.strip("<>") for address, relation in links}
        assert links.get('rel="first"') == (first if pages else None), links
        path, pages = links.get('rel="next"'), pages + 1
    connection.close()
    assert len(keys) > 120 and pages == -(-len(keys) // 40), (len(keys), pages)


def shows_its_configuration(host):
    shown = rest(host, "GET", "/config")
    assert shown["host"]["logLevel"] == "info" and shown["plugins"]["http"]["times"]["call"] == 30_000, shown
    assert shown["plugins"]["elsewhere"] == {"apiToken": "[redacted]", "retries": 3}, shown


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".json") as configuration:
        json.dump({"plugins": {"elsewhere": {"apiToken": "hidden", "retries": 3}}}, configuration)
        configuration.flush()
        holds_conventions(configuration.name)


def holds_conventions(configuration):
    with Host(sys.argv[1], arguments=("--config", configuration)) as host:
        shows_its_configuration(host)
        answers_no_more_than_is_wanted(host)
        compresses(host)
        takes_compressed_bodies(host)
        ends_in_time(host)
        knows_its_methods(host)
        leads_from_page_to_page(host)
        print("every convention holds")


if __name__ == "__main__":
    main()
