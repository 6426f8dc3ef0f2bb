"""What a host measures, as those read it who have to: Prometheus itself scrapes /metrics with a token and finds nothing
to warn of; probes ask the three ways of /health; the access log tells of each request, and can be ended and begun while the host runs; a
collector gets the spans of a request down to its SQL. Without arguments."""

import asyncio
import json
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from orchestron import BINARY, Host, connect, curl, refusal, rest

OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def until(holds, what, seconds=30):
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def anonymous(url):
    """Status and body for somebody who does not say who he is."""
    try:
        with urllib.request.urlopen(url) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def scrape(host, accept="*/*"):
    """The text of /metrics, with the media type that it has."""
    status, headers, body = curl(f"{host.http}/metrics", "-H", f"Accept: {accept}")
    assert status == 200, (status, body)
    return headers["content-type"], body.decode()


def samples(text):
    """The samples of an exposition: {name{labels}: value}."""
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in text.splitlines() if line and not line.startswith("#")}


class Prometheus:
    """Prometheus itself, which scrapes a host every second; a context manager."""

    def __init__(self, host):
        self.folder = tempfile.TemporaryDirectory(prefix="prometheus-")
        folder = Path(self.folder.name)
        (folder / "token").write_text(host.token)
        (folder / "prometheus.yml").write_text(json.dumps({  # JSON is YAML.
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [{
                "job_name": "orchestron", "authorization": {"credentials_file": str(folder / "token")},
                "static_configs": [{"targets": [host.http.removeprefix("http://")]}]}]}))
        self.address = f"127.0.0.1:{free_port()}"
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address={self.address}"], stdout=log, stderr=log)

    def ask(self, path, **query):
        """The data of an answer of its API; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(query)}") as reply:
                return json.load(reply)["data"]
        except OSError:
            return None

    def value(self, expression):
        """The value of an expression that gives one series; None without one."""
        data = self.ask("query", query=expression)
        return float(data["result"][0]["value"][1]) if data and data["result"] else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def formats(host):
    """Both formats, chosen by Accept, and what promtool thinks of the older one."""
    kind, text = scrape(host)
    assert kind == TEXT, kind
    check = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert check.returncode == 0 and not check.stdout + check.stderr, check.stdout + check.stderr
    kind, text = scrape(host, "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
    assert kind == OPEN_METRICS, kind
    assert text.endswith("\n# EOF\n"), text[-100:]
    assert "# UNIT orchestron_call_duration_seconds seconds" in text
    status, body = anonymous(f"{host.http}/metrics")
    assert status == 401 and b"token" in body, (status, body)


def counts(host):
    """A figure for each layer that a request goes through."""
    for index in range(3):
        rest(host, "POST", "/tasks", {"title": f"Task {index}"})
    curl(f"{host.http}/api/tasks/ORC-99")
    figures = samples(scrape(host)[1])
    expected = {
        'orchestron_http_requests_total{method="POST",route="/api/tasks",status="2xx"}': 3,
        'orchestron_http_requests_total{method="GET",route="/api/tasks/{id}",status="4xx"}': 1,
        'orchestron_http_request_duration_seconds_count{method="POST",route="/api/tasks"}': 3,
        'orchestron_calls_total{method="create",service="tasks",status="ok"}': 3,
        'orchestron_calls_total{method="get",service="tasks",status="not_found"}': 1,
        'orchestron_plugin_state{plugin="storage",state="started"}': 1,
    }
    for name, value in expected.items():
        assert figures.get(name) == value, (name, figures.get(name))
    assert figures["orchestron_storage_commit_changes_sum"] >= 3
    assert figures["process_resident_memory_bytes"] > 10e6
    buckets = [value for name, value in figures.items()
               if name.startswith('orchestron_calls_duration_seconds_bucket{method="create"')]
    assert buckets == sorted(buckets), buckets


def scraped(host):
    """Prometheus gets what is there, with types and units, and says nothing bad about it."""
    with Prometheus(host) as prometheus:
        until(lambda: prometheus.value("orchestron_build_info") == 1, "a scrape")
        before = prometheus.value('orchestron_http_requests_total{route="/metrics",status="2xx"}')
        until(lambda: (prometheus.value('orchestron_http_requests_total{route="/metrics",status="2xx"}') or 0) > before,
              "a second scrape")
        target = prometheus.ask("targets")["activeTargets"][0]
        assert target["health"] == "up" and not target["lastError"], target
        described = prometheus.ask("metadata")
        assert described["orchestron_call_duration_seconds"][0]["type"] == "histogram"
        assert described["orchestron_call_duration_seconds"][0]["unit"] == "seconds"
        assert described["process_cpu_seconds"][0]["type"] == "counter", described.keys()
        late = 'histogram_quantile(0.99, rate(orchestron_call_duration_seconds_bucket{method="create"}[1m]))'
        assert prometheus.ask("query", query=late) is not None
        bad = [line for line in prometheus.log.read_text().splitlines()
               if any(word in line for word in ("level=warn", "level=error", "level=WARN", "level=ERROR"))]
        assert not bad, bad


def probes(host):
    """/health for people, /health/live and /health/ready for those who restart and route; none of them asks who asks."""
    status, body = anonymous(f"{host.http}/health")
    assert status == 200 and json.loads(body)["status"] == "ok", body
    status, body = anonymous(f"{host.http}/health/live")
    assert status == 200 and json.loads(body) == {"status": "ok"}, body
    status, body = anonymous(f"{host.http}/health/ready")
    assert status == 200 and json.loads(body) == {"status": "ready"}, body


def access_log(host):
    """A line for each request, without what is in the query or in the headers."""
    # Refused, and so that the refusal names the word: the log must not.
    curl(f"{host.http}/api/tasks?search=secret-word", "-H", "X-Request-Id: mine-1")
    anonymous(f"{host.http}/nowhere?secret-word")
    until(lambda: '"/nowhere"' in host.logged(), "the access log")
    lines = [json.loads(line) for line in host.logged().splitlines() if '"msg":"request"' in line]
    mine = next(line for line in lines if line["requestId"] == "mine-1")
    assert mine["route"] == mine["path"] == "/api/tasks" and mine["method"] == "GET", mine
    assert mine["status"] == 400 and mine["bytes"] > 100 and mine["milliseconds"] > 0, mine
    assert mine["actor"].startswith("user:") and mine["address"] == "127.0.0.1", mine
    lost = next(line for line in lines if line["path"] == "/nowhere")
    assert lost["status"] == 404 and lost["requestId"] and "route" not in lost, lost
    assert "secret-word" not in host.logged() and host.token not in host.logged()


def reconfigured(host, path):
    """What an admin changes while the host runs is true at once, and written into the file."""
    async def told():
        async with connect(host.ws) as socket:
            await socket.send('{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["config:*"]}}')
            await asyncio.wait_for(socket.recv(), 30)
            changed = await asyncio.to_thread(rest, host, "PATCH", "/config", {"plugins": {"http": {
                "accessLog": False, "allowedOrigins": ["https://board.example"], "limits": {"requestBurst": 300}}}})
            return changed, json.loads(await asyncio.wait_for(socket.recv(), 30))

    page = ("-H", "Origin: https://board.example")
    assert curl(f"{host.http}/api/config", *page)[0] == 403
    changed, event = asyncio.run(told())
    assert changed["plugins"]["http"]["accessLog"] is False and changed["file"] == str(path), changed
    assert changed["plugins"]["metrics"]["otlp"]["headers"] == "[redacted]", changed
    assert set(event["params"]["data"]["keys"]) == {
        "plugins.http.accessLog", "plugins.http.allowedOrigins", "plugins.http.limits.requestBurst"}, event
    status, headers, _ = curl(f"{host.http}/api/config", *page)
    assert status == 200 and headers["access-control-allow-origin"] == "https://board.example", headers
    curl(f"{host.http}/api/tasks/unseen")
    kept = json.loads(path.read_text())
    assert kept["plugins"]["http"] == {
        "accessLog": False, "allowedOrigins": ["https://board.example"], "limits": {"requestBurst": 300}}, kept
    assert kept["plugins"]["metrics"]["otlp"]["headers"] == {"Authorization": "Bearer of-the-collector"}, kept

    for patch, code, says in [
            ({"plugins": {"http": {"port": 1}}}, "failed_precondition", "is set by the command line"),
            ({"plugins": {"http": {"plaintext": True}}}, "failed_precondition", str(path)),
            ({"plugins": {"metrics": {"otlp": {"ratio": 1}}}}, "failed_precondition", "cannot change while the host runs"),
            ({"plugins": {"http": {"limits": {"requestBurst": 0}}}}, "invalid_argument", "must be at least 1"),
            ({"plugins": {"htp": {}}}, "not_found", 'did you mean "http"?')]:
        before = path.read_text()
        assert refusal(rest, host, "PATCH", "/config", patch, says=says).code == code, patch
        assert path.read_text() == before, patch

    def set_by_command(*changes):
        command = [BINARY, "config", "set", "--storage", host.storage, *changes]
        return subprocess.run(command, capture_output=True, text=True)

    done = set_by_command("http.accessLog=true", "http.allowedOrigins=null", "host.logLevel=debug")
    assert done.returncode == 0 and str(path) in done.stdout, done
    assert rest(host, "GET", "/config")["host"]["logLevel"] == "debug"
    curl(f"{host.http}/api/tasks/seen")
    until(lambda: '"/api/tasks/seen"' in host.logged(), "the access log")
    assert '"/api/tasks/unseen"' not in host.logged()
    assert "changed the configuration: plugins.http.accessLog" in host.logged()
    assert set_by_command("http.port=1").returncode == 5
    assert set_by_command("accessLog").returncode == 2


class Collector:
    """An OpenTelemetry collector for traces: takes OTLP/HTTP in JSON, checks each request against the published schema
    (opentelemetry-proto 1.x, trace/v1 and its JSON encoding), and keeps the spans. Its first answer is 503."""

    def __init__(self):
        self.spans, self.faults, self.requests = [], [], 0
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.requests += 1
                if collector.requests == 1:
                    return self.answer(503, retry_after="1")
                try:
                    assert self.path == "/v1/traces", self.path
                    assert self.headers["content-type"] == "application/json"
                    assert self.headers["authorization"] == "Bearer of-the-collector"
                    collector.spans += checked(json.loads(body))
                except (AssertionError, KeyError, ValueError) as fault:
                    collector.faults.append(repr(fault))
                self.answer(200)

            def answer(self, code, retry_after=None):
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "21")
                if retry_after:
                    self.send_header("Retry-After", retry_after)
                self.end_headers()
                self.wfile.write(b'{"partialSuccess":{}}')

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, trace):
        return [span for span in self.spans if span["traceId"] == trace]


def only(value, required, optional=()):
    """An object with these members and no others."""
    assert isinstance(value, dict) and set(required) <= set(value) <= set(required) | set(optional), value
    return value


def attributes(values):
    """Checks a list of KeyValue; gives it as a dict."""
    found = {}
    for entry in values:
        only(entry, ["key", "value"])
        assert entry["key"] and entry["key"] not in found, entry
        (kind, value), = entry["value"].items()
        if kind == "stringValue":
            assert isinstance(value, str)
        else:
            assert kind == "intValue" and re.fullmatch(r"-?\d+", value), entry
            value = int(value)
        found[entry["key"]] = value
    return found


def checked(request):
    """Checks an ExportTraceServiceRequest in JSON; gives its spans, their attributes as dicts."""
    spans = []
    only(request, ["resourceSpans"])
    for resource in request["resourceSpans"]:
        only(resource, ["resource", "scopeSpans"], ["schemaUrl"])
        only(resource["resource"], ["attributes"], ["droppedAttributesCount"])
        assert attributes(resource["resource"]["attributes"])["service.name"] == "under-test"
        for scope in resource["scopeSpans"]:
            only(scope, ["scope", "spans"], ["schemaUrl"])
            only(scope["scope"], ["name"], ["version", "attributes", "droppedAttributesCount"])
            for span in scope["spans"]:
                only(span, ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"],
                     ["traceState", "parentSpanId", "flags", "attributes", "droppedAttributesCount", "events",
                      "droppedEventsCount", "links", "droppedLinksCount", "status"])
                assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and int(span["traceId"], 16), span
                assert re.fullmatch("[0-9a-f]{16}", span["spanId"]) and int(span["spanId"], 16), span
                assert re.fullmatch("([0-9a-f]{16})?", span.get("parentSpanId", "")), span
                assert span["name"] and span["kind"] in range(1, 6), span
                start, end = span["startTimeUnixNano"], span["endTimeUnixNano"]
                assert isinstance(start, str) and isinstance(end, str) and int(start) <= int(end), span
                assert abs(int(start) / 1e9 - time.time()) < 300, span
                status = only(span.get("status", {}), [], ["code", "message"])
                assert status.get("code", 0) in (0, 1, 2), span
                spans.append({**span, "attributes": attributes(span.get("attributes", []))})
    return spans


def chain(spans, leaf):
    """The names of a span and of those above it, the topmost first."""
    by_id = {span["spanId"]: span for span in spans}
    names = []
    while leaf:
        names.insert(0, leaf["name"])
        leaf = by_id.get(leaf.get("parentSpanId"))
    return names


def traces(host, collector):
    """The spans of a request over HTTP and of one over WebSocket, from their server down to SQL."""

    def settled(trace, name):
        until(lambda: any(span["name"] == name for span in collector.of(trace)), f"the span {name}")
        return collector.of(trace)

    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    status, _, body = curl(
        f"{host.http}/api/tasks", "-H", f"traceparent: 00-{trace}-{parent}-01", "-H", "tracestate: vendor=1", "-H",
        "Content-Type: application/json", "--data-binary", '{"title":"Secret plans"}')
    assert status == 201, body
    spans = settled(trace, "POST /api/tasks")
    top = next(span for span in spans if span["name"] == "POST /api/tasks")
    assert top["parentSpanId"] == parent and top["kind"] == 2 and top["traceState"] == "vendor=1", top
    assert top["attributes"]["http.response.status_code"] == 201, top
    assert top["attributes"]["http.route"] == top["attributes"]["url.path"] == "/api/tasks", top
    write = next(span for span in spans if span["name"] == "write")
    assert chain(spans, write) == ["POST /api/tasks", "tasks.create", "storage.write", "write"], chain(spans, write)
    assert write["kind"] == 3 and write["attributes"]["db.system.name"] == "sqlite", write
    assert "INSERT" in write["attributes"]["db.query.text"], write
    assert "Secret plans" not in json.dumps(spans), "values are no part of a statement's text"
    inner, outer = write, top
    assert int(outer["startTimeUnixNano"]) <= int(inner["startTimeUnixNano"])
    assert int(inner["endTimeUnixNano"]) <= int(outer["endTimeUnixNano"]) + 1_000_000

    trace = "0af7651916cd43dd8448eb211c80319c"

    async def ask():
        async with connect(host.ws) as socket:
            await socket.send(json.dumps({
                "jsonrpc": "2.0", "id": 1, "method": "tasks.get", "params": {"id": "ORC-1"},
                "traceparent": f"00-{trace}-b7ad6b7169203331-01"}))
            return json.loads(await asyncio.wait_for(socket.recv(), 30))

    assert "result" in asyncio.run(ask())
    spans = settled(trace, "WebSocket request")
    top = next(span for span in spans if span["name"] == "WebSocket request")
    assert top["parentSpanId"] == "b7ad6b7169203331", top
    leaf = next(span for span in spans if span["name"] in ("get", "find"))
    assert chain(spans, leaf)[:2] == ["WebSocket request", "tasks.get"], chain(spans, leaf)
    assert leaf["attributes"]["db.query.text"].startswith("SELECT"), leaf

    trace, mcp = "1d9e5ab0c3f24c6f8a7b0e6d5c4b3a29", "7a085853722dc6d2"
    name = "io.modelcontextprotocol/"
    status, _, body = curl(
        f"{host.http}/mcp", "-H", "Content-Type: application/json", "-H", "MCP-Protocol-Version: 2026-07-28", "-H",
        "Mcp-Method: tools/call", "-H", "Mcp-Name: tasks_get", "-H", "Accept: application/json, text/event-stream",
        "--data-binary", json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "tasks_get", "arguments": {"id": "ORC-1"}, "_meta": {
                f"{name}protocolVersion": "2026-07-28", f"{name}clientCapabilities": {}, "baggage": "a=b",
                "traceparent": f"00-{trace}-{mcp}-01", "tracestate": "vendor=2"}}}))
    assert status == 200, body
    spans = settled(trace, "tools/call")
    top = next(span for span in spans if span["name"] == "tools/call")
    assert top["parentSpanId"] == mcp and top["kind"] == 2 and top["traceState"] == "vendor=2", top
    assert top["attributes"]["gen_ai.tool.name"] == "tasks_get", top
    leaf = next(span for span in spans if span["name"] in ("get", "find"))
    assert chain(spans, leaf)[:2] == ["tools/call", "tasks.get"], chain(spans, leaf)

    # The ratio of this host is 0: what nobody records out there is not recorded here.
    curl(f"{host.http}/api/tasks", "-H", "traceparent: 00-11111111111111111111111111111111-2222222222222222-00")
    curl(f"{host.http}/api/tasks/ORC-99", "-H", "traceparent: 00-33333333333333333333333333333333-4444444444444444-01")
    lost = settled("33333333333333333333333333333333", "tasks.get")
    failed = next(span for span in lost if span["name"] == "tasks.get")
    assert failed["status"]["code"] == 2 and failed["attributes"]["orchestron.status"] == "not_found", failed
    assert not collector.of("1" * 32)
    assert {span["traceId"] for span in collector.spans} <= {
        "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c", trace, "3" * 32}, (
        "with a share of 0, no trace begins here")
    assert not collector.faults, collector.faults
    ids = [span["spanId"] for span in collector.spans]
    assert len(ids) == len(set(ids)), "a request that was tried again brought nothing twice"
    figures = samples(scrape(host)[1])
    assert figures["orchestron_metrics_spans_exported_total"] == len(ids)
    assert figures["orchestron_metrics_spans_lost_total"] == figures["orchestron_metrics_spans_dropped_total"] == 0


def main():
    collector = Collector()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump({
            "host": {"httpClient": {"allow": ["127.0.0.1"]}},
            "plugins": {
                "http": {"accessLog": True},
                "metrics": {"otlp": {
                    "endpoint": collector.url, "headers": {"Authorization": "Bearer of-the-collector"}, "ratio": 0,
                    "serviceName": "under-test", "interval": 50}}}}, config)
        config.flush()
        with Host(arguments=["--config", config.name]) as host:
            formats(host)
            counts(host)
            scraped(host)
            probes(host)
            access_log(host)
            traces(host, collector)
            reconfigured(host, Path(config.name))
            host.stop()


main()
