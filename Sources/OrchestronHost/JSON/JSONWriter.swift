import Glibc

/// Writes JSON text piece by piece into a buffer that it reuses.
///
/// Commas and colons are the writer's business; that objects and arrays are closed, and that a key stands before each
/// member, is the caller's. A writer may hold several values one after the other, as lines of a log:
///
///     writer.beginObject()
///     writer.key("level"); writer.int(30)
///     writer.key("msg");   writer.string(message)
///     writer.endObject()
///     writer.newline()
public struct JSONWriter: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var needsComma = false

  /// The number of bytes written.
  public private(set) var count = 0

  /// A writer with room for `capacity` bytes; it grows as needed.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, Self.smallestCapacity)
    start = Self.resized(nil, to: self.capacity)
  }

  deinit { free(start) }
}

// MARK: - Structure

extension JSONWriter {
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The key of the member whose value is written next.
  public mutating func key(_ key: String) {
    var key = key
    key.withUTF8 { self.key(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// The key of the member whose value is written next, from bytes that are known to be UTF-8.
  public mutating func key(utf8 bytes: UnsafeRawBufferPointer) {
    string(utf8: bytes)
    append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Ends a line between two values that stand on their own.
  public mutating func newline() {
    append(UInt8(ascii: "\n"))
    needsComma = false
  }
}

// MARK: - Values

extension JSONWriter {
  public mutating func null() { word("null") }
  public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }

  public mutating func int(_ value: Int64) {
    separate()
    let longest = 20
    reserve(longest)
    if value < 0 { appendReserved(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var digits = 1
    var bound: UInt64 = 10
    while digits < longest - 1, rest >= bound {
      digits += 1
      bound &*= 10
    }
    var position = count + digits
    count = position
    repeat {
      position -= 1
      start[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// The shortest decimal that reads back as the same number, with a point or an exponent (`5.0`, `1e+21`).
  ///
  /// JSON has no infinities and no NaN: those are refused, and nothing is written.
  public mutating func double(_ value: Double) throws(JSONError) {
    guard value.isFinite else { throw JSONError("JSON cannot express the number \(value)") }
    separate()
    var text = value.description
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  public mutating func string(_ value: String) {
    var value = value
    value.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// A string from bytes that are known to be UTF-8.
  public mutating func string(utf8 bytes: UnsafeRawBufferPointer) {
    separate()
    reserve(bytes.count + 2)
    appendReserved(UInt8(ascii: "\""))
    var position = 0
    while true {
      let plain = JSONEscapes.plainLength(of: bytes, from: position)
      append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + plain]))
      position += plain
      guard position < bytes.count else { break }
      appendEscaped(bytes[position])
      position += 1
    }
    append(UInt8(ascii: "\""))
  }

  /// A string from any bytes: what is not UTF-8 becomes U+FFFD.
  public mutating func string(repairing bytes: UnsafeRawBufferPointer) {
    if bytes.isUTF8 { string(utf8: bytes) } else { string(String(decoding: bytes, as: UTF8.self)) }
  }

  /// A value that is JSON text already; it is not checked.
  public mutating func raw(_ text: UnsafeRawBufferPointer) {
    separate()
    append(text)
  }

  /// An owned value. An infinity or NaN in it, which no parser yields, becomes `null`.
  public mutating func json(_ value: JSON) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .int(let value): int(value)
    case .double(let value): finite(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { json(element) }
      endArray()
    case .object(let members):
      beginObject()
      for (name, value) in members {
        key(name)
        json(value)
      }
      endObject()
    }
  }

  /// A value of a parsed document, as compact text.
  public mutating func element(_ value: JSONElement) {
    switch value.kind {
    case .null: null()
    case .bool: bool(value.bool == true)
    case .int: int(value.int ?? 0)
    case .double: finite(value.double ?? 0)
    case .string: value.stringBytes.map { string(utf8: $0) }
    case .array:
      beginArray()
      for element in value.elements { self.element(element) }
      endArray()
    case .object:
      beginObject()
      for member in value.members {
        key(utf8: member.key)
        element(member.value)
      }
      endObject()
    }
  }
}

// MARK: - Results

extension JSONWriter {
  /// What was written, valid until the next write or the end of the writer.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// A copy of what was written.
  public var array: [UInt8] { Array(bytes) }

  /// A copy of what was written.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Begins anew and keeps the memory, unless it has grown beyond `limit` bytes.
  public mutating func reset(keepingAtMost limit: Int = .max) {
    if capacity > limit { free(replaceBuffer()) }
    count = 0
    needsComma = false
  }

  /// Gives away what was written and begins anew. The caller releases the memory with `free`.
  public mutating func detach() -> UnsafeMutableRawBufferPointer {
    let written = UnsafeMutableRawBufferPointer(start: replaceBuffer(), count: count)
    count = 0
    needsComma = false
    return written
  }
}

// MARK: - The buffer

extension JSONWriter {
  private static let smallestCapacity = 64

  /// The memory is never short in a way that could be reported: Linux overcommits, and what is written is bounded.
  private static func resized(_ buffer: UnsafeMutablePointer<UInt8>?, to capacity: Int) -> UnsafeMutablePointer<UInt8> {
    realloc(buffer, capacity)!.assumingMemoryBound(to: UInt8.self)
  }

  private mutating func replaceBuffer() -> UnsafeMutablePointer<UInt8> {
    let old = start
    capacity = Self.smallestCapacity
    start = Self.resized(nil, to: capacity)
    return old
  }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    start = Self.resized(start, to: capacity)
  }

  @inline(__always)
  private mutating func appendReserved(_ byte: UInt8) {
    start[count] = byte
    count += 1
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    reserve(1)
    appendReserved(byte)
  }

  @inline(__always)
  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    memcpy(start + count, source, bytes.count)
    count += bytes.count
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    append(bracket)
    needsComma = true
  }

  private mutating func word(_ word: StaticString) {
    separate()
    append(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  private mutating func finite(_ value: Double) {
    do { try double(value) } catch { null() }
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    reserve(6)
    appendReserved(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendReserved(byte)
    case 0x08: appendReserved(UInt8(ascii: "b"))
    case 0x09: appendReserved(UInt8(ascii: "t"))
    case 0x0A: appendReserved(UInt8(ascii: "n"))
    case 0x0C: appendReserved(UInt8(ascii: "f"))
    case 0x0D: appendReserved(UInt8(ascii: "r"))
    default:
      let digits: StaticString = "0123456789abcdef"
      appendReserved(UInt8(ascii: "u"))
      appendReserved(UInt8(ascii: "0"))
      appendReserved(UInt8(ascii: "0"))
      appendReserved(digits.utf8Start[Int(byte >> 4)])
      appendReserved(digits.utf8Start[Int(byte & 15)])
    }
  }
}
