import JWTKit
import PluginKit

/// A key by which this host signs tokens.
struct SigningKey: Sendable {
  enum Algorithm: String, Sendable {
    case eddsa = "EdDSA"
    case hs256 = "HS256"
  }

  let id: String
  let algorithm: Algorithm
  /// The seed of the private key, or the shared secret: 32 bytes.
  let secret: String
  let created: Instant

  /// Makes a key.
  init(_ algorithm: Algorithm, at now: Instant) {
    id = Crypto.secret(12)
    self.algorithm = algorithm
    secret = Crypto.secret()
    created = now
  }

  init?(_ json: JSONValue) {
    guard let id = json["kid"].string, let algorithm = json["alg"].string.flatMap(Algorithm.init),
      let secret = json["secret"].string, let created = json["createdAt"].string.flatMap({ Instant($0) })
    else { return nil }
    self.id = id
    self.algorithm = algorithm
    self.secret = secret
    self.created = created
  }

  var fields: Fields {
    [
      "kid": .string(id), "alg": .string(algorithm.rawValue), "secret": .string(secret),
      "createdAt": .string(created.text),
    ]
  }

  /// Gives the key to jwt-kit.
  func add(to collection: JWTKeyCollection) async throws {
    let id = JWKIdentifier(string: id)
    switch algorithm {
    case .eddsa: await collection.add(eddsa: try EdDSA.PrivateKey(d: secret, curve: .ed25519), kid: id)
    case .hs256:
      await collection.add(hmac: HMACKey(from: Base64URL.decode(secret.utf8) ?? []), digestAlgorithm: .sha256, kid: id)
    }
  }

  /// The public half as a JSON Web Key; nil where there is none.
  func published() throws -> Fields? {
    guard algorithm == .eddsa else { return nil }
    let key = try EdDSA.PrivateKey(d: secret, curve: .ed25519).publicKey
    return [
      "kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode([UInt8](key.rawRepresentation))),
      "kid": .string(id),
      "alg": "EdDSA", "use": "sig",
    ]
  }
}
