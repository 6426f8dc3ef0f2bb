import PluginKit

/// Lets people in by their password, and slows down who guesses.
@Loop
final class SignIn {
  /// Somebody at the door.
  struct Visitor: Sendable {
    var address: String
    var agent: String
  }

  private let accounts: Accounts
  private let sessions: Sessions
  private let audit: AuditLog
  private var byPlace: Delays
  private var byName: Delays

  init(accounts: Accounts, sessions: Sessions, audit: AuditLog, settings: Settings) {
    self.accounts = accounts
    self.sessions = sessions
    self.audit = audit
    byPlace = Delays(free: settings.delays.perAddress, longest: settings.delays.longest)
    // Others may fail by a user's name on purpose: that must not keep him out for long.
    byName = Delays(free: settings.delays.perUser, longest: min(settings.delays.longest, 30_000))
  }

  /// Begins a session.
  ///
  /// - Returns: The value of its cookie, and whose it is.
  /// - Throws: ``Refusal``: a wrong name, a wrong password and a disabled user are refused alike and after the same time.
  func signIn(_ text: String, _ password: String, _ visitor: Visitor, at now: Instant) async throws -> (String, User) {
    let name = text.lowercased()
    let place = Address(visitor.address).place
    // What nobody can be called is counted as one name.
    let counted = User.normalized(name: name) ?? "?"
    let wait = max(byPlace.wait(place, at: now), byName.wait(counted, at: now))
    guard wait == 0 else {
      refuse("too many attempts", counted, visitor)
      throw Refusal(retry: wait)
    }
    byPlace.begin(place, at: now)
    byName.begin(counted, at: now)
    let user = accounts.directory.users[name]
    let isRight = try await accounts.passwords.isRight(String(password.prefix(2048)), of: user)
    guard isRight, let user = accounts.directory.users[name], !user.isDisabled else {
      refuse("wrong name or password", counted, visitor)
      throw Refusal("the name or the password is wrong")
    }
    // Who has an account himself must not wipe out his guesses at those of others.
    byPlace.takeBack(place)
    byName.succeed(counted)
    accounts.signedIn(user, at: now)
    return (try await begin(user.name, via: "password", visitor, at: now), user)
  }

  /// Begins a session of somebody who has shown otherwise who he is.
  func begin(_ user: String, via: String, _ visitor: Visitor, at now: Instant) async throws(Failure) -> String {
    let cookie = try await sessions.begin(
      user: user, via: via, address: visitor.address, agent: visitor.agent, at: now)
    audit.note(AuditEntry(kind: .signedIn, actor: "user:\(user)", address: visitor.address, detail: "by \(via)"))
    return cookie
  }

  /// Notes a refused sign-in in the audit log.
  func refuse(_ reason: String, _ name: String, _ visitor: Visitor) {
    audit.refuse(
      AuditEntry(kind: .signInRefused, address: visitor.address, subject: "user:\(name)", detail: reason))
  }
}
