"""The client of mcp_wire, by the lines of a program instead of HTTP."""

import itertools
import json

from mcp_types.methods import CLIENT_RESULTS

from mcp_wire import ALL, KEY, MODERN, Client, Stdio, conforms, hold

# What HTTP would say to these errors.
STATUS = {-32601: 404, -32603: 200}


class Program(Client):
    """A client of a program that speaks MCP by its lines."""

    def __init__(self, command, environment, folder=None, version=MODERN, capabilities=ALL, answers=None, name="wire"):
        self.how = (command, environment, folder)
        self.stdio, self.streams, self.others = Stdio(*self.how), [], []
        self.version, self.capabilities, self.answers = version, capabilities, answers or {}
        self.session, self.ids, self.notifications, self.url, self.base = None, itertools.count(1), [], None, {}
        self.info = {"name": name, "version": "1"}
        if version != MODERN:
            self.initialize()

    def again(self, version=None, answers=None):
        self.others.append(Program(*self.how, version=version or self.version, answers=answers))
        return self.others[-1]

    def headers(self, message):
        return {}

    def exchange(self, message, headers=None, body=None, timeout=30):
        if "id" not in message:
            self.stdio.write(message)
            return 202, {}, []
        received = []
        with Lines(self, message) as lines:
            while not received or "method" in received[-1]:
                received.append(lines.next())
        error = received[-1].get("error")
        return (STATUS.get(error["code"], 400) if error else 200), {}, received

    def answer(self, request):
        result = self.answers[request["method"]](request.get("params", {}))
        conforms(result, CLIENT_RESULTS[request["method"], self.version], self.version)
        self.stdio.write({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def listen(self, method, params=None, id=None, timeout=10, **meta):
        return Lines(self, self.message(method, params, id, **meta))

    def route(self, message):
        """Puts a message where it belongs: by its id, its subscription, its progress token; else to the last request."""
        if "method" in message and "id" in message:
            return self.answer(message)
        params = message.get("params") or {}
        for lines in self.streams:
            request = lines.request
            token = (request.get("params") or {}).get("_meta", {}).get("progressToken")
            if ("id" in message and message["id"] == request["id"]
                    or params.get("_meta", {}).get(f"{KEY}subscriptionId", lines) == request["id"]
                    or message.get("method") == "notifications/progress" and params["progressToken"] == token):
                return lines.inbox.append(message)
        assert self.streams and "method" in message, f"nobody has asked for {message}"
        self.streams[-1].inbox.append(message)

    def end(self):
        """Ends it and those like it, as the end of its input does."""
        for program in [*self.others, self]:
            assert program.stdio.end() == 0, "the end of its input is no failure"


class Lines:
    """What belongs to one request."""

    status = 200

    def __init__(self, program, request):
        self.program, self.request, self.inbox = program, request, []
        program.streams.append(self)
        program.stdio.write(request)

    def next(self):
        while not self.inbox:
            line = self.program.stdio.lines.get(timeout=30)
            assert line is not None, "the program has ended"
            self.program.route(json.loads(line))
        return hold(self.inbox.pop(0), self.request.get("method"), self.program.version)

    @property
    def messages(self):
        while True:
            message = self.next()
            yield message
            if "method" not in message:
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.streams.remove(self)
        if self.request.get("method") == "subscriptions/listen":
            self.program.stdio.write({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
                "requestId": self.request["id"]}})
