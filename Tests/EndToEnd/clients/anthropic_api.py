"""A stand-in of the Anthropic API, on loopback: a model that calls the tools that it is told, one after the other."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Model:
    """Answers `POST /v1/messages` with the next of `calls`, pairs of a tool and its input, then with a text. What the
    tools answered is in `results`; a context manager."""

    def __init__(self):
        self.calls, self.results, self.failures, self.tools = [], [], [], []
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    answer = {"input_tokens": 1} if "count_tokens" in self.path else model.turn(request)
                except Exception as error:
                    model.failures.append(repr(error))
                    return self.send_error(400)
                if "content" in answer and request.get("stream"):
                    return self.give(b"".join(map(event, stream(answer))), "text/event-stream")
                self.give(json.dumps(answer).encode(), "application/json")

            def do_GET(self):
                self.give(b"{}", "application/json")

            def do_HEAD(self):
                self.give(b"", "application/json")

            def give(self, body, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def script(self, *calls):
        """What the model does from now on."""
        self.calls, self.results = list(calls), []

    def turn(self, request):
        self.tools = [tool["name"] for tool in request.get("tools", [])] or self.tools
        parts = [part for message in request["messages"] if isinstance(message["content"], list)
                 for part in message["content"]]
        self.results = [part for part in parts if part.get("type") == "tool_result"]
        number = len(self.results)
        if request.get("tools") and number < len(self.calls):
            tool, given = self.calls[number]
            content = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": given}
        else:
            content = {"type": "text", "text": "That is done."}
        return {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": request["model"],
                "content": [content], "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
                "stop_reason": "tool_use" if content["type"] == "tool_use" else "end_turn"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def stream(message):
    """A message as the events by which it is streamed."""
    content, = message["content"]
    yield {"type": "message_start", "message": message | {"content": [], "stop_reason": None}}
    if content["type"] == "tool_use":
        yield {"type": "content_block_start", "index": 0, "content_block": content | {"input": {}}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(content["input"])}
    else:
        yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        delta = {"type": "text_delta", "text": content["text"]}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
           "usage": {"output_tokens": 1}}
    yield {"type": "message_stop"}


def event(value):
    return f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode()
