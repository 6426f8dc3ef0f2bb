import PluginKit
import Testing

@testable import HTTPPlugin

/// What is remembered of requests, and the probes.
@Suite struct ObservationTests {
  let site: TestSite
  private let observer = Remembering()

  /// Keeps what is told, and counts time in steps.
  private final class Remembering: HTTPObserver {
    var now: UInt64 = 0
    var ended: [String] = []

    func begin(_ engine: HTTPEngine) -> ExchangeRecord {
      var record = ExchangeRecord(started: now)
      record.id = SharedBytes { $0.append("own-id") }
      return record
    }

    func didEnd(_ exchange: HTTPExchange) {
      let record = exchange.record
      ended.append(
        "\(exchange.method.name) \(record.route?.pattern ?? "-") \(record.status.rawValue) "
          + "\(record.actor?.bytes.text ?? "-") \(exchange.requestID?.text ?? "-")")
    }

    func set(connections count: Int) {}
  }

  init() throws {
    site = try TestSite()
    site.engine.observer = observer
  }

  @Test func tellsOfEachRequestOnceWithItsRouteAndItsActor() {
    site.host.answer = { _, _ in .answer(#"{"id":"x"}"#) }
    _ = site.send("GET /api/tasks/ORC-42?token=secret", headers: ["X-Request-Id: mine"])
    _ = site.send("HEAD /api/tasks/ORC-42")
    _ = site.send("GET /nowhere")
    _ = site.send("GET /health/live")
    #expect(
      observer.ended == [
        "GET /api/tasks/{id} 200 user:local mine", "HEAD /api/tasks/{id} 200 user:local own-id", "GET - 404 - own-id",
        "GET /health/live 200 - own-id",
      ])
  }

  @Test func tellsOfWhatNobodyHandled() {
    let client = site.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    #expect(observer.ended == ["GET - 400 - own-id"])
  }

  @Test func tellsOfAClientThatHasGoneBeforeTheAnswer() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/tasks/ORC-42 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(observer.ended.isEmpty)
    client.http.close()
    #expect(observer.ended == ["GET /api/tasks/{id} 499 user:local own-id"])
  }

  @Test func countsTheBytesOfBothSides() {
    var sizes: [(Int, Int)] = []
    final class Sizes: HTTPObserver {
      let now: UInt64 = 0
      let tell: (Int, Int) -> Void
      init(_ tell: @escaping (Int, Int) -> Void) { self.tell = tell }
      func begin(_ engine: HTTPEngine) -> ExchangeRecord { ExchangeRecord() }
      func didEnd(_ exchange: HTTPExchange) { tell(exchange.record.receivedBytes, exchange.record.sentBytes) }
      func set(connections count: Int) {}
    }
    let observer = Sizes { sizes.append(($0, $1)) }
    site.engine.observer = observer
    let client = site.connect()
    let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    client.send(request)
    let reply = client.text
    #expect(sizes.count == 1)
    #expect(sizes.first?.0 == request.utf8.count)
    #expect(sizes.first?.1 == reply.utf8.count)
  }

  @Test func givesEveryReplyTheIdThatTheServerGaveTheRequest() {
    #expect(site.send("GET /health/live").headers["X-Request-Id"] == "own-id")
    #expect(site.send("GET /nowhere").headers["X-Request-Id"] == "own-id")
    #expect(site.send("GET /health/live", headers: ["X-Request-Id: mine"]).headers["X-Request-Id"] == "mine")
  }

  @Test func isAliveWithoutAskingTheHost() {
    #expect(site.send("GET /health/live").body == #"{"status":"ok"}"#)
    #expect(!site.host.calls.contains { $0.contains("host.health") })
  }

  @Test func isReadyWhenAllEssentialPluginsAreStarted() {
    var plugins = #"{"id":"core","state":"started","essential":true},{"id":"b","state":"failed","essential":false}"#
    site.host.answer = { _, _ in .answer(#"{"status":"ok","plugins":[\#(plugins)]}"#) }
    let ready = site.send("GET /health/ready")
    #expect(ready.status == 200 && ready.body == #"{"status":"ready"}"#)
    plugins = #"{"id":"core","state":"degraded","essential":true,"reason":"the disk is full"}"#
    site.app.health.invalidate()
    let degraded = site.send("GET /health/ready")
    #expect(degraded.status == 503)
    #expect(degraded.body == #"{"status":"unready","plugins":[\#(plugins)]}"#)
    #expect(site.send("GET /health").status == 200, "what is degraded is not down")
  }

  @Test func isNotReadyWhileItStopsOrWhenTheHostDoesNotAnswer() {
    site.host.answer = { _, _ in .answer(#"{"status":"ok","plugins":[]}"#) }
    #expect(site.send("GET /health/ready").status == 200)
    site.host.answer = { _, _ in .failure(.unavailable, "no") }
    site.app.health.invalidate()
    #expect(site.send("GET /health/ready").status == 503)
    site.host.answer = { _, _ in .answer(#"{"status":"ok","plugins":[]}"#) }
    site.app.health.invalidate()
    site.engine.isDraining = true
    #expect(site.send("GET /health/ready").body == #"{"status":"unready","plugins":[]}"#)
  }

  @Test func readsTheTraceOfARequestBesideItsParams() throws {
    func trace(_ text: String) throws -> String? {
      var text = text
      var found: String?
      try text.withUTF8 { bytes in
        _ = try JSONRPC.read(bytes) { if case .request(let request) = $0 { found = request.traceparent.text } }
      }
      return found
    }
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    #expect(try trace(#"{"jsonrpc":"2.0","id":1,"method":"a","traceparent":"\#(given)"}"#) == given)
    #expect(try trace(#"{"jsonrpc":"2.0","id":1,"method":"a","traceparent":7}"#) == "")
    #expect(try trace(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#) == "")
  }
}
