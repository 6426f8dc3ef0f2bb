import Testing

@testable import OrchestronHost

/// A running host with some fixtures, and with `plain`, the witness that it lives.
struct Zoo {
  let host: TestHost

  /// Starts a host with the fixtures of these names, and turns its loop until nothing is left to do.
  init(
    _ fixtures: String..., config: [PluginID: JSON] = [:], configure: (inout Host.Options) -> Void = { _ in }
  ) throws {
    try self.init(fixtures.map(Fixtures.path), config: config, configure: configure)
  }

  /// As ``init(_:config:configure:)``, with folders.
  init(
    _ folders: [String], config: [PluginID: JSON] = [:], configure: (inout Host.Options) -> Void = { _ in }
  ) throws {
    host = try TestHost(folders + [try Fixtures.path("plain")]) {
      $0.plugins = config
      configure(&$0)
    }
    try host.start()
  }

  /// The first line of the log with that culprit and that pattern.
  func line(naming culprit: String, _ pattern: String) throws -> String? {
    let pattern = try Regex(pattern)
    return host.log.lazy.compactMap(Zoo.message).first { $0.contains(culprit) && $0.contains(pattern) }
  }

  /// Expects one sentence of the log to name the culprit and to match the pattern, now or soon.
  func expectLog(
    naming culprit: String, _ pattern: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    host.turn(upTo: 10) { (try? line(naming: culprit, pattern)) != nil }
    #expect(
      try line(naming: culprit, pattern) != nil, "no line has \(culprit) and \(pattern):\n\(host.log.joined())",
      sourceLocation: location)
  }

  /// Expects a plugin to have failed, for a reason that matches the pattern, in a line that names it.
  func expectFailed(_ id: String, _ pattern: String, at location: SourceLocation = #_sourceLocation) throws {
    #expect(host.plugin(id)?.state == .failed, sourceLocation: location)
    try expectLog(naming: id, pattern, at: location)
    try expectAlive(at: location)
  }

  /// Expects a plugin to run.
  func expectStarted(_ id: String, at location: SourceLocation = #_sourceLocation) {
    #expect(host.plugin(id)?.state == .started, "\(host.log.joined())", sourceLocation: location)
  }

  /// Expects the witness to answer.
  func expectAlive(at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try host.call("plain.run")
    #expect(outcome.answer == .null, "plain.run: \(outcome.message)", sourceLocation: location)
  }

  /// Calls `run` of a fixture.
  func run(_ id: String, _ arguments: String = "{}", timeout: Int64 = 0) throws -> TestHost.Outcome {
    try host.call("\(service(id)).run", arguments, timeout: timeout)
  }

  /// Expects `run` of a fixture to fail with a status and a message that matches the pattern.
  func expectRun(
    _ id: String, fails status: Status, _ pattern: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try run(id)
    #expect(outcome.status == status, "\(outcome.message)", sourceLocation: location)
    #expect(outcome.message.contains(try Regex(pattern)), "\(outcome.message)", sourceLocation: location)
  }

  /// Expects `run` of a fixture to answer.
  func expectRun(_ id: String, answers answer: JSON, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try run(id)
    #expect(outcome.answer == answer, "\(outcome.message)\n\(host.log.joined())", sourceLocation: location)
    #expect(outcome.chunks.isEmpty, sourceLocation: location)
  }

  /// Expects `seen` of a fixture, the status that the host answered to its misdeed, now or soon.
  func expectSeen(_ id: String, _ status: Int64, at location: SourceLocation = #_sourceLocation) throws {
    var seen: JSON?
    for _ in 0..<1000 where seen != .int(status) {
      seen = try host.call("\(service(id)).seen").answer
      host.loop.turn(wait: false)
    }
    #expect(seen == .int(status), sourceLocation: location)
  }

  /// How many faults a plugin has been charged with.
  func faults(of id: String) -> UInt64? { host.host.lifecycle.plugin(id)?.accounts.faults }

  /// What a line of the log says.
  static func message(_ line: String) -> String? { (try? JSON(parsing: line))?["msg"]?.string }

  private func service(_ id: String) -> String { String(id.map { $0 == "-" ? "_" : $0 }) }
}
