import Glibc

/// Writes one JSON text into memory of its own, which `Call.answer(_:)` gives away without a copy.
///
/// ```swift
/// var json = JSONWriter()
/// json.beginObject()
/// json.member("id", id)
/// json.member("done", false)
/// json.endObject()
/// call.answer(json)
/// ```
/// Commas are written by themselves. Strings are escaped, integers exact, doubles the shortest text that reads back the
/// same. Nothing checks that begin and end match: the host validates what it is given.
public struct JSONWriter: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  /// The number of bytes written.
  public private(set) var count = 0
  private var capacity: Int
  private var needsComma = false
  /// Whether a number was written that JSON cannot express; `null` stands in its place.
  public private(set) var isOutOfRange = false

  /// Makes an empty writer with room for `capacity` bytes; it grows as needed.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 16)
    base = Self.memory(nil, self.capacity)
  }

  deinit {
    free(base)
  }

  /// The bytes written, valid until the next change.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// A copy of the text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Empties the writer and keeps its memory.
  public mutating func reset() {
    count = 0
    needsComma = false
    isOutOfRange = false
  }

  /// Gives the memory away and ends the writer.
  ///
  /// - Returns: The bytes written, in memory that the caller must `free`.
  public consuming func take() -> UnsafeMutableBufferPointer<UInt8> {
    let memory = UnsafeMutableBufferPointer(start: base, count: count)
    discard self
    return memory
  }

  // MARK: Structure

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes the name of a member; its value comes next.
  public mutating func key(_ name: String) {
    separate()
    var name = name
    name.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
    append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes the name of a member; its value comes next.
  public mutating func key(_ name: StaticString) {
    separate()
    quote(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: Values

  public mutating func null() {
    separate()
    append("null")
  }

  public mutating func bool(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  public mutating func int(_ value: some BinaryInteger) {
    separate()
    if let value = Int64(exactly: value) {
      digits(of: value.magnitude, negative: value < 0)
    } else {
      var text = String(value)
      text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
  }

  public mutating func double(_ value: Double) {
    guard value.isFinite else {
      isOutOfRange = true
      return null()
    }
    separate()
    var text = value.description
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  public mutating func string(_ value: String) {
    separate()
    var value = value
    value.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
  }

  /// Writes a string from its UTF-8 bytes.
  public mutating func string(utf8 value: UnsafeRawBufferPointer) {
    separate()
    quote(value)
  }

  /// Writes a value that is JSON text already.
  public mutating func raw(_ json: borrowing some JSONText & ~Copyable) {
    separate()
    json.withJSON { append($0) }
  }

  // MARK: Members

  /// Writes a member of an object.
  public mutating func member(_ name: StaticString, _ value: String) {
    key(name)
    string(value)
  }

  public mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
    key(name)
    int(value)
  }

  public mutating func member(_ name: StaticString, _ value: Double) {
    key(name)
    double(value)
  }

  public mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    bool(value)
  }

  // MARK: Bytes

  private mutating func open(_ byte: UInt8) {
    separate()
    append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    append(byte)
    needsComma = true
  }

  /// Writes the comma before a further value, and notes that a value follows.
  private mutating func separate() {
    if needsComma { append(UInt8(ascii: ",")) }
    needsComma = true
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  private mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    memcpy(base + count, source, bytes.count)
    count += bytes.count
  }

  private mutating func digits(of magnitude: UInt64, negative: Bool) {
    reserve(20)
    if negative { append(UInt8(ascii: "-")) }
    var length = 1
    var rest = magnitude
    while rest >= 10 {
      rest /= 10
      length += 1
    }
    rest = magnitude
    for place in stride(from: count + length - 1, through: count, by: -1) {
      base[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += length
  }

  /// Writes a quoted string: eight bytes at once as long as none of them is special.
  private mutating func quote(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count + 2)
    append(UInt8(ascii: "\""))
    var place = 0
    while place < bytes.count {
      if bytes.count - place >= 8 {
        let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        if Self.isPlain(word) {
          UnsafeMutableRawPointer(base + count).storeBytes(of: word, as: UInt64.self)
          count += 8
          place += 8
          continue
        }
      }
      let byte = bytes[place]
      place += 1
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        append(byte)
      } else {
        escape(byte)
        reserve(bytes.count - place + 1)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Whether none of eight bytes is a control character, a quote or a backslash.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = ones << 7
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5c)
    let control = (word &- (ones &* 0x20)) & ~word
    let quote = (quotes &- ones) & ~quotes
    let backslash = (backslashes &- ones) & ~backslashes
    return (control | quote | backslash) & tops == 0
  }

  private mutating func escape(_ byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0a: append(UInt8(ascii: "n"))
    case 0x0c: append(UInt8(ascii: "f"))
    case 0x0d: append(UInt8(ascii: "r"))
    case 0x00..<0x20:
      append("u00")
      append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
      let low = byte & 0xf
      append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    default: append(byte)
    }
  }

  /// Makes room for so many further bytes.
  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    base = Self.memory(base, capacity)
  }

  private static func memory(_ old: UnsafeMutablePointer<UInt8>?, _ bytes: Int) -> UnsafeMutablePointer<UInt8> {
    guard let memory = realloc(old, bytes) else { fatalError("out of memory: \(bytes) bytes for a JSON text") }
    return memory.assumingMemoryBound(to: UInt8.self)
  }
}

extension JSONWriter: JSONText {
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(bytes)
  }
}
