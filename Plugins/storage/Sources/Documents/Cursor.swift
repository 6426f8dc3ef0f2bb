import PluginKit

/// Where a page of a result ended: the order values of its last document, and that document's number.
///
/// As text it is opaque, and bound to its query by a checksum: a cursor that was altered, or given to a query with
/// another filter or order, is refused instead of answering a wrong page.
struct Cursor: Equatable {
  let values: [Value]
  let n: Int64

  init(values: [Value], n: Int64) {
    self.values = values
    self.n = n
  }

  /// Reads the text of a cursor.
  ///
  /// - Parameter seed: what the query hashes to (`Query.cursorSeed`).
  init(_ text: String, seed: Checksum) throws(StorageError) {
    guard let bytes = Base64URL.decode(text.utf8), let cursor = Cursor(bytes, seed: seed) else {
      throw StorageError(
        .invalidArgument, "the cursor was altered, or belongs to another query; ask for the first page again")
    }
    self = cursor
  }

  private init?(_ bytes: [UInt8], seed: Checksum) {
    var reader = ByteReader(bytes)
    guard let checksum = reader.integer(), let n = reader.integer() else { return nil }
    var expected = seed
    expected.add(bytes.dropFirst(8))
    guard expected.value == UInt64(bitPattern: checksum) else { return nil }
    var values: [Value] = []
    while let tag = reader.byte() {
      switch tag {
      case 0: values.append(.null)
      case 1:
        guard let value = reader.integer() else { return nil }
        values.append(.int(value))
      case 2:
        guard let value = reader.integer() else { return nil }
        values.append(.double(Double(bitPattern: UInt64(bitPattern: value))))
      case 3:
        guard let text = reader.text() else { return nil }
        values.append(.text(text))
      default: return nil
      }
    }
    self.init(values: values, n: n)
  }

  func text(seed: Checksum) -> String {
    var payload: [UInt8] = []
    payload.append(integer: n)
    for value in values { payload.append(value: value) }
    var checksum = seed
    checksum.add(payload)
    var bytes: [UInt8] = []
    bytes.append(integer: Int64(bitPattern: checksum.value))
    return Base64URL.encode(bytes + payload)
  }
}

extension Query {
  /// What a cursor of this query is bound to: everything but the page itself.
  var cursorSeed: Checksum {
    let condition = condition
    var checksum = Checksum()
    checksum.add(collection.name.utf8)
    checksum.add(condition.sql.utf8)
    var values: [UInt8] = []
    for value in condition.values { values.append(value: value) }
    checksum.add(values)
    for field in order { checksum.add(field.text.utf8) }
    return checksum
  }
}

/// FNV-1a of 64 bits. It finds mistakes, not malice: a forged cursor only shows another page of the caller's own query.
struct Checksum {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // Ends each part, so that "ab" + "c" differs from "a" + "bc".
    value = (value ^ 0xff) &* 0x100_0000_01b3
  }
}

extension [UInt8] {
  fileprivate mutating func append(integer: Int64) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }

  /// Adds a tag and the value, as `Cursor.init` reads them.
  fileprivate mutating func append(value: Value) {
    switch value {
    case .null: append(0)
    case .bool(let value):
      append(1)
      append(integer: value ? 1 : 0)
    case .int(let value):
      append(1)
      append(integer: value)
    case .double(let value):
      append(2)
      append(integer: Int64(bitPattern: value.bitPattern))
    case .text(let value):
      append(3)
      append(integer: Int64(value.utf8.count))
      append(contentsOf: value.utf8)
    }
  }
}

/// Takes values from the front of bytes that came from outside.
private struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func integer() -> Int64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int64($1) }
  }

  mutating func text() -> String? {
    guard let count = integer(), count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return String(validating: rest.prefix(Int(count)), as: UTF8.self)
  }
}
