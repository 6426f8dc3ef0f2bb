import CPluginSDK
import PluginKit

/// A request of OTLP/HTTP in its JSON encoding (opentelemetry-proto, `ExportTraceServiceRequest`): ids in hexadecimal, 64-bit
/// numbers as texts, names in lowerCamelCase.
struct TracePayload: ~Copyable {
  private var json = JSONWriter()
  private(set) var count = 0

  /// Begins a request for the spans of one host.
  init(resource: [(name: String, value: String)], version: String) {
    json.beginObject()
    json.key("resourceSpans")
    json.beginArray()
    json.beginObject()
    json.key("resource")
    json.beginObject()
    json.key("attributes")
    json.beginArray()
    for (name, value) in resource { Self.attribute(name, value, &json) }
    json.endArray()
    json.endObject()
    json.key("scopeSpans")
    json.beginArray()
    json.beginObject()
    json.key("scope")
    json.beginObject()
    json.member("name", "orchestron")
    json.member("version", version)
    json.endObject()
    json.key("spans")
    json.beginArray()
  }

  mutating func append(_ span: orch_span) {
    count += 1
    json.beginObject()
    member("traceId", span.trace_id)
    member("spanId", span.span_id)
    if span.parent_id.n > 0 { member("parentSpanId", span.parent_id) }
    if span.state.n > 0 { member("traceState", span.state) }
    member("name", span.name)
    json.member("kind", Int(span.kind))
    json.member("startTimeUnixNano", String(span.start_ns))
    json.member("endTimeUnixNano", String(span.end_ns))
    json.key("attributes")
    json.beginArray()
    Self.attribute("orchestron.plugin", Self.string(span.plugin), &json)
    for index in 0..<span.n_attributes {
      guard let attribute = span.attributes?[index] else { continue }
      if attribute.text.p == nil {
        Self.attribute(Self.string(attribute.key), attribute.number, &json)
      } else {
        Self.attribute(Self.string(attribute.key), Self.string(attribute.text), &json)
      }
    }
    json.endArray()
    if span.status != Status.ok.rawValue {
      json.key("status")
      json.beginObject()
      if span.message.n > 0 { member("message", span.message) }
      json.member("code", 2)  // STATUS_CODE_ERROR
      json.endObject()
    }
    json.member("flags", 1)  // sampled
    json.endObject()
  }

  /// Ends the request.
  consuming func finish() -> [UInt8] {
    json.endArray()
    json.endObject()
    json.endArray()
    json.endObject()
    json.endArray()
    json.endObject()
    return json.withJSON { Array($0) }
  }

  private mutating func member(_ name: StaticString, _ text: orch_str) {
    json.key(name)
    json.string(utf8: Self.bytes(text))
  }

  private static func attribute(_ name: String, _ value: String, _ json: inout JSONWriter) {
    json.beginObject()
    json.member("key", name)
    json.key("value")
    json.beginObject()
    json.member("stringValue", value)
    json.endObject()
    json.endObject()
  }

  private static func attribute(_ name: String, _ value: Int64, _ json: inout JSONWriter) {
    json.beginObject()
    json.member("key", name)
    json.key("value")
    json.beginObject()
    json.member("intValue", String(value))
    json.endObject()
    json.endObject()
  }

  private static func bytes(_ text: orch_str) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.p, count: text.n)
  }

  private static func string(_ text: orch_str) -> String { String(decoding: bytes(text), as: UTF8.self) }
}
