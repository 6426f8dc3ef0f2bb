import JWTKit
import PluginKit

/// The public keys of one issuer, fetched when they are needed.
@Loop
final class IssuerKeys {
  /// Milliseconds that keys are believed, and that pass at least between two attempts to fetch them.
  private static let lifetime: Int64 = 3_600_000
  private static let floor: Int64 = 30_000

  let issuer: Settings.Issuer
  private let host: Host
  private var collection = JWTKeyCollection()
  /// The algorithm of each key.
  private var algorithms: [String: String] = [:]
  private var fetched: Int64 = .min / 2
  private var tried: Int64 = .min / 2
  private var fetch: Task<Void, any Error>?
  private var isFetching = false
  private var configuration: JSONValue?

  init(host: Host, issuer: Settings.Issuer) {
    self.host = host
    self.issuer = issuer
  }

  /// What a token claims that this issuer has signed for us.
  ///
  /// - Parameter namesKey: Whether it has to say by which key: what the issuer itself has just given us need not, when
  ///   there is only one (OpenID Connect Core, 10.1).
  func verify(_ token: String, _ head: JWTHead, namesKey: Bool = true, at now: Instant) async throws -> Claims {
    guard issuer.algorithms.contains(head.algorithm) else {
      throw Refusal("tokens of \(issuer.name) are signed by \(issuer.algorithms.sorted().joined(separator: ", ")) here")
    }
    guard head.key != nil || !namesKey else { throw Refusal("the token does not name its key (kid)") }
    if key(of: head) == nil || now.milliseconds - fetched > IssuerKeys.lifetime { try await refresh(at: now) }
    guard let key = key(of: head) else {
      throw Refusal("the token is signed with a key that \(issuer.name) does not publish")
    }
    guard algorithms[key] == head.algorithm else { throw Refusal("the token's key is not one for \(head.algorithm)") }
    do {
      let claims = try await collection.verify(token, as: Claims.self, iteratingKeys: head.key == nil)
      try claims.check(issuer: issuer.url, audience: issuer.audience, at: now)
      return claims
    } catch let error as JWTError {
      throw Refusal("the token is not signed as it says (\(error.errorType))")
    }
  }

  /// The key that signed a token: the one that it names, else the only one there is.
  private func key(of head: JWTHead) -> String? {
    if let key = head.key { return algorithms[key] == nil ? nil : key }
    let fitting = algorithms.filter { $0.value == head.algorithm }
    return fitting.count == 1 ? fitting.first?.key : nil
  }

  /// What the issuer says of itself (OpenID Connect Discovery).
  func discover() async throws -> JSONValue {
    if let configuration { return configuration }
    let url = issuer.url + (issuer.url.hasSuffix("/") ? "" : "/") + ".well-known/openid-configuration"
    let found = try await get(url)
    guard found["issuer"].string == issuer.url else {
      throw Failure(.failedPrecondition, "\(url) speaks for another issuer than \(issuer.url)")
    }
    configuration = found
    return found
  }

  /// Fetches the keys, once for all who wait for them. Within the floor after an attempt it does nothing.
  private func refresh(at now: Instant) async throws {
    if let fetch { return try await fetch.value }
    guard now.milliseconds - tried >= IssuerKeys.floor else { return }
    tried = now.milliseconds
    isFetching = true
    let task = Loop.task { [self] in
      defer { (fetch, isFetching) = (nil, false) }
      try await load(at: now)
    }
    // A task that never waited is over already.
    if isFetching { fetch = task }
    try await task.value
  }

  private func load(at now: Instant) async throws {
    var address = issuer.keys
    if address == nil { address = try await discover()["jwks_uri"].string }
    guard let address else { throw Failure(.unavailable, "\(issuer.name) does not say where its keys are") }
    let fresh = JWTKeyCollection()
    var found: [String: String] = [:]
    for json in try await get(address)["keys"].elements {
      guard let (key, id, algorithm) = IssuerKeys.key(json), (try? await fresh.add(jwk: key)) != nil else { continue }
      found[id] = algorithm
    }
    (collection, algorithms, fetched) = (fresh, found, now.milliseconds)
  }

  private func get(_ url: String) async throws -> JSONValue {
    var request = WebRequest("GET", url, headers: [("Accept", "application/json")])
    request.timeout = 10_000
    request.bodyLimit = 1 << 20
    let reply = try await host.send(request)
    guard reply.code == 200 else { throw Failure(.unavailable, "\(url) answered \(reply.code)") }
    return try host.parse(reply.body)
  }

  /// Reads a key for signatures by an algorithm that is known here; nil for any other.
  private static func key(_ json: JSONValue) -> (JWK, id: String, algorithm: String)? {
    guard let id = json["kid"].string, json["use"].string ?? "sig" == "sig" else { return nil }
    let identifier = JWKIdentifier(string: id)
    let (key, algorithm): (JWK, String)
    switch (json["kty"].string, json["crv"].string) {
    case ("RSA", _):
      let modulus = json["n"].string ?? ""
      // Shorter ones can be computed (NIST SP 800-131A).
      guard (Base64URL.decode(modulus.utf8)?.drop { $0 == 0 }.count ?? 0) >= 256 else { return nil }
      key = .rsa(.rs256, identifier: identifier, modulus: modulus, exponent: json["e"].string)
      algorithm = "RS256"
    case ("EC", "P-256"):
      key = .ecdsa(.es256, identifier: identifier, x: json["x"].string, y: json["y"].string, curve: .p256)
      algorithm = "ES256"
    case ("OKP", "Ed25519"):
      key = .octetKeyPair(.eddsa, identifier: identifier, x: json["x"].string, y: nil, curve: .ed25519)
      algorithm = "EdDSA"
    default: return nil
    }
    guard json["alg"].string ?? algorithm == algorithm else { return nil }
    return (key, id, algorithm)
  }
}
