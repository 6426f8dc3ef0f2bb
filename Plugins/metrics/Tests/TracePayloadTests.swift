import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@testable import MetricsPlugin

/// Requests of OTLP/HTTP, as a collector reads them.
@Suite struct TracePayloadTests {
  private func text(_ string: StaticString) -> orch_str {
    orch_str(p: UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self), n: string.utf8CodeUnitCount)
  }

  @Test func saysEverythingInTheWordsOfOTLP() {
    var payload = TracePayload(resource: [("service.name", "orchestron")], version: "0.1.0")
    let attributes = [
      orch_span_attribute(key: text("url.path"), text: text("/a\"b"), number: 0),
      orch_span_attribute(key: text("http.response.status_code"), text: orch_str(p: nil, n: 0), number: 404),
    ]
    attributes.withUnsafeBufferPointer { attributes in
      var span = orch_span()
      span.kind = 2
      span.trace_id = text("4bf92f3577b34da6a3ce929d0e0e4736")
      span.span_id = text("00f067aa0ba902b7")
      span.plugin = text("http")
      span.name = text("GET /")
      span.start_ns = 1_544_712_660_000_000_000
      span.end_ns = 1_544_712_661_000_000_000
      span.attributes = attributes.baseAddress
      span.n_attributes = attributes.count
      payload.append(span)
      span.parent_id = text("00f067aa0ba902b7")
      span.status = Status.notFound.rawValue
      span.message = text("there is none")
      span.n_attributes = 0
      payload.append(span)
    }
    #expect(payload.count == 2)
    let expected = #"""
      {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"orchestron"}}]},
      "scopeSpans":[{"scope":{"name":"orchestron","version":"0.1.0"},"spans":[
      {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET /","kind":2,
      "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","attributes":[
      {"key":"orchestron.plugin","value":{"stringValue":"http"}},{"key":"url.path","value":{"stringValue":"/a\"b"}},
      {"key":"http.response.status_code","value":{"intValue":"404"}}],"flags":1},
      {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","parentSpanId":"00f067aa0ba902b7",
      "name":"GET /","kind":2,
      "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","attributes":[
      {"key":"orchestron.plugin","value":{"stringValue":"http"}}],"status":{"message":"there is none","code":2},
      "flags":1}]}]}]}
      """#
    #expect(String(decoding: payload.finish(), as: UTF8.self) == expected.split(separator: "\n").joined())
  }
}
