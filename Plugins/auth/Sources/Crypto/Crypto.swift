import CSodium
import PluginKit

/// What this plugin needs of libsodium: nothing else here knows it.
enum Crypto {
  /// Starts the library; harmless when it was started before.
  static func start() throws(Failure) {
    guard sodium_init() >= 0 else {
      throw Failure(.internal, "libsodium does not start: there is no source of randomness")
    }
  }

  /// Bytes that nobody can guess.
  static func random(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }

  /// A secret as text: 43 characters for 32 bytes.
  static func secret(_ count: Int = 32) -> String { Base64URL.encode(random(count)) }

  /// Whether two texts are the same, in a time that tells nothing of where they differ.
  static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    let (left, right) = (Array(left), Array(right))
    return left.count == right.count && sodium_memcmp(left, right, left.count) == 0
  }

  /// SHA-256, for what others have to compute as well.
  static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
    return hash
  }
}

/// BLAKE2b of a secret, 16 bytes long: what is remembered in its place.
struct Digest: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// - Parameter key: Makes the digest worth nothing without it; empty for one that is stored.
  init(_ secret: UnsafeRawBufferPointer, key: [UInt8] = []) {
    var words: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &words) { out in
      // Never nil: it is the address of a variable.
      let start = out.baseAddress!.assumingMemoryBound(to: UInt8.self)
      _ = crypto_generichash(
        start, out.count, secret.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(secret.count), key, key.count)
    }
    (high, low) = words
  }

  init(_ secret: String) {
    var secret = secret
    self = secret.withUTF8 { Digest(UnsafeRawBufferPointer($0)) }
  }

  /// Reads what ``text`` gave.
  init?(text: String) {
    guard let bytes = Base64URL.decode(text.utf8), bytes.count == 16 else { return nil }
    (high, low) = bytes.withUnsafeBytes {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  var text: String {
    withUnsafeBytes(of: (high, low)) { Base64URL.encode(Array($0)) }
  }
}
