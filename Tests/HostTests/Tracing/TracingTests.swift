import CHost
import Testing

@testable import OrchestronHost

/// Spans of calls and of plugins, and who gets them.
@Suite struct TracingTests {
  private static let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  private final class Scene {
    let host: TestHost
    let plugin: Plugin
    var tracing: Tracing { host.host.tracing }

    init(ratio: Double? = 1, limit: UInt64 = 100) throws {
      host = try TestHost([try Fixtures.path("plain")])
      try host.start()
      plugin = try #require(host.host.lifecycle.plugin("plain"))
      if let ratio {
        #expect(HostExtensions.traceReader.start(plugin.pointer, ratio, limit) == 0)
      }
    }

    func begin(_ name: String, context: Context? = nil, parent: String = "") -> UInt64 {
      orch_str.with(name) { name in
        orch_str.with(parent) { parent in
          var start = orch_span_start()
          start.size = UInt32(MemoryLayout<orch_span_start>.size)
          start.kind = UInt32(ORCH_SPAN_SERVER)
          start.ctx = context?.pointer
          start.parent = parent
          start.name = name
          return HostExtensions.tracing.begin(plugin.pointer, &start)
        }
      }
    }

    func traceparent(_ span: UInt64) -> String { HostExtensions.tracing.traceparent(plugin.pointer, span).string }

    func end(_ span: UInt64, _ status: Status = .ok) {
      HostExtensions.tracing.end(plugin.pointer, span, status.rawValue, .empty)
    }

    /// A context of a face, as http makes it.
    func context(trace: String) throws -> Context {
      var context: UnsafeMutablePointer<orch_ctx>?
      let status = orch_str.with("user:test") { actor in
        orch_str.with(trace) { trace in
          var identity = orch_identity()
          identity.size = UInt32(MemoryLayout<orch_identity>.size)
          identity.actor = actor
          identity.trace = trace
          return HostExtensions.actor.make(plugin.pointer, &identity, &context)
        }
      }
      #expect(status == 0)
      return try #require(Context.behind(context))
    }

    func call(_ method: String, in context: Context) {
      host.host.dispatcher.call(
        method, Array("{}".utf8),
        Dispatcher.Request(context: context, caller: plugin.name, allowsInline: true, sink: .none))
    }

    func take() -> [Span] { tracing.take(atMost: .max) }
  }

  @Test func recordsNothingUntilSomebodyReads() throws {
    let scene = try Scene(ratio: nil)
    #expect(scene.begin("GET /", parent: Self.given) == 0)
    let context = try scene.context(trace: Self.given)
    scene.call("host.health", in: context)
    #expect(scene.take().isEmpty)
    #expect(context.trace?.string == Self.given, "the trace of the client goes on all the same")
    #expect(scene.traceparent(0).isEmpty)
    scene.end(0)
  }

  @Test func nestsRequestCallAndQuery() throws {
    let scene = try Scene()
    let request = scene.begin("GET /api/health", parent: "\(Self.given) vendor=1")
    let context = try scene.context(trace: scene.traceparent(request))
    scene.call("host.health", in: context)
    let query = scene.begin("SELECT", context: context)
    scene.end(query, .notFound)
    scene.end(request)
    let spans = Dictionary(uniqueKeysWithValues: scene.take().map { ($0.name.string, $0) })
    let (top, call, below) = try (
      #require(spans["GET /api/health"]), #require(spans["host.health"]), #require(spans["SELECT"])
    )
    #expect(Set(spans.values.map(\.trace.text)) == ["4bf92f3577b34da6a3ce929d0e0e4736"])
    #expect(top.parent == 0x00f0_67aa_0ba9_02b7)
    #expect(call.parent == top.id && below.parent == top.id)
    #expect(below.changed.status == .notFound && call.changed.status == .ok)
    #expect(call.plugin.string == "host")
    for span in spans.values {
      #expect(span.state?.string == "vendor=1")
      #expect(span.changed.ended >= span.started)
    }
    #expect(scene.traceparent(request).isEmpty, "it has ended")
  }

  @Test func tellsACalleeItsOwnSpan() throws {
    let scene = try Scene()
    let request = scene.begin("GET /", parent: Self.given)
    let context = try scene.context(trace: scene.traceparent(request))
    var seen: String?
    scene.host.host.dispatcher.call(
      "host.health", Array("{}".utf8),
      Dispatcher.Request(
        context: context, caller: scene.plugin.name, allowsInline: true,
        sink: .host { _ in seen = scene.tracing.take(atMost: 9).first?.traceparent.string }))
    #expect(seen?.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") == true)
    #expect(seen != scene.traceparent(request))
  }

  @Test func followsTheDecisionOfWhoCalls() throws {
    let scene = try Scene(ratio: 1)
    let unsampled = String(Self.given.dropLast(2)) + "00"
    #expect(scene.begin("GET /", parent: unsampled) == 0)
    scene.call("host.health", in: try scene.context(trace: unsampled))
    #expect(scene.take().isEmpty)
    let none = try Scene(ratio: 0)
    #expect(none.begin("GET /") == 0)
    #expect(none.begin("GET /", parent: Self.given) != 0)
  }

  @Test func recordsAShareOfTheTracesThatBeginHere() throws {
    let scene = try Scene(ratio: 0.25, limit: 10_000)
    for _ in 0..<4000 {
      let span = scene.begin("GET /")
      if span != 0 { scene.end(span) }
    }
    let share = Double(scene.take().count) / 4000
    #expect((0.2...0.3).contains(share), "\(share)")
  }

  @Test func beginsATraceForACallThatNothingCaused() throws {
    let scene = try Scene()
    scene.host.host.call("host.health", Array("{}".utf8), as: "user:test") { _ in }
    let spans = scene.take()
    #expect(spans.map(\.name.string) == ["host.health"])
    #expect(spans.first?.parent == 0)
  }

  @Test func keepsABoundedNumberAndCountsTheRest() throws {
    let scene = try Scene(limit: 3)
    for _ in 0..<5 { scene.end(scene.begin("GET /")) }
    #expect(scene.take().count == 3)
    #expect(HostExtensions.traceReader.dropped(scene.plugin.pointer) == 2)
    scene.end(scene.begin("GET /"))
    #expect(scene.take().count == 1)
  }

  @Test func endsASpanOnce() throws {
    let scene = try Scene()
    let span = scene.begin("GET /")
    scene.end(span, .internal)
    scene.end(span)
    let spans = scene.take()
    #expect(spans.count == 1 && spans.first?.changed.status == .internal)
  }

  @Test func stopsWithTheReader() throws {
    let scene = try Scene()
    let open = scene.begin("GET /")
    scene.end(scene.begin("GET /"))
    scene.host.stop()
    #expect(!scene.tracing.isOn)
    scene.end(open)
    #expect(scene.take().isEmpty)
  }

  @Test func hasOneReader() throws {
    let scene = try Scene()
    let failure = #expect(throws: Failure.self) { try scene.tracing.start(ratio: 1, limit: 1, reader: "other") }
    #expect(failure?.status == .alreadyExists && failure?.message.contains("\"plain\"") == true)
    #expect(HostExtensions.traceReader.start(scene.plugin.pointer, 1.5, 1) == Status.invalidArgument.rawValue)
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", given + "0", given + "-extra",
    "ff" + given.dropFirst(2), "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    "00x4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  ])
  func takesAMalformedTraceparentAsNone(text: String) {
    var text = text
    #expect(text.withUTF8 { TraceParent(UnsafeRawBufferPointer($0)) } == nil)
  }

  @Test(arguments: [given, "01" + given.dropFirst(2), "cc" + given.dropFirst(2) + "-more", given.dropLast() + "3"])
  func readsATraceparentOfThisAndOfLaterVersions(text: String) throws {
    var text = text
    let parent = try #require(text.withUTF8 { TraceParent(UnsafeRawBufferPointer($0)) })
    #expect(parent.text == Self.given)
  }
}
