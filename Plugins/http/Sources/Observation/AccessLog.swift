import PluginKit

/// One line of the host's log for each request that has ended.
///
/// The query is left out, as it may hold what people have searched for; of headers there is nothing but the request id.
final class AccessLog {
  private let host: Host

  init(_ host: Host) { self.host = host }

  func write(_ exchange: HTTPExchange, nanoseconds: UInt64, _ tracer: RequestTracer?) {
    let record = exchange.record
    var line = JSONWriter()
    line.beginObject()
    line.member("requestId", exchange.requestID?.text ?? "")
    if let actor = record.actor { line.member("actor", actor.bytes.text) }
    if exchange.remote.address != nil { line.member("address", exchange.remote.text.bytes.text) }
    line.member("method", "\(exchange.method.name)")
    if let route = record.route { line.member("route", route.pattern) }
    line.member("path", exchange.path.text)
    line.member("status", Int(record.status.rawValue))
    line.member("bytes", record.sentBytes)
    line.member("milliseconds", Double(nanoseconds / 1000) / 1000)
    let trace = (record.span == 0 ? nil : tracer?.traceparent(record.span)) ?? exchange.header("traceparent")
    if let trace, trace.count >= 35 { line.member("traceId", trace.part(3..<35).text) }
    line.endObject()
    host.log(.info, "request", fields: line)
  }
}
