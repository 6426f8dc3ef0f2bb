import CUV
import PluginKit

/// Measures every request, traces it when somebody records traces, and writes the access log when there is one.
final class RequestObserver: HTTPObserver {
  private let host: Host
  private var log: AccessLog?
  let tracer: RequestTracer?
  /// What leads nowhere, by the number of the method.
  private let unmatched = HTTPMethod.allCases.map { RouteMeter($0, "") }
  private let receivedBytes: Counter?
  private let sentBytes: Counter?
  /// Bytes that are not counted yet: they are once a second.
  private var received = 0
  private var sent = 0
  private let connections: Gauge?
  private let webSockets: Gauge?

  @Loop
  init(_ host: Host) {
    self.host = host
    tracer = RequestTracer(host)
    // A host without metrics measures nothing.
    receivedBytes = try? host.counter(
      "request_bytes", unit: "bytes", doc: "Bytes of requests, heads included; known to the second.")
    sentBytes = try? host.counter(
      "response_bytes", unit: "bytes", doc: "Bytes of replies, heads included; known to the second.")
    connections = try? host.gauge("connections", doc: "Clients that are connected; known to the second.")
    webSockets = try? host.gauge(
      "websocket_clients", doc: "WebSockets and event streams that are open, those of other plugins included.")
  }

  var now: UInt64 { uv_hrtime() }

  /// Whether there is an access log. Requests that are under way when one begins are not in it: they have no id.
  var writesLog: Bool {
    get { log != nil }
    set { log = newValue ? AccessLog(host) : nil }
  }

  func begin(_ engine: HTTPEngine) -> ExchangeRecord {
    var record = ExchangeRecord(started: uv_hrtime())
    if log != nil { record.id = SharedBytes { engine.appendRequestID(to: &$0) } }
    return record
  }

  func didEnd(_ exchange: HTTPExchange) {
    let time = uv_hrtime() &- exchange.record.started
    (exchange.record.route ?? unmatched[Int(exchange.method.rawValue)]).count(
      exchange.method, exchange.record.status, nanoseconds: time, host: host)
    received += exchange.record.receivedBytes
    sent += exchange.record.sentBytes
    if exchange.record.id != nil { log?.write(exchange, nanoseconds: time, tracer) }
    tracer?.end(exchange)
  }

  func set(connections count: Int) {
    connections?.set(Double(count))
    receivedBytes?.add(Double(received))
    sentBytes?.add(Double(sent))
    (received, sent) = (0, 0)
  }

  func set(webSockets count: Int) { webSockets?.set(Double(count)) }
}
