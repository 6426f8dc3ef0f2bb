public import CPluginSDK
import PluginKit

/// Publishes `ticker:tick` again and again, until it is told to stop.
final class Ticker: Reconfigurable {
  static let id = "ticker"
  static let version = "1.0.0"

  static var topics: [Topic] {
    [
      Topic(
        "ticker:tick", doc: "Time went on.",
        schema: #"{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}"#,
        example: #"{"count":1}"#)
    ]
  }

  static var services: [Service<Ticker>] {
    [
      Service("ticker", version: "1.0.0", doc: "Ticks at a regular pace.") {
        Method(
          "start", [.write, .answersNow], doc: "Starts to tick and counts anew.", route: "POST /api/ticker/start",
          parameters: [
            .int("interval", "Milliseconds between ticks", defaultValue: 1000, schema: #"{"minimum":10}"#)
          ],
          result: .json,
          examples: #"[{"args":{"interval":500},"result":{"running":true,"interval":500,"count":0}}]"#
        ) { ticker, call in
          try ticker.run(every: call.int("interval"))
          ticker.answer(call)
        }
        Method(
          "stop", [.write, .idempotent, .answersNow], doc: "Stops to tick.", route: "POST /api/ticker/stop",
          result: .json
        ) { ticker, call in
          ticker.halt()
          ticker.answer(call)
        }
        Method(
          "status", [.read, .answersNow], doc: "Tells whether it ticks, and how often it did.",
          route: "GET /api/ticker", result: .json
        ) { ticker, call in
          ticker.answer(call)
        }
      }
    ]
  }

  private let host: Host
  private var interval: Int
  private var timer: Timer?
  private var count = 0

  init(host: Host, config: JSONValue) throws {
    self.host = host
    interval = config["interval"].int ?? 1000
  }

  func start() throws {
    try run(every: interval)
  }

  func reconfigure(_ config: JSONValue) throws {
    let interval = config["interval"].int ?? 1000
    if timer == nil { self.interval = interval } else { try run(every: interval) }
  }

  func stop() {
    halt()
  }

  private func run(every interval: Int) throws {
    halt()
    self.interval = interval
    count = 0
    timer = try host.every(milliseconds: interval) { [unowned self] in tick() }
  }

  private func halt() {
    timer?.stop()
    timer = nil
  }

  private func tick() {
    count += 1
    var json = JSONWriter()
    json.beginObject()
    json.member("count", count)
    json.endObject()
    host.publish("ticker:tick", json)
  }

  private func answer(_ call: Call) {
    var json = JSONWriter()
    json.beginObject()
    json.member("running", timer != nil)
    json.member("interval", interval)
    json.member("count", count)
    json.endObject()
    call.answer(json)
  }
}

@c(orch_plugin_ticker) @Loop
public func tickerEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Ticker.entry(host)
}
