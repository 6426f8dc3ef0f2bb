import PluginKit

/// The sessions that are open.
@Loop
final class Sessions {
  private let settings: Settings
  private var byID: [String: Session] = [:]

  init(_ settings: Settings) { self.settings = settings }

  var all: [Session] { Array(byID.values) }

  /// Begins a session.
  ///
  /// - Throws: When there are too many.
  func begin(for caller: Caller, profile: String) throws(Failure) -> Session {
    if byID.count >= settings.sessions,
      let oldest = byID.values.filter({ !$0.isBusy }).min(by: { $0.lastUse < $1.lastUse }),
      oldest.lastUse + 60_000 < Instant.now.milliseconds
    {
      // Clients go without a word; who was idle longest makes room, and is told to begin anew.
      oldest.end()
      remove(oldest)
    }
    guard byID.count < settings.sessions else {
      throw Failure(.resourceExhausted, "\(settings.sessions) sessions are open (mcp.limits.sessions); try again later")
    }
    let session = Session(id: StateSeal.id(), owner: caller, profile: profile)
    byID[session.id] = session
    return session
  }

  /// The session of somebody; those of others do not exist.
  func find(_ id: String, of caller: Caller) -> Session? {
    guard let session = byID[id], session.owner.isSame(as: caller) else { return nil }
    session.lastUse = Instant.now.milliseconds
    return session
  }

  func remove(_ session: Session) { byID[session.id] = nil }

  /// Those that were not used for long.
  func idle() -> [Session] {
    let limit = Instant.now.milliseconds - settings.sessionTime
    return byID.values.filter { $0.lastUse < limit && !$0.isBusy }
  }
}
