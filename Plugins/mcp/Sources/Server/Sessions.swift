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

  /// Which session makes room for another of somebody: clients go without a word. Nobody has more than half of all for
  /// himself; of others it takes one that was idle for a minute. Who comes back to one that made room begins anew.
  func replaceable(for caller: Caller) -> Session? {
    guard byID.count >= settings.sessions / 2 else { return nil }
    let idle = byID.values.filter { !$0.isBusy }.sorted { $0.lastUse < $1.lastUse }
    let own = byID.values.filter { $0.owner.isSame(as: caller) }
    if own.count * 2 >= settings.sessions, let oldest = idle.first(where: { $0.owner.isSame(as: caller) }) {
      return oldest
    }
    guard byID.count >= settings.sessions, let oldest = idle.first else { return nil }
    return oldest.lastUse + 60_000 < Instant.now.milliseconds ? oldest : nil
  }

  func remove(_ session: Session) { byID[session.id] = nil }

  /// Those that were not used for long.
  func idle() -> [Session] {
    let limit = Instant.now.milliseconds - settings.sessionTime
    return byID.values.filter { $0.lastUse < limit && !$0.isBusy }
  }
}
