import CHost

extension HostExtensions {
  /// `orchestron.tracing/1`.
  static let tracing = orch_tracing(
    size: UInt32(MemoryLayout<orch_tracing>.size), reserved: 0,
    begin: { pointer, start in
      guard let plugin = Plugin.behind(pointer), plugin.tracing.isOn, let start = start?.pointee,
        Int(start.size) >= MemoryLayout<orch_span_start>.size
      else { return 0 }
      let name = Text(cutting: start.name)
      let span =
        if let context = Context.behind(start.ctx) {
          plugin.tracing.begin(name, kind: Int(start.kind), of: plugin.name, for: context)
        } else {
          plugin.tracing.begin(name, kind: Int(start.kind), of: plugin.name, parent: start.parent.bytes)
        }
      return span?.id ?? 0
    },
    traceparent: { pointer, id in
      (id == 0 ? nil : Plugin.behind(pointer)?.tracing.span(id))?.traceparent.str ?? .empty
    },
    text: { pointer, id, key, value in
      guard id != 0, let span = Plugin.behind(pointer)?.tracing.span(id) else { return }
      span.add(Text(cutting: key), .text(Text(cutting: value)))
    },
    number: { pointer, id, key, value in
      guard id != 0, let span = Plugin.behind(pointer)?.tracing.span(id) else { return }
      span.add(Text(cutting: key), .number(value))
    },
    end: { pointer, id, status, message in
      guard id != 0, let tracing = Plugin.behind(pointer)?.tracing, let span = tracing.span(id) else { return }
      tracing.end(span, Status(code: status), message.n == 0 ? nil : Text(cutting: message))
    })

  /// `orchestron.trace-reader/1`.
  static let traceReader = orch_trace_reader(
    size: UInt32(MemoryLayout<orch_trace_reader>.size), reserved: 0,
    start: { pointer, ratio, limit in
      guard let plugin = Plugin.onLoop(pointer, "trace_reader.start") else { return Status.failedPrecondition.rawValue }
      return plugin.attempt(nil, "trace_reader.start") { () throws(Failure) in
        try plugin.tracing.start(ratio: ratio, limit: Int(clamping: limit), reader: plugin.id)
        let id = plugin.host.newID()
        plugin.registrations.add(id) { [unowned plugin] in plugin.tracing.stop(reader: plugin.id) }
      }
    },
    take: { pointer, max, each, ud in
      guard let plugin = Plugin.onLoop(pointer, "trace_reader.take"), let each else { return 0 }
      let spans = plugin.tracing.take(atMost: Int(clamping: max))
      for span in spans { span.tell { each(ud, $0) } }
      return UInt64(spans.count)
    },
    dropped: { Plugin.behind($0)?.tracing.dropped ?? 0 })
}

extension Span {
  /// Lends the span as C sees it.
  fileprivate func tell(_ body: (UnsafePointer<orch_span>) -> Void) {
    let changes = changed
    let ids = [Text(trace.text), Text(TraceParent.text(id)), parent == 0 ? nil : Text(TraceParent.text(parent))]
    let attributes = changes.attributes.map { attribute in
      switch attribute.value {
      case .text(let text): orch_span_attribute(key: attribute.key.str, text: text.str, number: 0)
      case .number(let number): orch_span_attribute(key: attribute.key.str, text: .empty, number: number)
      }
    }
    attributes.withUnsafeBufferPointer { attributes in
      var span = orch_span()
      span.size = UInt32(MemoryLayout<orch_span>.size)
      span.kind = kind
      span.trace_id = ids[0]?.str ?? .empty
      span.span_id = ids[1]?.str ?? .empty
      span.parent_id = ids[2]?.str ?? .empty
      span.state = state?.str ?? .empty
      span.plugin = plugin.str
      span.name = name.str
      span.message = changes.message?.str ?? .empty
      span.start_ns = started
      span.end_ns = changes.ended
      span.attributes = attributes.baseAddress
      span.n_attributes = attributes.count
      span.status = changes.status.rawValue
      withUnsafePointer(to: span, body)
    }
    withExtendedLifetime((ids, changes)) {}
  }
}

extension Text {
  /// Copies text of a plugin, up to ``Span/textLimit``; what is not UTF-8 is replaced.
  fileprivate convenience init(cutting text: orch_str) {
    let bytes = text.bytes
    let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(Span.textLimit))
    if bytes.count == part.count, part.isUTF8 {
      self.init(copying: part)
    } else {
      self.init(String(decoding: part, as: UTF8.self))
    }
  }
}
