import PluginKit

/// Tells who shows an API token or a JSON Web Token, and what he may do now.
@Loop
final class Bearers {
  private let directory: Directory
  private let tokens: Tokens
  private let signer: TokenSigner
  private let issuers: [IssuerKeys]
  private let ownIssuer: String
  private let host: Host

  init(
    host: Host, settings: Settings, directory: Directory, tokens: Tokens, signer: TokenSigner, issuers: [IssuerKeys]
  ) {
    self.host = host
    self.directory = directory
    self.tokens = tokens
    self.signer = signer
    self.issuers = issuers
    ownIssuer = settings.jwt.issuer
  }

  /// What an API token stands for: its scopes, as far as its owner has them himself; nil when that is nothing any more.
  func principal(of token: APIToken, at now: Instant) -> Principal? {
    guard !token.isExpired(at: now), let rights = directory.rights(of: token.user) else { return nil }
    return Principal(
      actor: "token:\(token.id)", behalf: "user:\(token.user)", rights: token.scopes.intersection(rights),
      expires: token.expires)
  }

  func token(_ id: String, _ secret: String, at now: Instant) throws(Refusal) -> Principal {
    guard let token = tokens.tokens[id], secret.utf8.count <= 64, SlowHash.verify(secret, token.hash) else {
      throw Refusal("nobody has this token, or it was revoked")
    }
    guard !token.isExpired(at: now) else { throw Refusal("the token has expired; make another one") }
    guard let principal = principal(of: token, at: now) else {
      throw Refusal("the token's owner \(token.user) is disabled, or gone")
    }
    tokens.touch(id, at: now)
    return principal
  }

  func jwt(_ text: String, at now: Instant) async throws(Refusal) -> Principal {
    let host = host
    let head = try JWTHead(text) { bytes throws(Failure) in Fields(try host.parse(bytes)) }
    let issuer = claimedIssuer(text)
    do {
      if issuer == ownIssuer { return try own(try await signer.verify(text, head, at: now)) }
      guard let keys = issuers.first(where: { $0.issuer.url == issuer }) else {
        throw Refusal("tokens of this issuer do not count here; auth.issuers lists those that do")
      }
      return try foreign(try await keys.verify(text, head, at: now), keys.issuer)
    } catch let refusal as Refusal {
      throw refusal
    } catch let failure as Failure {
      throw Refusal(Failure(.unavailable, "the token cannot be checked now: \(failure.message)"))
    } catch {
      throw Refusal("the token cannot be read (\(type(of: error)))")
    }
  }

  /// By whom a token says to be, to find the keys: not believed before the signature is checked.
  private func claimedIssuer(_ text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64URL.decode(parts[1]) else { return nil }
    return (try? host.parse(bytes))?["iss"].string
  }

  /// A token of ours: the rights in it, as far as its owner, and the API token that it was made with, have them now.
  private func own(_ claims: Claims) throws(Refusal) -> Principal {
    guard let name = claims.sub, var rights = directory.rights(of: name) else {
      throw Refusal("the token's owner is disabled, or gone")
    }
    if let id = claims.token {
      guard let token = tokens.tokens[id], token.user == name else {
        throw Refusal("the token behind this one was revoked")
      }
      rights = rights.intersection(token.scopes)
    }
    return Principal(
      actor: "token:\(claims.token ?? claims.jti ?? "jwt")", behalf: "user:\(name)",
      rights: rights.intersection(Rights(claims.scope ?? "") ?? .none), expires: claims.expires)
  }

  /// A token of somebody else: its subject's rights here, and no more than its scopes, when these are rights at all.
  private func foreign(_ claims: Claims, _ issuer: Settings.Issuer) throws(Refusal) -> Principal {
    let subject = claims.sub ?? ""
    let (actor, rights) = try person(subject, of: issuer)
    let scopes = (claims.scope ?? "").split(separator: " ").compactMap { Rights.Word($0) }
      .filter { if case .permission(let name) = $0 { ["admin", "exec", "ingest"].contains(name) } else { true } }
    return Principal(
      actor: actor, rights: scopes.isEmpty ? rights : rights.intersection(Rights(scopes)), expires: claims.expires)
  }

  private func person(_ subject: String, of issuer: Settings.Issuer) throws(Refusal) -> (String, Rights) {
    if let user = directory.find(issuer: issuer.url, subject: subject) {
      guard !user.isDisabled else { throw Refusal("the user \(user.name) is disabled") }
      return ("user:\(user.name)", user.rights)
    }
    guard let role = issuer.role else {
      throw Refusal("nobody here is \(subject) of \(issuer.name); an admin can add the identity to a user")
    }
    return ("user:\(Path.escaped(subject))@\(issuer.name)", role.rights)
  }
}
