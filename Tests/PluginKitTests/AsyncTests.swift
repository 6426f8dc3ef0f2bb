import PluginKit
import PluginTesting
import Testing

@Suite struct AsyncTests {
  @Test func answersBeforeItReturnsWhenItNeverWaits() async throws {
    // The fake host counts a fault when a method that answers now has not answered on return.
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.asyncNow") == true)
    }
  }

  @Test func comesBackToTheLoopAfterWaiting() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.asyncSleep") == true)
    }
  }

  @Test func answersWithWhatItThrowsAfterWaiting() async throws {
    try await FakeHost.run(probeEntry) { host in
      let failure = failure { () throws(Failure) in try host.call("probe.asyncFail") }
      #expect(failure == Failure(.aborted, "somebody was faster"))
    }
  }

  @Test func awaitsOtherPlugins() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      host.answer("other.get", with: .success([1, 2]))
      #expect(try host.call("probe.asyncCall") == [1, 2])
      let missing = Failure(.notFound, "x")
      host.answer("other.get", with: .failure(missing))
      #expect(failure { () throws(Failure) in try host.call("probe.asyncCall") } == missing)
    }
  }

  @Test func awaitsWork() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.asyncWork") == 500_500)
    }
  }

  @Test func runsMoreJobsThanOneTurnAllows() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      #expect(try host.call("probe.asyncMany") == .int(2500 * 2501 / 2))
    }
  }
}
