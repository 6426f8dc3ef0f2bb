import CPluginSDK
import PluginKit

/// The spans of requests. While nobody records traces, each of them costs one call that returns at once.
final class RequestTracer {
  private let host: UnsafeMutablePointer<orch_host>
  private let table: orch_tracing

  /// Nil in a host without traces.
  @Loop
  init?(_ host: Host) {
    guard let table = host.extension(ORCH_EXT_TRACING, as: orch_tracing.self) else { return nil }
    self.host = host.raw
    self.table = table.pointee
  }

  /// Begins the span of a request from outside.
  ///
  /// - Parameters:
  ///   - name: One of few, without ids.
  ///   - parent: traceparent as it came, and behind a space tracestate; or empty.
  /// - Returns: 0 when nobody records the trace.
  func begin(_ name: String, parent: Bytes) -> UInt64 {
    var name = name
    return name.withUTF8 { name in
      var start = orch_span_start()
      start.size = UInt32(MemoryLayout<orch_span_start>.size)
      start.kind = UInt32(ORCH_SPAN_SERVER)
      start.parent = parent.abi
      start.name = name.abi
      return table.begin?(host, &start) ?? 0
    }
  }

  /// Names the span to calls; borrowed until it ends.
  func traceparent(_ span: UInt64) -> Bytes { Bytes(table.traceparent?(host, span) ?? Bytes(start: nil, count: 0).abi) }

  func set(_ span: UInt64, _ key: StaticString, _ value: Bytes) {
    table.text?(host, span, Bytes(start: key.utf8Start, count: key.utf8CodeUnitCount).abi, value.abi)
  }

  func set(_ span: UInt64, _ key: StaticString, _ value: StaticString) {
    set(span, key, Bytes(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  func set(_ span: UInt64, _ key: StaticString, _ value: Int) {
    table.number?(host, span, Bytes(start: key.utf8Start, count: key.utf8CodeUnitCount).abi, Int64(value))
  }

  func end(_ span: UInt64, _ status: Status = .ok, _ message: String = "") {
    var message = message
    message.withUTF8 { table.end?(host, span, status.rawValue, $0.abi) }
  }
}

extension RequestTracer {
  /// Begins the span of an HTTP request that leads somewhere. Its calls belong below the traceparent that this gives:
  /// the span's when it is recorded, else the client's. Borrowed until the request has ended.
  func begin(_ exchange: HTTPExchange) -> Bytes {
    let given = exchange.header("traceparent") ?? Bytes(start: nil, count: 0)
    guard let route = exchange.record.route, exchange.record.span == 0 else { return given }
    if given.count > 0, let state = exchange.header("tracestate") {
      var parent = ByteBuffer()
      parent.append(given)
      parent.append(UInt8(ascii: " "))
      parent.append(state)
      exchange.record.span = begin(route.name, parent: parent.bytes)
    } else {
      exchange.record.span = begin(route.name, parent: given)
    }
    return exchange.record.span == 0 ? given : traceparent(exchange.record.span)
  }

  /// Ends the span of a request, with what OpenTelemetry's conventions have servers say.
  func end(_ exchange: HTTPExchange) {
    let span = exchange.record.span
    guard span != 0 else { return }
    let record = exchange.record
    set(span, "http.request.method", exchange.method.name)
    if let route = record.route {
      var pattern = route.pattern
      pattern.withUTF8 { set(span, "http.route", $0) }
    }
    set(span, "url.path", exchange.path)
    set(span, "url.scheme", exchange.remote.isSecure ? "https" : "http")
    if exchange.remote.address != nil { set(span, "client.address", exchange.remote.text.bytes) }
    if let id = exchange.requestID { set(span, "http.request.header.x-request-id", id) }
    set(span, "http.response.status_code", Int(record.status.rawValue))
    end(span, record.status.rawValue >= 500 ? .internal : .ok)
  }
}

extension Application {
  /// The traceparent to which the calls of a request belong.
  func trace(of exchange: HTTPExchange) -> Bytes {
    observer?.tracer?.begin(exchange) ?? exchange.header("traceparent") ?? Bytes(start: nil, count: 0)
  }
}
