#if canImport(Glibc)
  import Glibc
#endif

/// A borrowed run of bytes. Valid during the call that passes it, unless its giver says otherwise.
typealias Bytes = UnsafeBufferPointer<UInt8>

/// A growable run of bytes with a single owner: no reference counting, no copy on write, freed with its owner.
///
/// Pointers handed out by ``bytes`` are valid until the next mutation.
struct ByteBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>?
  private(set) var count = 0
  private(set) var capacity = 0

  deinit { free(base) }

  var isEmpty: Bool { count == 0 }

  /// The bytes written so far, borrowed until the next mutation.
  var bytes: Bytes { Bytes(start: base, count: count) }

  /// The part of the bytes between two offsets, borrowed until the next mutation.
  func slice(_ offset: Int, _ length: Int) -> Bytes {
    precondition(offset >= 0 && length >= 0 && offset + length <= count, "slice outside of the buffer")
    guard let base else { return Bytes(start: nil, count: 0) }
    return Bytes(start: base + offset, count: length)
  }

  /// Makes room for `extra` more bytes.
  mutating func reserve(_ extra: Int) {
    if count + extra > capacity { grow(to: count + extra) }
  }

  private mutating func grow(to needed: Int) {
    let size = max(needed, capacity * 2, 256)
    guard let memory = realloc(base, size) else { fatalError("out of memory: \(size) bytes") }
    base = memory.assumingMemoryBound(to: UInt8.self)
    capacity = size
  }

  /// Space for `extra` bytes behind the end; the caller fills it and calls ``advance(by:)``.
  private mutating func room(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
    if base == nil || count + extra > capacity { grow(to: count + extra) }
    return base.unsafelyUnwrapped + count  // `grow` has just set it, or the guard above saw it.
  }

  mutating func append(_ byte: UInt8) {
    room(1).pointee = byte
    count += 1
  }

  mutating func append(_ other: Bytes) {
    guard let source = other.baseAddress, !other.isEmpty else { return }
    room(other.count).update(from: source, count: other.count)
    count += other.count
  }

  mutating func append(_ text: StaticString) {
    room(text.utf8CodeUnitCount).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Lets `body` write up to `limit` bytes behind the end; it answers how many it has written.
  mutating func append(upTo limit: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    let written = body(UnsafeMutableBufferPointer(start: room(limit), count: limit))
    precondition(written >= 0 && written <= limit, "more bytes written than there is room for")
    count += written
  }

  /// Appends a number in decimal digits.
  mutating func append(decimal value: Int) {
    var magnitude = value.magnitude
    if value < 0 { append(UInt8(ascii: "-")) }
    var digits = 1
    var rest = magnitude
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    let start = room(digits)
    for index in stride(from: digits - 1, through: 0, by: -1) {
      start[index] = UInt8(truncatingIfNeeded: magnitude % 10) + UInt8(ascii: "0")
      magnitude /= 10
    }
    count += digits
  }

  /// Appends a number in lower-case hexadecimal digits without leading zeros.
  mutating func append(hexadecimal value: UInt64) {
    var shift = max(0, 60 - (value.leadingZeroBitCount & ~3))
    while shift >= 0 {
      append(hexDigit(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15))
      shift -= 4
    }
  }

  /// Overwrites one byte that was already written.
  mutating func replace(at index: Int, with byte: UInt8) {
    precondition(index >= 0 && index < count, "index outside of the buffer")
    base.unsafelyUnwrapped[index] = byte  // `count` above `index` means that memory exists.
  }

  /// Takes bytes out and closes the gap.
  mutating func remove(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the buffer")
    guard let base, !range.isEmpty else { return }
    memmove(base + range.lowerBound, base + range.upperBound, count - range.upperBound)
    count -= range.count
  }

  /// Forgets the bytes behind `length`.
  mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count, "more bytes than the buffer holds")
    count = length
  }

  /// Forgets the bytes; gives memory back when it is more than `limit`.
  mutating func removeAll(keeping limit: Int = .max) {
    count = 0
    if capacity > limit {
      free(base)
      base = nil
      capacity = 0
    }
  }
}

/// The digit `0…9a…f` of a value below 16.
func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
}

/// The value of a hexadecimal digit, or nil.
func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
