import PluginKit

/// The token of this machine's user: a file in the storage folder that he alone may read. It may do everything.
///
/// Whoever deletes the file has another token at the next start.
struct LocalToken: Sendable {
  let path: String
  private let secret: [UInt8]

  /// Reads the file, or makes it.
  init(folder: String) throws(Failure) {
    path = "\(folder)/token"
    if let text = try LocalToken.read(path) {
      secret = Array(text.utf8)
    } else {
      let text = TokenText.localPrefix + Crypto.secret()
      try SecretFile.write("\(text)\n", path)
      secret = Array(text.utf8)
    }
  }

  var text: String { String(decoding: secret, as: UTF8.self) }

  func isRight(_ token: String) -> Bool { Crypto.equal(token.utf8, secret) }

  /// What the file holds; nil when it has to be made.
  private static func read(_ path: String) throws(Failure) -> String? {
    guard let bytes = try SecretFile.read(path) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? ""
    let secret = text.utf8.dropFirst(TokenText.localPrefix.utf8.count)
    guard text.hasPrefix(TokenText.localPrefix), (Base64URL.decode(secret)?.count ?? 0) >= 32 else {
      throw Failure(.failedPrecondition, "\(path) holds no token; delete it, and one is made")
    }
    return String(text)
  }
}
