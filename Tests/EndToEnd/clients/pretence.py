"""A server of WebSockets that exists in the browser alone, for what a real one does too seldom."""

import json
import re


class Pretence:
    """A server of WebSockets that says what the test wants; its log has the events 1 to `seq`."""

    def __init__(self, page, seq=3):
        self.seq, self.low, self.asked, self.socket, self.number = seq, 1, [], None, 0
        page.route_web_socket(re.compile("/ws$"), self.open)

    def open(self, socket):
        self.socket = socket
        socket.on_message(self.answer)

    def tell(self, method, **params):
        self.socket.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def event(self, seq):
        self.tell("event", subscription=self.number, seq=seq, topic="task:created", time="2026-01-05T08:00:00.000Z",
                  source="core", data={"key": f"ORC-{seq}", "actor": "user:ada", "task": {"title": f"task {seq}"}})

    def answer(self, text):
        message = json.loads(text)
        method, result = message["method"], None
        if method == "subscribe":
            self.asked.append(message["params"])
            self.number += 1
            result = {"subscription": self.number, "log": "a", "seq": self.seq, "low": self.low}
        elif method == "host.plugins":
            result = {"items": [{"id": "http", "name": "HTTP", "version": "1.0.0", "state": "started"}]}
        elif method == "host.health":
            result = {"status": "ok", "version": "1.0.0", "uptime": 5}
        reply = {"jsonrpc": "2.0", "id": message["id"]}
        if result is None and method != "unsubscribe":
            reply["error"] = {"code": -32601, "message": "there is no such service", "data": {"code": "not_found"}}
        else:
            reply["result"] = result
        self.socket.send(json.dumps(reply))
        if method == "subscribe" and "since" in message["params"]:
            for seq in range(message["params"]["since"] + 1, self.seq + 1):
                self.event(seq)


# In place of WebSocket: a log that is empty, then ten events every ten milliseconds, three thousand in all, each a
# message of its own that has to be parsed. Late timers are made up for. No other method is there.
FLOOD = """
class Flood extends EventTarget {
  static OPEN = 1;
  readyState = 1;
  constructor() { super(); setTimeout(() => this.onopen()); }
  tell(message) { this.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", ...message }) }); }
  send(text) {
    const { id, method, params } = JSON.parse(text);
    if (method === "unsubscribe") return setTimeout(() => this.tell({ id, result: null }));
    if (method !== "subscribe") {
      return setTimeout(() => this.tell({ id, error: { code: -32601, message: "none", data: { code: "not_found" } } }));
    }
    setTimeout(() => this.tell({ id, result: { subscription: 1, log: "a", seq: 0, low: 1 } }));
    if (params.since !== undefined) setTimeout(() => this.begin(), 1000);
  }
  begin() {
    const start = performance.now();
    let seq = 0;
    seen.longest = 0;
    const timer = setInterval(() => {
      const due = Math.min(3000, Math.floor(performance.now() - start), seq + 100);
      while (seq < due) this.event(++seq);
      if (seq < 3000) return;
      clearInterval(timer);
      seen.rate = 3000 / (performance.now() - start) * 1000;
    }, 10);
  }
  event(seq) {
    const task = { id: `${seq}`, key: `ORC-${seq}`, title: `task ${seq}`, status: "todo", text: "x".repeat(600) };
    const data = { key: task.key, actor: "user:ada", changes: { progress: [1, 2] }, task };
    const event = { topic: "task:updated", time: "2026-01-05T08:00:00.000Z", source: "core", data };
    this.tell({ method: "event", params: { subscription: 1, seq, ...event } });
  }
}
globalThis.WebSocket = Flood;
"""
