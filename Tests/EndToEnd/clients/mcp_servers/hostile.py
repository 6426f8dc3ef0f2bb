"""A program that speaks the protocol badly, as its first argument says."""

import json, sys, time

kind = sys.argv[1]
schema = {"type": "object", "properties": {"a_b": {"type": "string", "pattern": "(?<=x)("}, "n": {"$ref": "http://x/y"}},
          "required": ["a_b"]}
tool = lambda name, schema=schema, **more: {"name": name, "inputSchema": schema, **more}
declares = {"type": "object", "required": ["list"],
            "properties": {"list": {"type": "array", "items": {"type": "integer"}}}}
tools = {
    "breaks": [tool("good", outputSchema=declares)],
    "lies": [tool("good"), tool("no_schema", None), tool("text", "x"), tool("same_name"), tool("sameName"), tool("..."),
             tool("clash", {"type": "object", "properties": {"x_y": {}, "xY": {}}}),
             tool("needs", {"type": "object", "required": ["ghost"]}), {"name": 5}],
    "many": [tool(f"t{n}") for n in range(600)],
}.get(kind, [tool("good")])

def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()

for line in sys.stdin:
    request = json.loads(line)
    method, id = request.get("method"), request.get("id")
    if kind == "hangs":
        continue
    if kind == "dies" and method == "server/discover":
        sys.exit(1)
    if method == "initialize":
        send({"id": id, "result": {"protocolVersion": "1999-01-01" if kind == "future" else "2024-11-05",
              "capabilities": {"tools": {"listChanged": True}},
              "serverInfo": {"name": kind, "version": "0"}}})
        print("I am the log", file=sys.stderr, flush=True)
        sys.stdout.write("this is no JSON\n[]\n5\n")
        send({"id": "ask", "method": "sampling/createMessage", "params": {}})
        send({"id": 7, "method": "ping"})
        if kind == "floods":
            while True:
                send({"method": "notifications/message", "params": {}})
        if kind == "endless":
            while True:
                sys.stdout.write("x" * 65536)
    elif method == "tools/list":
        send({"id": id, "result": {"tools": tools, **({"nextCursor": "again"} if kind == "circle" else {})}})
    elif method == "tools/call" and kind == "breaks":
        send({"id": id, "result": {"content": [{"type": "text", "text": "as text"}], **{
            "right": {"structuredContent": {"list": [1]}}, "wrong": {"structuredContent": {"list": [1, "x"]}},
            "none": {}}[request["params"]["arguments"]["a_b"]]}})
    elif method == "tools/call":
        send({"id": 999, "result": {}})
        send({"id": id, "result": {"resultType": "input_required", "inputRequests": {}}} if kind == "asks"
             else {"id": id, "result": {"content": [{"type": "text", "text": json.dumps(answers)}]}})
    elif method is None:
        answers = {**globals().get("answers", {}), str(id): request.get("error", {}).get("code", "result")}
    elif id is not None:
        send({"id": id, "error": {"code": -32601, "message": "unknown"}})
