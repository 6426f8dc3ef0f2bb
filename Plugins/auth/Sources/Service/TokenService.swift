import PluginKit

/// The service `tokens`.
@Loop
final class TokenService {
  private let settings: Settings.JWTSettings
  private let host: Host
  private let tokens: Tokens
  private let directory: Directory
  private let signer: TokenSigner
  private let audit: AuditLog
  private let identities: Identities
  var onChange: @Loop (_ actor: String) -> Void = { _ in }

  init(
    host: Host, settings: Settings.JWTSettings, tokens: Tokens, directory: Directory, signer: TokenSigner,
    audit: AuditLog, identities: Identities
  ) {
    self.host = host
    self.settings = settings
    self.tokens = tokens
    self.directory = directory
    self.signer = signer
    self.audit = audit
    self.identities = identities
  }

  func create(_ call: Call) async throws(Failure) {
    let caller = Caller(call)
    guard caller.isPerson else {
      throw Failure(
        .permissionDenied, "\(caller.actor) cannot make tokens: only people can, so that a lost token is no other one")
    }
    let user = try known(caller.owner(call, of: "tokens"))
    let scopes = try scopes(call) ?? .none
    let now = Instant.now
    let expires = try call.stringIfPresent("expiresAt").map { text throws(Failure) in
      guard let time = Instant(text), time > now else {
        throw Failure(
          .invalidArgument, "expiresAt must lie in the future",
          details: #"{"errors":[{"path":"expiresAt","message":"lies in the past"}]}"#)
      }
      return time
    }
    let secret = Crypto.secret()
    let token = APIToken.new(
      try call.string("name"), user: user, scopes: scopes, expires: expires, hash: try SlowHash.make(secret, .secret),
      id: identities.next(at: now), at: now)
    try await tokens.add(token)
    audit.note(
      AuditEntry(
        kind: .tokenCreated, actor: caller.actor, subject: "token:\(token.id)",
        detail: "for \(user), scopes: \(scopes.text)"))
    var answer = token.shown
    answer["token"] = .string(TokenText.make(id: token.id, secret: secret))
    call.answer(json: answer.json)
  }

  func list(_ call: Call) throws(Failure) {
    let caller = Caller(call)
    let owner = try caller.owner(call, of: "tokens")
    let user = owner == "*" ? nil : try known(owner)
    try Page.answer(call, tokens.list(of: user).map(\.shown))
  }

  func revoke(_ call: Call) async throws(Failure) {
    let caller = Caller(call)
    let id = try call.string("id").lowercased()
    guard let token = tokens.tokens[id], caller.isAdmin || token.user == caller.user else {
      throw Failure(.notFound, "there is no token \(id); tokens.list shows those that there are")
    }
    onChange("token:\(id)")
    defer { onChange("token:\(id)") }
    try await tokens.remove(id)
    audit.note(
      AuditEntry(kind: .tokenRevoked, actor: caller.actor, subject: "token:\(id)", detail: "of \(token.user)"))
    call.answer()
  }

  /// Signs a token that lives for minutes.
  func jwt(_ call: Call) async throws {
    let caller = Caller(call)
    var claims = Claims()
    if caller.actor.hasPrefix("token:") {
      let id = String(caller.actor.dropFirst(6))
      guard tokens.tokens[id] != nil else {
        throw Failure(.permissionDenied, "a JSON Web Token cannot renew itself: sign in, or use an API token")
      }
      claims.token = id
    } else if !caller.isPerson {
      throw Failure(.permissionDenied, "\(caller.actor) cannot get tokens: only people and API tokens can")
    }
    guard directory.rights(of: caller.user) != nil else {
      throw Failure(.failedPrecondition, "\(caller.actor) has no account here, so that no token can act for it")
    }
    let rights = try scopes(call).map { $0.intersection(caller.rights) } ?? caller.rights
    guard !rights.isEmpty else {
      throw Failure(.permissionDenied, "\(caller.actor) has none of the rights that the token is to have")
    }
    let now = Instant.now
    let lifetime = min(call.intIfPresent("seconds").map { Int64($0) * 1000 } ?? settings.lifetime, settings.lifetime)
    let expires = Instant(milliseconds: now.milliseconds + lifetime)
    claims.iss = settings.issuer
    claims.aud = Claims.Audience([settings.audience])
    claims.sub = caller.user
    claims.iat = Double(now.milliseconds / 1000)
    claims.nbf = claims.iat
    claims.exp = Double(expires.milliseconds / 1000)
    claims.jti = identities.next(at: now)
    claims.scope = rights.text
    let token = try await signer.sign(claims, at: now)
    let answer: Fields = [
      "token": .string(token), "expiresAt": .string(expires.text),
      "scopes": .array(rights.words.map { .string($0.text) }),
    ]
    call.answer(json: answer.json)
  }

  func rotateKeys(_ call: Call) async throws {
    try await signer.rotate(at: .now)
    audit.note(AuditEntry(kind: .keysRotated, actor: Caller(call).actor))
    call.answer()
  }

  // MARK: Arguments

  private func known(_ user: String) throws(Failure) -> String {
    guard directory.role(of: user) != nil else {
      throw Failure(.notFound, "there is no user \"\(user)\"; users.list shows those that there are")
    }
    return user
  }

  /// The rights that the call asks for; nil when it does not say.
  private func scopes(_ call: Call) throws(Failure) -> Rights? {
    guard let json = call.jsonIfPresent("scopes") else { return nil }
    let value = try host.parse(json)
    guard value.isPresent else { return nil }
    var words: [Rights.Word] = []
    for (place, element) in value.elements.enumerated() {
      guard let text = element.string, let word = Rights.Word(text) else {
        throw Failure(
          .invalidArgument,
          "scopes are read, write, destructive, one of these of a service such as tasks:read, a permission such as "
            + "admin, or *",
          details: #"{"errors":[{"path":"scopes/\#(place)","message":"is no right"}]}"#)
      }
      words.append(word)
    }
    return Rights(words)
  }
}
