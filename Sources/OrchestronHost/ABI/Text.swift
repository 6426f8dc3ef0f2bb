import CHost
import Glibc

/// Immutable bytes at a fixed address, so that plugins may borrow them: ids, actors, topics.
final class Text: Sendable {
  /// Also NUL-terminated, for C strings.
  nonisolated(unsafe) private let bytes: UnsafeMutablePointer<CChar>  // written in init alone
  let count: Int

  init(_ text: String) {
    var text = text
    (bytes, count) = text.withUTF8 { Text.copy(UnsafeRawBufferPointer($0)) }
  }

  init(copying buffer: UnsafeRawBufferPointer) { (bytes, count) = Text.copy(buffer) }

  deinit { bytes.deallocate() }

  private static func copy(_ source: UnsafeRawBufferPointer) -> (UnsafeMutablePointer<CChar>, Int) {
    let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: source.count + 1)
    if let start = source.baseAddress { memcpy(bytes, start, source.count) }
    bytes[source.count] = 0
    return (bytes, source.count)
  }

  /// Valid as long as this object.
  var str: orch_str { orch_str(p: bytes, n: count) }
  var cString: UnsafePointer<CChar> { UnsafePointer(bytes) }
  var string: String { String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self) }
}

extension orch_str {
  static var empty: orch_str { orch_str(p: nil, n: 0) }

  /// False when it claims bytes at NULL.
  var isReadable: Bool { n == 0 || p != nil }

  /// The borrowed bytes; none when they are claimed at NULL.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: p, count: p == nil ? 0 : n) }

  /// A copy; bytes that are not UTF-8 are replaced.
  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Gives the bytes of a string for the length of `body`.
  static func with<R>(_ text: String, _ body: (orch_str) -> R) -> R {
    var text = text
    return text.withUTF8 { body(orch_str(bytes: UnsafeRawBufferPointer($0))) }
  }

  init(bytes: UnsafeRawBufferPointer) {
    self.init(p: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), n: bytes.count)
  }
}

extension UnsafeRawBufferPointer {
  /// A number to find equal bytes by, of their length, their first and their last eight: not negative. Others may have the
  /// same; whoever uses it compares.
  var quickHash: Int {
    var hash = UInt64(count)
    if count >= 8 {
      hash ^= loadUnaligned(as: UInt64.self)
      hash = (hash ^ hash >> 29) &* 0x9e37_79b9_7f4a_7c15
      hash ^= loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else {
      for byte in self { hash = hash << 8 ^ UInt64(byte) }
    }
    hash = (hash ^ hash >> 29) &* 0x9e37_79b9_7f4a_7c15
    return Int(hash >> 32)
  }
}

extension orch_buf {
  static var empty: orch_buf { orch_buf(p: nil, n: 0, release: nil, owner: nil) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: p, count: p == nil ? 0 : n) }

  /// A buffer of its own with these bytes.
  static func copying(_ bytes: UnsafeRawBufferPointer) -> orch_buf {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return .empty }
    guard let copy = malloc(bytes.count) else { return .empty }
    memcpy(copy, start, bytes.count)
    return orch_buf(p: copy.assumingMemoryBound(to: CChar.self), n: bytes.count, release: { free($0) }, owner: copy)
  }

  static func copying(_ bytes: [UInt8]) -> orch_buf { bytes.withUnsafeBytes { copying($0) } }

  /// Calls `release` and empties the buffer.
  mutating func drop() { orch_buf_release(&self) }
}

/// A C string, or nil when the pointer is NULL.
func cString(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
