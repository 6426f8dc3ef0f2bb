import PluginKit

/// The sessions of all browsers, in memory and in the store.
@Loop
final class Sessions {
  /// So many there are at most; the one that was silent the longest ends first.
  static let limit = 10_000
  /// After how many milliseconds it is stored again that a session is used.
  private static let touchInterval: Int64 = 5 * 60_000

  private let store: Store
  private let identities: Identities
  let limits: Session.Limits
  private var sessions: [Digest: Entry] = [:]

  /// What a request needs of a session, read once.
  private struct Entry {
    var session: Session
    var seen: Int64
    let expires: Int64
    var stored: Int64

    init(_ session: Session) {
      self.session = session
      seen = session.seen.milliseconds
      stored = seen
      expires = session.fields["expiresAt"]?.string.flatMap { Instant($0) }?.milliseconds ?? 0
    }

    func end(_ limits: Session.Limits) -> Int64 { min(expires, seen + limits.idle) }
  }

  init(store: Store, identities: Identities, limits: Session.Limits) {
    self.store = store
    self.identities = identities
    self.limits = limits
  }

  func load(_ documents: [Fields], at now: Instant) {
    var batch = Store.Batch()
    for session in documents.map(Session.init(fields:)) {
      if let digest = session.digest, session.end(limits) > now {
        sessions[digest] = Entry(session)
      } else {
        batch.delete(session.id, in: .sessions)
      }
    }
    store.write(later: batch)
  }

  /// Begins a session.
  ///
  /// - Returns: The value of its cookie, which is kept nowhere.
  func begin(user: String, via: String, address: String, agent: String, at now: Instant) async throws(Failure) -> String
  {
    let cookie = Crypto.secret()
    let digest = Digest(cookie)
    let session = Session.new(
      identities.next(at: now), user: user, digest: digest, via: via, address: address, agent: agent, limits: limits,
      at: now)
    var batch = Store.Batch()
    batch.put(session.fields, session.id, in: .sessions, expected: 0)
    if sessions.count >= Sessions.limit, let silent = sessions.min(by: { $0.value.seen < $1.value.seen }) {
      sessions[silent.key] = nil
      batch.delete(silent.value.session.id, in: .sessions)
    }
    try await store.write(batch)
    sessions[digest] = Entry(session)
    return cookie
  }

  /// Whose session a cookie stands for, and when to ask again; nil when it has ended. Counts as a request.
  func use(_ digest: Digest, at now: Instant) -> (user: String, expires: Instant)? {
    guard var entry = sessions[digest] else { return nil }
    guard entry.end(limits) > now.milliseconds else {
      end([digest])
      return nil
    }
    entry.seen = max(entry.seen, now.milliseconds)
    if entry.seen - entry.stored > Sessions.touchInterval {
      entry.stored = entry.seen
      entry.session.fields["seenAt"] = .string(Instant(milliseconds: entry.seen).text)
      var batch = Store.Batch()
      batch.put(entry.session.fields, entry.session.id, in: .sessions)
      store.write(later: batch)
    }
    sessions[digest] = entry
    // A connection that stays open is used as well: it asks again in time, and that counts.
    let next = min(entry.end(limits), now.milliseconds + limits.idle / 2)
    return (entry.session.user, Instant(milliseconds: next))
  }

  /// The sessions of a user, of everybody for nil; the newest first.
  func list(of user: String?, at now: Instant) -> [Session] {
    sessions.values.filter { (user == nil || $0.session.user == user) && $0.end(limits) > now.milliseconds }
      .map { entry in
        var session = entry.session
        session.fields["seenAt"] = .string(Instant(milliseconds: entry.seen).text)
        return session
      }
      .sorted { $0.id > $1.id }
  }

  /// Ends the sessions that match.
  ///
  /// - Returns: How many there were.
  @discardableResult
  func end(where condition: (Session) -> Bool) -> Int {
    let ended = sessions.filter { condition($0.value.session) }.map(\.key)
    end(ended)
    return ended.count
  }

  /// Ends the session of a cookie.
  @discardableResult
  func end(_ digest: Digest) -> String? {
    let user = sessions[digest]?.session.user
    end([digest])
    return user
  }

  private func end(_ digests: [Digest]) {
    var batch = Store.Batch()
    for digest in digests {
      if let entry = sessions.removeValue(forKey: digest) { batch.delete(entry.session.id, in: .sessions) }
    }
    store.write(later: batch)
  }
}
