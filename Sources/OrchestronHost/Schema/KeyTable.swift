import Glibc

/// An immutable set of strings that is searched by bytes, without making a `String` of what is looked for.
final class KeyTable: Sendable {
  /// The strings, in the table's own order (by length, then by bytes).
  let names: [String]

  private let bytes: [UInt8]
  private let ends: [Int]

  init(_ names: some Sequence<String>) {
    var distinct: [[UInt8]] = []
    let sorted = names.map { Array($0.utf8) }.sorted {
      $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1)
    }
    for name in sorted where name != distinct.last { distinct.append(name) }
    self.names = distinct.map { String(decoding: $0, as: UTF8.self) }
    bytes = Array(distinct.joined())
    ends = distinct.reduce(into: []) { ends, name in ends.append((ends.last ?? 0) + name.count) }
  }

  var count: Int { ends.count }

  /// The position of the string with these bytes, or nil when it is not in the table.
  func position(of key: UnsafeRawBufferPointer) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var low = 0
      var high = ends.count
      while low < high {
        let middle = (low + high) / 2
        let start = middle == 0 ? 0 : ends[middle - 1]
        let length = ends[middle] - start
        var order = key.count - length
        if order == 0 {
          guard length > 0, let a = key.baseAddress, let b = bytes.baseAddress else { return middle }
          order = Int(memcmp(a, b + start, length))
          if order == 0 { return middle }
        }
        if order < 0 { high = middle } else { low = middle + 1 }
      }
      return nil
    }
  }

  func position(of key: String) -> Int? {
    var key = key
    return key.withUTF8 { position(of: UnsafeRawBufferPointer($0)) }
  }
}
