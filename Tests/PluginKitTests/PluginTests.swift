import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@Suite struct PluginTests {
  @Test func passesArgumentsOfEveryType() async throws {
    try await FakeHost.run(probeEntry) { host in
      let arguments: JSON = [
        "text": "ä\"", "int": 9_007_199_254_740_993, "double": 0.5, "bool": true, "bytes": "AQL/",
        "json": [1, ["a": .null]],
      ]
      let answer = try host.call("probe.types", arguments)
      var expected = arguments.object ?? [:]
      expected["bytes"] = [1, 2, 255]
      #expect(answer == .object(expected))
    }
  }

  @Test func fillsInDefaults() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.optional") == [false, 5, "a \"b\""])
      #expect(try host.call("probe.optional", ["text": "x", "int": 6]) == [true, 6, "a \"b\""])
    }
  }

  @Test func failsWithASentenceForAnAbsentArgument() async throws {
    try await FakeHost.run(probeEntry) { host in
      let failure = failure { () throws(Failure) in try host.call("probe.missing") }
      #expect(failure?.status == .invalidArgument)
      #expect(failure?.message == "the argument \"text\" is missing or has another type")
    }
  }

  @Test func answersWithTheFailureThatAHandlerThrows() async throws {
    try await FakeHost.run(probeEntry) { host in
      let failure = failure { () throws(Failure) in try host.call("probe.fail") }
      #expect(failure?.status == .notFound)
      #expect(failure?.message == "task 7 does not exist")
      #expect(failure?.details == #"{"id":7}"#)
    }
  }

  @Test func tellsTheTypeOfOtherErrorsAndLogsTheRest() async throws {
    try await FakeHost.run(probeEntry) { host in
      let failure = failure { () throws(Failure) in try host.call("probe.crash") }
      #expect(failure?.status == .internal)
      #expect(failure?.message.contains("Private") == true)
      #expect(failure?.message.contains("password") == false)
      #expect(host.hasLogged("password"))
    }
  }

  @Test func refusesToAnswerWithInfinity() async throws {
    try await FakeHost.run(probeEntry) { host in
      #expect(failure { () throws(Failure) in try host.call("probe.infinite") }?.status == .outOfRange)
    }
  }

  @Test func answersFromEveryKindOfMemory() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.array") == [1, 2])
      #expect(try host.call("probe.copy", ["value": ["a", 1.5]]) == ["value": ["a", 1.5]])
    }
  }

  @Test func answersLater() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.later") == "late")
    }
  }

  @Test func streamsChunks() async throws {
    try await FakeHost.run(probeEntry) { host in
      let (chunks, answer) = try host.stream("probe.stream")
      #expect(chunks == [1, 2, 3])
      #expect(answer == "done")
    }
  }

  @Test func knowsItsContext() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.context") == ["user:test", true, false])
    }
  }

  @Test func worksOnAWorkerAndComesBack() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.work") == true)
    }
  }

  @Test func callsOtherPlugins() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      host.answer("other.get", with: .success(["id": 1]))
      #expect(try host.call("probe.call") == ["id": 1])
      host.answer("other.get", with: .failure(Failure(.unavailable, "it is down")))
      let failure = failure { () throws(Failure) in try host.call("probe.call") }
      #expect(failure?.status == .unavailable)
      #expect(failure?.message == "it is down")
    }
  }

  @Test func publishesAndHears() async throws {
    try await FakeHost.run(probeEntry) { host in
      try host.call("probe.publish")
      #expect(host.events.map(\.topic) == ["probe:seen"])
      #expect(host.events.map(\.data) == [["n": 1]])
      host.deliver("other:news", ["a": 1])
      host.deliver("unrelated", [:])
      #expect(try host.call("probe.heard") == [#"other:news {"a":1} test"#])
    }
  }

  @Test func recordsDurableEvents() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.append") == "1" || host.events.count == 1)
      #expect(host.events.map(\.topic) == ["probe:kept"])
    }
  }

  @Test func keepsState() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.state") == [.null, "kept"])
      #expect(try host.call("probe.state") == ["kept", "kept"])
    }
  }

  @Test func countsAndKnowsItsPlace() async throws {
    try await FakeHost.run(probeEntry, storage: "/somewhere") { host throws in
      #expect(try host.call("probe.metrics") == .null)
      #expect(try host.call("probe.info") == ["probe", "/somewhere"])
    }
  }

  @Test func callsTypedMethods() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(failure { () throws(Failure) in try host.call("probe.slot") }?.status == .notFound)
      let double: Probe.Half = { _, _, x, result in
        result?.pointee = x * 2
        return 0
      }
      host.provide("other.half", signature: "d(d)", unsafeBitCast(double, to: NativeFunction.self))
      #expect(try host.call("probe.slot") == 14.0)
    }
  }

  @Test func runsNativeFunctions() async throws {
    try await FakeHost.run(probeEntry) { host in
      let function = unsafeBitCast(try #require(host.declaration(of: "probe.half")?.fn), to: Probe.Half.self)
      var result = 0.0
      let status = withContext { function(host.instance, $0, 5, &result) }
      #expect(status == 0)
      #expect(result == 2.5)
      #expect(withContext { function(host.instance, $0, -1, &result) } == Status.invalidArgument.rawValue)
      #expect(result == 2.5)
    }
  }
}

/// A context without anything in it, for native functions.
private func withContext(_ body: (UnsafeMutablePointer<orch_ctx>) -> orch_status) -> orch_status {
  var verbs = orch_ctx_verbs()
  verbs.size = UInt32(MemoryLayout<orch_ctx_verbs>.size)
  verbs.fail = { _, status, _, _ in status }
  return withUnsafePointer(to: verbs) { verbs in
    var context = orch_ctx(v: verbs)
    return body(&context)
  }
}

/// The failure that `body` throws; nil when it throws none.
func failure<Value>(of body: () throws(Failure) -> Value) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error
  }
}
