import Testing

@testable import OrchestronHost

/// Plugins that go wrong in a step of their life.
@Suite struct LifeFaults {
  /// Milliseconds that a plugin may take here.
  private static let limit: UInt64 = 100

  private func hasty(_ options: inout Host.Options) {
    options.startTimeout = LifeFaults.limit
    options.stopTimeout = LifeFaults.limit
    options.drainTimeout = LifeFaults.limit
  }

  private func expectRefused(_ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation)
    throws
  {
    let zoo = try Zoo(fixture)
    try zoo.expectFailed(fixture, pattern, at: location)
  }

  /// Expects a host to stop although one plugin does not help with it.
  private func expectStops(_ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation) throws
  {
    let zoo = try Zoo(fixture, configure: hasty)
    zoo.expectStarted(fixture, at: location)
    try zoo.expectAlive(at: location)
    zoo.host.stop()
    try zoo.expectLog(naming: fixture, pattern, at: location)
    #expect(zoo.host.plugin(fixture)?.state == .stopped, sourceLocation: location)
    #expect(zoo.host.plugin("plain")?.state == .stopped, sourceLocation: location)
  }

  @Test func repeatsTheReasonOfAFailedCreate() throws {
    try expectRefused("create-fails", #"The coffee machine is empty\."#)
  }

  @Test func survivesAnUnknownStatusWithoutReason() throws {
    try expectRefused("create-fails-silently", "internal|no reason")
  }

  @Test func survivesACreateThatThrows() throws { try expectRefused("create-throws", "create.*no instance today") }

  @Test func warnsOfASlowCreate() throws {
    let zoo = try Zoo("create-slow")
    zoo.expectStarted("create-slow")
    try zoo.expectLog(naming: "create-slow", #"held the loop for (1[5-9]\d|[2-9]\d\d|\d{4,}) ms in create"#)
    try zoo.expectAlive()
  }

  @Test func rollsBackWhatDependsOnAFailedStart() throws {
    let zoo = try Zoo("start-fails")
    try zoo.expectFailed("start-fails", #"start-fails.*The road is closed\."#)
    try zoo.expectFailed("start-fails-dependent", "start-fails-dependent.*start-fails")
  }

  @Test func survivesAStartThatThrows() throws { try expectRefused("start-throws", "start.*no start today") }

  @Test func failsAStartWhoseTimerThrows() throws {
    let zoo = try Zoo("start-timer-throws")
    try zoo.expectFailed("start-timer-throws", "failed: .*a timer threw: no dawn today")
    #expect(zoo.host.plugin("start-timer-throws")?.reason.contains("no dawn today") == true)
  }

  @Test func timesOutAStartThatNeverCompletes() throws {
    let zoo = try Zoo("start-never-done", configure: hasty)
    try zoo.expectFailed("start-never-done", "did not complete start within 0.1 s")
  }

  @Test func givesAStartItsTimeAnewWhileItMakesProgress() throws {
    let zoo = try Zoo("start-long/builder", config: ["start-long": ["steps": 8]], configure: hasty)
    zoo.expectStarted("start-long")
    try zoo.expectAlive()
  }

  @Test func timesOutAStartWhoseProgressEnds() throws {
    let config: [PluginID: JSON] = ["start-long": ["steps": 20, "stuckAt": 3]]
    let zoo = try Zoo("start-long/builder", config: config, configure: hasty)
    try zoo.expectFailed("start-long", "did not complete start within 0.1 s of its last progress")
  }

  @Test func givesAStartItsTimeAnewWhileThatWhichItWaitsForMakesProgress() throws {
    let zoo = try Zoo("start-long", config: ["start-long": ["steps": 8]], configure: hasty)
    zoo.expectStarted("start-long-waiter")
    try zoo.expectAlive()
  }

  @Test func stopsAHostWhoseStartIsNotFinished() throws {
    let host = try TestHost([try Fixtures.path("start-never-done"), try Fixtures.path("plain")])
    host.host.start { _ in }
    #expect(host.turn { host.plugin("plain")?.state == .started })
    host.stop()
    #expect(host.plugin("start-never-done")?.state == .stopped)
    #expect(host.plugin("plain")?.state == .stopped)
    #expect(!host.logged("failed"))
  }

  @Test func endsTheProcessWhenAPluginHoldsTheLoop() async throws {
    let result = await #expect(processExitsWith: .exitCode(Watchdog.exitCode), observing: [\.standardErrorContent]) {
      var options = Host.Options()
      let folder = try TestFolder()
      options.pluginRoots = [try Fixtures.path("start-never-returns")]
      options.storageFolder = folder.path
      options.runtimeFolder = folder.path
      options.watchdogWarning = 100
      options.watchdogEnd = 500
      let loop = try Loop()
      let host = Host(options, loop: loop, log: HostLog(level: .warning, format: .json))
      host.start { _ in }
      while true { loop.turn(wait: true) }
    }
    let lines = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).split(separator: "\n")
    let said = lines.compactMap { Zoo.message(String($0)) }
    #expect(said.count > 1, "warnings first: \(said)")
    #expect(said.allSatisfy { $0.contains(#"plugin "start-never-returns" has held the loop for"#) }, "\(said)")
    #expect(said.last?.contains("does not return") == true, "\(said)")
  }

  @Test func refusesALateCompletion() throws {
    let zoo = try Zoo("start-done-late", config: ["start-done-late": ["afterMs": 300]], configure: hasty)
    try zoo.expectFailed("start-done-late", "did not complete start")
    try zoo.expectLog(naming: "", "answered with 9")
    #expect(zoo.host.plugin("start-done-late")?.state == .failed)
  }

  @Test func refusesASecondCompletion() throws {
    let zoo = try Zoo("start-done-twice")
    zoo.expectStarted("start-done-twice")
    try zoo.expectSeen("start-done-twice", 9)
    try zoo.expectAlive()
  }

  @Test func refusesAForeignToken() throws {
    let zoo = try Zoo("start-done-wrong-token")
    zoo.expectStarted("start-done-wrong-token")
    try zoo.expectSeen("start-done-wrong-token", 9)
    try zoo.expectAlive()
  }

  @Test func takesACompletionFromAnotherThread() throws {
    let zoo = try Zoo("start-done-from-thread")
    zoo.expectStarted("start-done-from-thread")
    try zoo.expectAlive()
  }

  @Test func showsWhyAPluginIsDegraded() throws {
    let zoo = try Zoo("health-degraded")
    let health = try zoo.host.call("host.health").answer
    let entry = health?["plugins"]?.array?.first { $0["id"] == "health-degraded" }
    #expect(health?["status"] == "degraded")
    #expect(entry?["state"] == "degraded")
    #expect(entry?["reason"] == "The tank is half empty.")
    #expect(try zoo.host.call("health_degraded.run").answer == .null)
    try zoo.expectAlive()
  }

  @Test func survivesAHealthThatThrows() throws {
    let zoo = try Zoo("health-throws")
    #expect(try zoo.host.call("host.health").answer?["status"] == "degraded")
    try zoo.expectFailed("health-throws", "health threw")
  }

  @Test func goesOnWhenADrainNeverCompletes() throws { try expectStops("drain-never-done", "drain") }

  @Test func goesOnWhenAStopNeverCompletes() throws { try expectStops("stop-never-done", "stop") }

  @Test func survivesAStopThatThrows() throws { try expectStops("stop-throws", "stop.*no end today") }

  @Test func survivesADestroyThatThrows() throws { try expectStops("destroy-throws", "destroy") }
}
