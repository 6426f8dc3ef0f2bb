import CSodium
import PluginKit

/// argon2id, in the text form that carries its own limits.
enum SlowHash {
  /// What a hash costs.
  enum Cost {
    /// For what people think up: 64 MiB and a tenth of a second, on a worker.
    case password
    /// For 256 random bits, which nobody finds by trying: argon2id's least, 8 KiB and a tenth of a millisecond.
    case secret

    fileprivate var limits: (passes: UInt64, memory: Int) {
      switch self {
      case .password: (UInt64(crypto_pwhash_OPSLIMIT_INTERACTIVE), Int(crypto_pwhash_MEMLIMIT_INTERACTIVE))
      case .secret: (UInt64(crypto_pwhash_OPSLIMIT_MIN), Int(crypto_pwhash_MEMLIMIT_MIN))
      }
    }
  }

  /// Hashes a text with a random salt.
  static func make(_ text: String, _ cost: Cost) throws(Failure) -> String {
    var hash = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    let bytes = text.utf8.map(CChar.init(bitPattern:))
    let status = crypto_pwhash_str_alg(
      &hash, bytes, UInt64(bytes.count), cost.limits.passes, cost.limits.memory, crypto_pwhash_ALG_ARGON2ID13)
    guard status == 0 else {
      throw Failure(.resourceExhausted, "there is not enough memory to hash a password; try again later")
    }
    return String(decoding: hash.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether a text is the one that was hashed.
  static func verify(_ text: String, _ hash: String) -> Bool {
    let bytes = text.utf8.map(CChar.init(bitPattern:))
    return crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
  }
}
