import JWTKit
import PluginKit

/// Signs the tokens of this host, and knows them again.
///
/// Its keys are a file beside the local token: not part of what is backed up and exported. A key that no longer signs is
/// kept until the last token that it has signed has expired.
@Loop
final class TokenSigner {
  private let host: Host
  private let settings: Settings.JWTSettings
  private let path: String
  /// The newest first: that one signs.
  private(set) var keys: [SigningKey] = []
  private let collection = JWTKeyCollection()
  private var isLoaded = false

  init(host: Host, settings: Settings.JWTSettings, folder: String) {
    self.host = host
    self.settings = settings
    path = "\(folder)/signing-keys.json"
  }

  /// Signs what is claimed, with our issuer and audience.
  func sign(_ claims: Claims, at now: Instant) async throws -> String {
    try await load(at: now)
    let isOld = keys.first.map { now.milliseconds - $0.created.milliseconds >= settings.rotation } ?? true
    if isOld || keys.first?.algorithm != settings.algorithm { try await rotate(at: now) }
    guard let key = keys.first else { throw Failure(.internal, "there is no key to sign with") }
    return try await collection.sign(claims, kid: JWKIdentifier(string: key.id))
  }

  /// What a token claims that one of our keys has signed.
  func verify(_ token: String, _ head: JWTHead, at now: Instant) async throws -> Claims {
    try await load(at: now)
    guard let key = keys.first(where: { $0.id == head.key }) else {
      throw Refusal("the token names no key that is known here")
    }
    guard head.algorithm == key.algorithm.rawValue else {
      throw Refusal("the token is signed by \(head.algorithm.prefix(20)), its key is one of \(key.algorithm.rawValue)")
    }
    do {
      let claims = try await collection.verify(token, as: Claims.self)
      try claims.check(issuer: settings.issuer, audience: settings.audience, at: now)
      return claims
    } catch let error as JWTError {
      throw Refusal("the token is not signed as it says (\(error.errorType))")
    }
  }

  /// Lets a new key sign from now on.
  func rotate(at now: Instant) async throws {
    try await load(at: now)
    let key = SigningKey(settings.algorithm, at: now)
    try await key.add(to: collection)
    // Nothing waits from here on: whoever rotates at the same time keeps this key, too.
    let kept = keys.enumerated().filter { place, _ in
      // A key's tokens end at the latest `lifetime` after its successor was made.
      place == 0 || now.milliseconds - keys[place - 1].created.milliseconds <= settings.lifetime + 120_000
    }
    let new = [key] + kept.map(\.element)
    let document: Fields = ["keys": .array(new.map { .object($0.fields) })]
    try SecretFile.write(String(decoding: document.json, as: UTF8.self) + "\n", path)
    keys = new
  }

  /// The public keys as a JSON Web Key Set.
  func published(at now: Instant) async throws -> [UInt8] {
    try await load(at: now)
    if keys.isEmpty { try await rotate(at: now) }
    let document: Fields = ["keys": .array(try keys.compactMap { try $0.published() }.map(Value.object))]
    return document.json
  }

  /// Reads the keys when somebody needs them for the first time: most hosts never sign a token.
  private func load(at now: Instant) async throws {
    guard !isLoaded else { return }
    if let text = try SecretFile.read(path) {
      let found = try host.parse(text)["keys"].elements.compactMap(SigningKey.init)
      guard !found.isEmpty else {
        throw Failure(.failedPrecondition, "\(path) holds no keys; delete it, and others are made")
      }
      for key in found { try await key.add(to: collection) }
      // Somebody else may have read them meanwhile, and made new ones.
      guard !isLoaded else { return }
      keys = found
    }
    isLoaded = true
  }
}
