import PluginKit

/// Makes and changes users, and what follows from that for their sessions and tokens.
@Loop
final class Accounts {
  let directory: Directory
  let passwords: PasswordCheck
  private let store: Store
  private let tokens: Tokens
  private let sessions: Sessions
  private let audit: AuditLog
  private let identities: Identities
  /// Told when an answer given before may be wrong now.
  var onChange: @Loop (_ actor: String) -> Void = { _ in }
  private static let limit = 10_000

  init(
    store: Store, directory: Directory, passwords: PasswordCheck, tokens: Tokens, sessions: Sessions, audit: AuditLog,
    identities: Identities
  ) {
    self.store = store
    self.directory = directory
    self.passwords = passwords
    self.tokens = tokens
    self.sessions = sessions
    self.audit = audit
    self.identities = identities
  }

  // MARK: Methods

  func create(_ call: Call) async throws {
    let caller = Caller(call)
    let text = try call.string("name")
    guard let name = User.normalized(name: text) else {
      throw Failure(
        .invalidArgument,
        "\"\(text)\" cannot be the name of a user: it needs letters a to z, digits, \".\", \"_\" or \"-\", a letter or "
          + "digit first, and it may not be me, none or local")
    }
    var password: String?
    if let given = call.stringIfPresent("password") {
      try User.check(password: given, of: name)
      try refuseTaken(name)
      password = try await passwords.make(given)
    }
    var fields: Fields = [:]
    fields["email"] = call.stringIfPresent("email").map(Value.string)
    fields["password"] = password.map(Value.string)
    let role = try call.string("role")
    let user = try await create(name, role: Role(rawValue: role) ?? .viewer, fields, by: caller.actor)
    call.answer(json: user.shown.json)
  }

  func update(_ call: Call) async throws(Failure) {
    let caller = Caller(call)
    let old = try directory.find(try call.string("id"))
    if let revision = call.intIfPresent("revision"), revision != old.revision { throw stale(old) }
    var patch = Fields(try store.host.parse(call.arguments))
    for name in ["id", "revision"] { patch[name] = nil }
    for name in ["role", "disabled"] where patch[name] == .null { patch[name] = nil }
    if patch["identities"] == .null { patch["identities"] = [] }
    try refuseIdentities(patch["identities"], of: old)
    let new = try await change(old, to: MergePatch.apply(patch, to: old.fields))
    let what = patch.names.map { "\($0): \(new.fields[$0].map(Accounts.text) ?? "none")" }.joined(separator: ", ")
    audit.note(AuditEntry(kind: .userUpdated, actor: caller.actor, subject: "user:\(new.name)", detail: what))
    if new.isDisabled { sessions.end { $0.user == new.name } }
    call.answer(json: new.shown.json)
  }

  /// An identity stands for one user.
  private func refuseIdentities(_ identities: Value?, of user: User) throws(Failure) {
    for (place, identity) in (identities?.array ?? []).enumerated() {
      let (issuer, subject) = (identity.object?["issuer"]?.string ?? "", identity.object?["subject"]?.string ?? "")
      guard let other = directory.find(issuer: issuer, subject: subject), other.id != user.id else { continue }
      throw Failure(
        .alreadyExists, "this identity is the user \(other.name)'s; take it from there first",
        details: #"{"errors":[{"path":"identities/\#(place)","message":"is another user's"}]}"#)
    }
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .bool(let value): "\(value)"
    case .array(let items): "\(items.count)"
    default: "none"
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    let caller = Caller(call)
    let user = try directory.find(try call.string("id"))
    if let revision = call.intIfPresent("revision"), revision != user.revision { throw stale(user) }
    directory.forget(user)
    var batch = Store.Batch()
    batch.delete(user.id, in: .users)
    tokens.forget(of: user.name, &batch)
    sessions.end { $0.user == user.name }
    onChange("user:\(user.name)")
    do {
      try await store.write(batch)
    } catch {
      // It is still there, and would be again after the next start.
      directory.learn(user)
      throw error
    }
    audit.note(AuditEntry(kind: .userDeleted, actor: caller.actor, subject: "user:\(user.name)"))
    call.answer()
  }

  /// Sets the password of anybody, or takes it away.
  func setPassword(_ call: Call) async throws {
    let user = try directory.find(try call.string("id"))
    try await set(call.stringIfPresent("password"), of: user, by: Caller(call).actor)
    call.answer()
  }

  /// Sets the caller's own password.
  func changeOwnPassword(_ call: Call) async throws {
    let caller = Caller(call)
    guard caller.isPerson, let user = directory.users[caller.user] else {
      throw Failure(.failedPrecondition, "\(caller.actor) is no user who has a password; users.create makes one")
    }
    let right = try await passwords.isRight(try call.string("current"), of: user)
    guard right else { throw Failure(.permissionDenied, "the current password is another one") }
    try await set(try call.string("password"), of: user, by: caller.actor)
    call.answer()
  }

  private func set(_ password: String?, of user: User, by actor: String) async throws {
    var fields = user.fields
    if let password {
      try User.check(password: password, of: user.name)
      fields["password"] = .string(try await passwords.make(password))
    } else {
      fields["password"] = nil
    }
    let new = try await change(user, to: fields)
    // Whoever knew the old password is out.
    sessions.end { $0.user == new.name }
    audit.note(AuditEntry(kind: .passwordChanged, actor: actor, subject: "user:\(new.name)"))
  }

  // MARK: Changing

  /// Makes a user.
  func create(_ name: String, role: Role, _ more: Fields, by actor: String) async throws(Failure) -> User {
    try refuseTaken(name)
    guard directory.users.count < Accounts.limit else {
      throw Failure(.resourceExhausted, "there are \(Accounts.limit) users, and may not be more; delete one")
    }
    let now = Instant.now
    var user = User.new(name, role: role, id: identities.next(at: now), at: now)
    for (name, value) in more.members { user.fields[name] = value }
    var batch = Store.Batch()
    batch.put(user.fields, user.id, in: .users, expected: 0)
    // Taken from now on, also while the store is busy with it.
    directory.learn(user)
    do {
      try await store.write(batch)
    } catch {
      directory.forget(user)
      throw error
    }
    audit.note(AuditEntry(kind: .userCreated, actor: actor, subject: "user:\(name)", detail: "role: \(role.rawValue)"))
    onChange("user:\(name)")
    return user
  }

  private func refuseTaken(_ name: String) throws(Failure) {
    let reason =
      directory.users[name] != nil
      ? "there is already a user \(name); choose another name"
      : name == directory.owner
        ? "\(name) is the user of this machine as whom the host runs, who needs no account; choose another name" : nil
    if let reason { throw Failure(.alreadyExists, reason) }
  }

  /// Remembers when somebody signed in.
  func signedIn(_ user: User, at now: Instant) {
    guard var user = directory.users[user.name] else { return }
    user.fields["lastSignInAt"] = .string(now.text)
    var batch = Store.Batch()
    // A change of the user that the store is busy with wins.
    batch.put(user.fields, user.id, in: .users, expected: user.revision)
    store.write(later: batch)
    // The store counts each put as a revision.
    user.fields["revision"] = .int(user.revision + 1)
    directory.learn(user)
  }

  private func change(_ old: User, to fields: Fields) async throws(Failure) -> User {
    guard let current = directory.users[old.name], current.revision == old.revision else { throw stale(old) }
    var new = User(fields: fields)
    new.fields["updatedAt"] = .string(Instant.now.text)
    new.fields["revision"] = .int(old.revision + 1)
    var batch = Store.Batch()
    batch.put(new.fields, new.id, in: .users, expected: old.revision)
    do {
      try await store.write(batch)
    } catch {
      guard error.status == .aborted else { throw error }
      throw stale(old)
    }
    directory.learn(new)
    onChange("user:\(new.name)")
    return new
  }

  private func stale(_ old: User) -> Failure {
    let current = directory.users[old.name] ?? old
    return Failure(
      .aborted, "the user \(old.name) was changed meanwhile; read it again",
      details: #"{"current":\#(String(decoding: current.shown.json, as: UTF8.self))}"#)
  }
}
