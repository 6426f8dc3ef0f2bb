import CPluginSDK

/// What a span stands for; the numbers are OpenTelemetry's.
public enum SpanKind: UInt32, Sendable {
  case `internal` = 1
  /// The answer to somebody outside.
  case server = 2
  /// A request to something outside, such as a database.
  case client = 3
  case producer = 4
  case consumer = 5
}

/// A part of the work on a traced call, from ``Host/span(_:_:for:)`` to ``end(_:)``. Any thread may use it.
public struct Span: Sendable {
  let host: Host
  let id: UInt64

  /// Adds an attribute, or replaces it; nothing secret.
  public func set(_ key: String, _ value: String) {
    key.withText { key in value.withText { host.tables.tracing?.pointee.text?(host.raw, id, key, $0) } }
  }

  /// Adds an attribute, or replaces it.
  public func set(_ key: String, _ value: Int) {
    key.withText { host.tables.tracing?.pointee.number?(host.raw, id, $0, Int64(value)) }
  }

  /// The W3C traceparent for what happens below it, until it ends; then empty.
  public var traceparent: String { string(host.tables.tracing?.pointee.traceparent?(host.raw, id) ?? emptyText) }

  /// Ends the span; a second time does nothing.
  public func end(_ failure: Failure? = nil) {
    (failure?.message ?? "").withText {
      host.tables.tracing?.pointee.end?(host.raw, id, (failure?.status ?? .ok).rawValue, $0)
    }
  }
}

extension Host {
  /// Begins a span below the call that a context belongs to. [any-thread]
  ///
  /// ```swift
  /// let span = host.span("render", for: call.context)
  /// defer { span?.end() }
  /// ```
  /// - Parameter name: One of few, never with ids or values in it.
  /// - Returns: nil when nobody records the trace, which is found out at once.
  public func span(_ name: StaticString, _ kind: SpanKind = .internal, for context: Context?) -> Span? {
    guard let context, let begin = tables.tracing?.pointee.begin else { return nil }
    var start = orch_span_start()
    start.size = UInt32(MemoryLayout<orch_span_start>.size)
    start.kind = kind.rawValue
    start.ctx = context.raw
    start.name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount).text
    let id = begin(raw, &start)
    return id == 0 ? nil : Span(host: self, id: id)
  }

  /// Begins the span of a request from outside, for a plugin by which people and programs come in. [any-thread]
  ///
  /// - Parameters:
  ///   - name: One of few, never with ids or values in it.
  ///   - parent: A W3C traceparent, and behind a space its tracestate; or empty.
  /// - Returns: nil when nobody records the trace.
  public func span(_ name: String, _ kind: SpanKind = .server, below parent: String) -> Span? {
    guard let begin = tables.tracing?.pointee.begin else { return nil }
    let id = name.withText { name in
      parent.withText { parent in
        var start = orch_span_start()
        start.size = UInt32(MemoryLayout<orch_span_start>.size)
        start.kind = kind.rawValue
        start.parent = parent
        start.name = name
        return begin(raw, &start)
      }
    }
    return id == 0 ? nil : Span(host: self, id: id)
  }
}
