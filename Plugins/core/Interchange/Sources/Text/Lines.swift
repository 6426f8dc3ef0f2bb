/// Takes a text apart into lines, piece by piece. Lines end in LF or CR LF; a byte order mark is passed over.
struct Lines: Sendable {
  private let limit: Int
  private var input: [UInt8] = []
  private var position = 0
  private var hasEnded = false
  /// The number of the line that was read last, from 1.
  private(set) var number = 0

  /// - Parameter limit: The most bytes that one line may have.
  init(limit: Int = 1 << 20) {
    self.limit = limit
  }

  mutating func feed(_ bytes: [UInt8]) {
    if position == input.count {
      input = bytes
    } else {
      input.removeFirst(position)
      input += bytes
    }
    position = 0
  }

  mutating func end() {
    hasEnded = true
  }

  /// The next line without its end; nil when more content is needed, or after the end when there is none left.
  mutating func next() throws(ImportFailure) -> String? {
    if number == 0 {
      guard input.count >= 3 || hasEnded else { return nil }
      if input.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }
    let end = input[position...].firstIndex(of: .lineFeed)
    guard (end ?? input.count) - position <= limit else {
      throw ImportFailure("line \(number + 1) is longer than \(limit) bytes")
    }
    guard let end else {
      guard hasEnded, position < input.count else { return nil }
      defer { position = input.count }
      return try text(upTo: input.count)
    }
    defer { position = end + 1 }
    return try text(upTo: end)
  }

  private mutating func text(upTo end: Int) throws(ImportFailure) -> String {
    number += 1
    let line = input[position..<end]
    guard !line.contains(0) else {
      throw ImportFailure("line \(number) is no text: it has a zero byte; save the file as UTF-8")
    }
    return String(decoding: line.last == .carriageReturn ? line.dropLast() : line, as: UTF8.self)
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    // Nearly all texts have nothing to take away.
    if let first = unicodeScalars.first, let last = unicodeScalars.last, first.isASCIIText, last.isASCIIText {
      return String(self)
    }
    let scalars = unicodeScalars
    guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(self[start..<scalars.index(after: end)])
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIText: Bool { isASCII && !UInt8(ascii: self).isASCIISpace }
}
