import PluginKit
import PluginTesting
import Testing

@Suite struct CallTests {
  @Test func cancelsTheTaskOfACancelledCall() async throws {
    try await FakeHost.run(probeEntry) { host in
      let call = try HandMadeCall(entering: "probe.asyncForever", of: host)
      #expect(call.retains == 1)
      call.cancel()
      host.settle()
      #expect(call.failures == [.cancelled])
      #expect(call.retains == 0)
    }
  }

  @Test func registersNoCancellationForWhatNeverWaits() async throws {
    try await FakeHost.run(probeEntry) { host in
      let call = try HandMadeCall(entering: "probe.asyncNow", of: host)
      #expect(call.answers == ["true"])
      #expect(call.retains == 0)
      call.cancel()
      #expect(call.failures.isEmpty)
    }
  }

  @Test func tellsAHandlerOfTheCancellation() async throws {
    try await FakeHost.run(probeEntry) { host in
      let call = try HandMadeCall(entering: "probe.watch", of: host)
      #expect(call.failures.isEmpty)
      call.cancel()
      #expect(call.failures == [.cancelled])
      #expect(call.retains == 0)
    }
  }

  @Test func releasesWhatWaitsForACancellationThatNeverComes() async throws {
    try await FakeHost.run(probeEntry) { host in
      let call = try HandMadeCall(entering: "probe.watch", of: host)
      #expect(call.retains == 1)
      call.end()
      #expect(call.retains == 0)
    }
  }

  @Test func goesOnWithAStreamWhenThereIsRoom() async throws {
    try await FakeHost.run(probeEntry) { host in
      let call = try HandMadeCall(entering: "probe.pour", of: host)
      #expect(call.chunks == ["1"])
      call.makeRoom()
      #expect(call.chunks == ["1", "2"])
      #expect(call.answers == ["null"] || call.answers == [""])
      #expect(call.retains == 0)
    }
  }
}
