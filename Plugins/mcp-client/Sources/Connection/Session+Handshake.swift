import MCPProtocol
import PluginKit

extension Session {
  /// How long the question of the newer revisions waits for its answer alone: a program that does not know it may keep
  /// silent, and one that starts slowly is not to be taken for such a one.
  private static let probeTime: Int64 = 10_000

  /// Finds out how to speak to the server.
  ///
  /// - Parameters:
  ///   - own: The mark of this host, see ``HostMark``.
  ///   - isLegacy: The server is known to end at the question of the newer revisions.
  func open(isLegacy: Bool, own: String) async throws(Failure) {
    let facts = isLegacy ? try await initialize() : try await discover()
    let info = facts["serverInfo"].isPresent ? facts["serverInfo"] : facts["_meta"][MetaKey.serverInfo]
    server = CleanText.line("\(info["name"].string ?? "") \(info["version"].string ?? "")", limit: 100)
    if facts["capabilities"]["experimental"][HostMark.capability]["mark"].string == own {
      throw Failure(
        .failedPrecondition,
        "the MCP server \"\(name)\" is this Orchestron itself: its tools would be its own methods; remove it")
    }
    guard facts["capabilities"]["tools"].isPresent else {
      throw Failure(.failedPrecondition, "the MCP server \"\(name)\" (\(server)) offers no tools")
    }
    if facts["capabilities"]["tools"]["listChanged"].bool == true { listen() }
  }

  // MARK: Both eras

  private func discover() async throws(Failure) -> JSONValue {
    transport.agree(on: .modern)
    let patience = transport.isProgram ? min(timeout, Self.probeTime) : 0
    let (id, probe) = begin("server/discover", within: patience + timeout) { _ in }
    defer { forget(id) }
    if transport.isProgram {
      try await wait(for: [probe], atMost: patience)
      if probe.result == nil { return try await raceInitialize(with: probe) }
    }
    do throws(RequestFailure) {
      return try await accept(try await probe.value(on: host) {})
    } catch {
      switch error {
      case .remote(let error): return try await initialize(offered: error.supportedVersions(host))
      case .local(let failure):
        guard failure.status == .unimplemented, !isOver else { throw failure }
        return try await initialize()
      }
    }
  }

  /// Takes what a server says of itself, which may be that it speaks older revisions alone.
  private func accept(_ facts: JSONValue) async throws(RequestFailure) -> JSONValue {
    let versions = facts["supportedVersions"].elements.prefix(20).compactMap(\.string)
    if versions.contains(Era.modern.version) { return facts }
    do throws(Failure) { return try await initialize(offered: versions) } catch { throw .local(error) }
  }

  /// Asks as older revisions have it, while the first question may still be answered: whatever answer comes first counts.
  private func raceInitialize(with probe: Answer) async throws(Failure) -> JSONValue {
    let (id, handshake) = beginInitialize()
    defer { forget(id) }
    try await wait(for: [probe, handshake])
    if case .failure = handshake.result { try await wait(for: [probe]) }
    if case .failure = probe.result { try await wait(for: [handshake]) }
    if case .success(let facts) = probe.result,
      facts["supportedVersions"].elements.contains(where: { $0.string == Era.modern.version })
    {
      era = .modern
      transport.agree(on: era)
      return facts
    }
    return try await finishInitialize(handshake)
  }

  /// Waits until one of the answers is there, or the time is over.
  private func wait(for answers: [Answer], atMost milliseconds: Int64? = nil) async throws(Failure) {
    let waiter = Waiter()
    for answer in answers { answer.whenFinished { waiter.resume() } }
    let timer = try milliseconds.map { limit throws(Failure) in
      try host.after(milliseconds: Int(limit)) { waiter.resume() }
    }
    await waiter.wait()
    timer?.stop()
    if isOver, answers.allSatisfy({ $0.result == nil }) {
      throw Failure(.unavailable, "the connection to the MCP server \"\(name)\" has ended")
    }
  }

  // MARK: Sessions

  private func initialize(offered: [String] = []) async throws(Failure) -> JSONValue {
    if !offered.isEmpty, !offered.contains(where: ProtocolVersion.legacy.contains) {
      throw Failure(
        .unimplemented,
        "the MCP server \"\(name)\" speaks \(CleanText.line(offered.joined(separator: ", "), limit: 200)) alone, and none of these is spoken here"
      )
    }
    let (id, handshake) = beginInitialize()
    defer { forget(id) }
    return try await finishInitialize(handshake)
  }

  private func beginInitialize() -> (id: Int, answer: Answer) {
    let wish = ProtocolVersion.legacy[0]
    era = .legacy(wish)
    transport.agree(on: era)
    return begin("initialize", within: timeout) { json in
      json.member("protocolVersion", wish)
      json.key("capabilities")
      json.raw("{}")
      json.key("clientInfo")
      json.raw(Envelope.clientInfo)
    }
  }

  private func finishInitialize(_ handshake: Answer) async throws(Failure) -> JSONValue {
    let facts: JSONValue
    do throws(RequestFailure) { facts = try await handshake.value(on: host) {} } catch {
      throw error.failure(of: name)
    }
    let version = facts["protocolVersion"].string ?? ""
    guard ProtocolVersion.legacy.contains(version) else {
      throw Failure(
        .unimplemented,
        "the MCP server \"\(name)\" wants to speak \"\(CleanText.line(version, limit: 40))\", which is not spoken here")
    }
    era = .legacy(version)
    transport.agree(on: era)
    notify("notifications/initialized")
    return facts
  }
}

/// Somebody who waits for one of several things.
@Loop
private final class Waiter {
  private var isResumed = false
  private var waiting: CheckedContinuation<Void, Never>?

  func resume() {
    isResumed = true
    waiting?.resume()
    waiting = nil
  }

  func wait() async { if !isResumed { await withCheckedContinuation { waiting = $0 } } }
}
