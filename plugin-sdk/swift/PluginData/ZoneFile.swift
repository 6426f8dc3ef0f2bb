/// What a compiled time zone file says (RFC 8536).
struct ZoneFile {
  private(set) var changes: [Int64] = []
  private(set) var offsets: [Int32] = []
  private(set) var initial: Int32 = 0
  private(set) var rule: ZoneRule?

  /// - Returns: nil when the bytes are no such file.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let header = Header(&reader) else { return nil }
    var counts = header
    var width = 4
    if header.version >= 2 {
      // The first block is for readers that know 32-bit times only.
      guard reader.skip(header.size(width: 4)), let second = Header(&reader) else { return nil }
      counts = second
      width = 8
    }
    guard counts.types > 0, counts.times <= 10_000, read(&reader, counts, width) else { return nil }
    if header.version >= 2 {
      guard reader.skip(counts.tail(width: width)), let footer = reader.line() else { return nil }
      if !footer.isEmpty { rule = ZoneRule(footer) }
    }
  }

  private mutating func read(_ reader: inout ByteReader, _ counts: Header, _ width: Int) -> Bool {
    for _ in 0..<counts.times {
      guard let time = reader.integer(width) else { return false }
      changes.append(time)
    }
    var kinds: [Int] = []
    for _ in 0..<counts.times {
      guard let kind = reader.integer(1) else { return false }
      kinds.append(Int(UInt8(truncatingIfNeeded: kind)))
    }
    var types: [Int32] = []
    for _ in 0..<counts.types {
      guard let offset = reader.integer(4), reader.skip(2), abs(offset) < 26 * 3600 else { return false }
      types.append(Int32(offset))
    }
    guard kinds.allSatisfy(types.indices.contains), changes == changes.sorted() else { return false }
    offsets = kinds.map { types[$0] }
    initial = types[0]
    return true
  }

  private struct Header {
    let version: Int
    let types: Int
    let times: Int
    private let characters: Int
    private let leaps: Int
    private let standards: Int
    private let universals: Int

    init?(_ reader: inout ByteReader) {
      guard reader.integer(4) == 0x545a_6966, let version = reader.integer(1), reader.skip(15) else { return nil }
      self.version = version == 0 ? 1 : Int(version) - 0x30
      var counts: [Int] = []
      for _ in 0..<6 {
        guard let count = reader.integer(4), (0...100_000).contains(count) else { return nil }
        counts.append(Int(count))
      }
      (universals, standards, leaps, times, types, characters) =
        (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
    }

    /// Bytes of the block behind the header.
    func size(width: Int) -> Int { times * (width + 1) + types * 6 + tail(width: width) }

    /// Bytes behind the types.
    func tail(width: Int) -> Int { characters + leaps * (width + 4) + standards + universals }
  }
}

/// Takes numbers from the front of bytes.
private struct ByteReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= bytes.count - place else { return false }
    place += count
    return true
  }

  /// A signed number, the highest byte first.
  mutating func integer(_ width: Int) -> Int64? {
    guard width <= bytes.count - place else { return nil }
    var value: Int64 = bytes[place] >= 0x80 && width > 1 ? -1 : 0
    for byte in bytes[place..<place + width] { value = value << 8 | Int64(byte) }
    place += width
    return value
  }

  /// The text between two line feeds.
  mutating func line() -> String? {
    guard place < bytes.count, bytes[place] == 0x0a,
      let end = bytes[(place + 1)...].firstIndex(of: 0x0a)
    else { return nil }
    return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
  }
}
