"""A server by HTTP each tool of which answers wrongly in its own way. Prints its port."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTE = b'data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n'


def repeated(handler, part, pause=0.0):
    while True:
        handler.wfile.write(part)
        handler.wfile.flush()
        time.sleep(pause)


def events(handler, part=b"", length=None):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    if length:
        handler.send_header("Content-Length", length)
    handler.end_headers()
    handler.wfile.write(part)


def flood(handler):
    events(handler)
    repeated(handler, NOTE * 100)


def bytes(handler):
    events(handler)
    repeated(handler, b": " + b"x" * 1_000_000 + b"\n")


def huge(handler):
    events(handler)
    for _ in range(20):
        handler.wfile.write(b"data: " + b"x" * (1 << 20) + b"\n")
    time.sleep(1)


def silent(handler):
    events(handler)
    repeated(handler, b": still here\n", 0.1)


def drip(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    repeated(handler, b" ", 0.05)


def page(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    repeated(handler, b"<p>", 0.01)


def moved(handler):
    handler.send_response(307)
    handler.send_header("Location", "http://169.254.169.254/\x1b[31mlatest")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def cut(handler):
    events(handler, NOTE)


def short(handler):
    events(handler, NOTE, "5000")


def other(handler):
    events(handler, b'data: {"jsonrpc":"2.0","id":999999,"result":{}}\n\ndata: {\n\ndata: []\n\n')


def lingers(handler):
    """Answers as it should, and does not end."""
    result = {"jsonrpc": "2.0", "id": handler.asked["id"], "result": {"content": [], "resultType": "complete"}}
    events(handler, b"data: " + json.dumps(result).encode() + b"\r\n\r\n")
    repeated(handler, b": still here\n", 0.1)


TOOLS = [flood, bytes, huge, silent, drip, page, moved, cut, short, other, lingers]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_POST(self):
        self.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        params = self.asked.get("params", {})
        try:
            if self.asked["method"] == "tools/call":
                return next(t for t in TOOLS if t.__name__ == params["name"])(self)
            self.answer({
                "server/discover": {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}},
                "tools/list": {"tools": [{"name": t.__name__, "inputSchema": {"type": "object"}} for t in TOOLS]},
            }[self.asked["method"]])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self, result):
        result = {"jsonrpc": "2.0", "id": self.asked["id"], "result": {"resultType": "complete", **result}}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(result).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
