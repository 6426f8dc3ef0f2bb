import PluginKit

/// Tells who somebody is by what he shows.
@Loop
final class Gate {
  /// What somebody shows.
  enum Credential {
    case nothing
    case bearer(UnsafeRawBufferPointer)
    case cookie(UnsafeRawBufferPointer)
    case actor(String)
  }

  private let settings: Settings
  private let local: LocalToken
  private let directory: Directory
  private let tokens: Tokens
  private let sessions: Sessions
  private let audit: AuditLog
  private let bearers: Bearers
  /// Makes what is remembered of a token worth nothing outside of this process.
  private let key = Crypto.random(32)
  /// What tokens were found to be, and until when that is believed, in milliseconds.
  private var known: [Digest: (principal: Prepared, until: Int64)] = [:]
  private var failures = Buckets(burst: 50, perSecond: 5)
  private static let knownLimit = 4096

  init(
    settings: Settings, local: LocalToken, directory: Directory, tokens: Tokens, sessions: Sessions, audit: AuditLog,
    bearers: Bearers
  ) {
    self.settings = settings
    self.local = local
    self.directory = directory
    self.tokens = tokens
    self.sessions = sessions
    self.audit = audit
    self.bearers = bearers
  }

  /// Forgets what tokens were found to be: a token was revoked, a role was changed.
  func forget() { known.removeAll(keepingCapacity: true) }

  /// Finds out who somebody is. `done` may run before this returns, and does for a token that was seen before.
  ///
  /// - Parameter address: Lends the address; empty for this machine's own socket.
  func identify(
    _ credential: Credential, from address: UnsafeRawBufferPointer, at now: Instant,
    _ done: @escaping @Loop (Result<Prepared, Refusal>) -> Void
  ) {
    switch credential {
    case .nothing: done(nobody(address))
    case .actor(let actor): done(self.actor(actor))
    case .cookie(let cookie): done(session(cookie, address, now))
    case .bearer(let token): bearer(token, address, now, done)
    }
  }

  // MARK: Kinds of credentials

  private func nobody(_ address: UnsafeRawBufferPointer) -> Result<Prepared, Refusal> {
    let isLoopback = Gate.isLoopback(address)
    if isLoopback, settings.isLoopbackOpen { return .success(Prepared(owner(isLocal: true))) }
    let token = isLoopback ? local.path : "token in the storage folder"
    return .failure(
      Refusal(
        "who are you? Show a token (Authorization: Bearer …; this machine's own is in the file \(token)), sign in at "
          + "/sign-in, or run \"orchestron open\""))
  }

  private func owner(isLocal: Bool) -> Principal {
    Principal(actor: "user:\(directory.owner)", rights: .all, isLocal: isLocal)
  }

  private func session(
    _ cookie: UnsafeRawBufferPointer, _ address: UnsafeRawBufferPointer, _ now: Instant
  ) -> Result<Prepared, Refusal> {
    guard let (user, expires) = sessions.use(Digest(cookie), at: now), let rights = directory.rights(of: user) else {
      return .failure(failed("the session has ended; sign in again", address, now))
    }
    return .success(
      Prepared(
        Principal(
          actor: "user:\(user)", rights: rights, expires: expires,
          isLocal: user == directory.owner && directory.users[user] == nil && Gate.isLoopback(address))))
  }

  /// What somebody may do of whom it is known who he is.
  private func actor(_ actor: String) -> Result<Prepared, Refusal> {
    let parts = actor.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      return actor == "system" ? .success(Prepared(Principal(actor: actor, rights: .all))) : .failure(unknown(actor))
    }
    switch parts[0] {
    case "user":
      guard let rights = directory.rights(of: parts[1]) else { return .failure(unknown(actor)) }
      return .success(Prepared(Principal(actor: actor, rights: rights, isLocal: parts[1] == directory.owner)))
    case "token":
      guard let token = tokens.tokens[parts[1]], let principal = bearers.principal(of: token, at: .now) else {
        return .failure(unknown(actor))
      }
      return .success(Prepared(principal))
    default: return .failure(unknown(actor))
    }
  }

  private func unknown(_ actor: String) -> Refusal { Refusal("nobody is known here as \(actor), or nobody any more") }

  private func bearer(
    _ text: UnsafeRawBufferPointer, _ address: UnsafeRawBufferPointer, _ now: Instant,
    _ done: @escaping @Loop (Result<Prepared, Refusal>) -> Void
  ) {
    guard text.count <= TokenText.maximalBytes else { return done(.failure(failed(Gate.noToken, address, now))) }
    let digest = Digest(text, key: key)
    if let (principal, until) = known[digest] {
      if until > now.milliseconds {
        let isElsewhere = principal.principal.isLocal && !Gate.isLoopback(address)
        return done(.success(isElsewhere ? principal.remote : principal))
      }
      known[digest] = nil
    }
    let text = String(decoding: text, as: UTF8.self)
    switch TokenText(text) {
    case .local:
      guard local.isRight(text) else { return done(.failure(failed("the local token is another one", address, now))) }
      let principal = Prepared(owner(isLocal: true))
      remember(principal, digest, at: now)
      done(.success(Gate.isLoopback(address) ? principal : principal.remote))
    case .api(let id, let secret):
      finish(Result { () throws(Refusal) in try bearers.token(id, secret, at: now) }, digest, address, now, done)
    case .jwt:
      // What takes long is not done for those whose tokens fail all the time.
      let place = Address(String(decoding: address, as: UTF8.self)).place
      let copy = Array(address)
      guard failures.wait(place, at: now) == 0 else {
        return done(.failure(Refusal(retry: failures.wait(place, at: now))))
      }
      Loop.task { [self] in
        let result: Result<Principal, Refusal>
        do throws(Refusal) {
          result = .success(try await bearers.jwt(text, at: now))
        } catch {
          result = .failure(error)
        }
        copy.withUnsafeBytes { finish(result, digest, $0, now, done) }
      }
    case nil: done(.failure(failed(Gate.noToken, address, now)))
    }
  }

  private static let noToken = "this is no token of this host"

  private func finish(
    _ result: Result<Principal, Refusal>, _ digest: Digest, _ address: UnsafeRawBufferPointer, _ now: Instant,
    _ done: @Loop (Result<Prepared, Refusal>) -> Void
  ) {
    switch result {
    case .success(let principal):
      let prepared = Prepared(principal)
      remember(prepared, digest, at: now)
      done(.success(prepared))
    case .failure(let refusal):
      // That somebody else cannot be reached is nobody's failure.
      guard refusal.failure.status == .unauthenticated else { return done(.failure(refusal)) }
      done(.failure(failed(refusal.failure.message, address, now)))
    }
  }

  /// Believes what a token was found to be until it expires, and no longer than its last use is kept to.
  private func remember(_ principal: Prepared, _ digest: Digest, at now: Instant) {
    if known.count >= Gate.knownLimit { known.removeAll(keepingCapacity: true) }
    known[digest] = (principal, min(principal.expires ?? .max, now.milliseconds + Tokens.touchInterval))
  }

  /// Counts a failure. What is right is never refused for the failures of others at the same place.
  private func failed(_ message: String, _ address: UnsafeRawBufferPointer, _ now: Instant) -> Refusal {
    let address = String(decoding: address, as: UTF8.self)
    audit.refuse(AuditEntry(kind: .refused, address: address, detail: message), at: now)
    let wait = failures.take(Address(address).place, at: now)
    return wait > 0 ? Refusal(retry: wait) : Refusal(message)
  }

  /// Whether an address is this machine's. Only what begins like one is read as a text.
  static func isLoopback(_ address: UnsafeRawBufferPointer) -> Bool {
    guard let first = address.first else { return true }
    guard first == UInt8(ascii: "1") || first == UInt8(ascii: ":") else { return false }
    return Address(String(decoding: address, as: UTF8.self)).isLoopback
  }
}
