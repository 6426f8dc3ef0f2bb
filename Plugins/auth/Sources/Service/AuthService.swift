import PluginKit

/// The service `auth`: who the caller is, and the sessions.
@Loop
final class AuthService {
  private let directory: Directory
  private let sessions: Sessions
  private let doors: Doors
  private let audit: AuditLog
  private let local: LocalToken
  var onChange: @Loop (_ actor: String) -> Void = { _ in }

  init(directory: Directory, sessions: Sessions, doors: Doors, audit: AuditLog, local: LocalToken) {
    self.directory = directory
    self.sessions = sessions
    self.doors = doors
    self.audit = audit
    self.local = local
  }

  func whoami(_ call: Call) {
    let caller = Caller(call)
    let behalf = call.context?.behalf ?? ""
    let answer: Fields = [
      "actor": .string(caller.actor), "behalf": .orNull(behalf.isEmpty ? nil : behalf),
      "role": .orNull(directory.role(of: caller.user)?.rawValue), "rights": .string(call.context?.rights ?? ""),
    ]
    call.answer(json: answer.json)
  }

  /// Makes a code by which a browser of this machine's user enters.
  func code(_ call: Call) throws(Failure) {
    let caller = Caller(call)
    guard caller.isPerson, caller.user == directory.owner, caller.isAdmin else {
      throw Failure(
        .permissionDenied,
        "only \(directory.owner), as whom the host runs, enters by a code; others sign in with their password")
    }
    let (code, expires) = doors.codes.issue(for: directory.owner, at: .now)
    let answer: Fields = [
      "code": .string(code), "link": .string("/enter?code=\(code)"), "expiresAt": .string(expires.text),
    ]
    call.answer(json: answer.json)
  }

  func localToken(_ call: Call) {
    call.answer(json: (["token": .string(local.text), "file": .string(local.path)] as Fields).json)
  }

  func list(_ call: Call) throws(Failure) {
    let user = try Caller(call).owner(call, of: "sessions")
    try Page.answer(call, sessions.list(of: user == "*" ? nil : user, at: .now).map(\.shown))
  }

  func revoke(_ call: Call) throws(Failure) {
    let caller = Caller(call)
    let id = try call.string("id").lowercased()
    guard
      let session = sessions.list(of: nil, at: .now).first(where: { $0.id == id }),
      caller.isAdmin || session.user == caller.user
    else { throw Failure(.notFound, "there is no session \(id); auth.sessions shows those that there are") }
    sessions.end { $0.id == id }
    onChange("user:\(session.user)")
    audit.note(AuditEntry(kind: .sessionRevoked, actor: caller.actor, subject: "user:\(session.user)"))
    call.answer()
  }

  /// Ends all sessions of the caller.
  func signOut(_ call: Call) {
    let caller = Caller(call)
    if !caller.user.isEmpty, sessions.end(where: { $0.user == caller.user }) > 0 {
      onChange("user:\(caller.user)")
      audit.note(AuditEntry(kind: .signedOut, actor: caller.actor, detail: "everywhere"))
    }
    call.answer()
  }
}
