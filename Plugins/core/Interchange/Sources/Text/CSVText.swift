/// Values in the form of RFC 4180.
enum CSVText {
  /// Appends a row and its line end.
  static func append(_ fields: [String], to bytes: inout [UInt8]) {
    // A lone empty value needs its quotes: without them the line would be empty, and no row.
    if fields.count == 1, fields[0].isEmpty { bytes += "\"\"".utf8 }
    for (place, field) in fields.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      append(field, to: &bytes)
    }
    bytes += [.carriageReturn, .lineFeed]
  }

  private static func append(_ field: String, to bytes: inout [UInt8]) {
    let needsQuotes = field.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == .quote || $0 == .carriageReturn || $0 == .lineFeed
    }
    guard needsQuotes || field.utf8.first == 0xef else {
      bytes += field.utf8
      return
    }
    bytes.append(.quote)
    for byte in field.utf8 {
      if byte == .quote { bytes.append(.quote) }
      bytes.append(byte)
    }
    bytes.append(.quote)
  }

  // MARK: Lists

  /// Several values in one: a row within a value.
  static func list(_ values: [String]) -> String {
    var bytes: [UInt8] = []
    append(values, to: &bytes)
    return String(decoding: bytes.dropLast(2), as: UTF8.self)
  }

  /// The values of ``list(_:)``.
  static func values(_ list: String) -> [String] {
    var reader = CSVReader()
    reader.feed(Array(list.utf8))
    reader.end()
    // A value of a row that was read is shorter than the limit for rows.
    return (try? reader.next())?.fields ?? []
  }

  // MARK: Formulas

  /// Keeps spreadsheets from taking a text for a formula: a leading `= + - @`, tab or return gets an apostrophe before
  /// it, and so does an apostrophe before one of these, so that ``unguarded(_:)`` gives back the same text.
  static func guarded(_ text: String) -> String { startsFormula(text.utf8[...]) ? "'" + text : text }

  static func unguarded(_ text: String) -> String {
    let rest = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "'") && startsFormula(rest) ? String(Substring(rest)) : text
  }

  // By bytes: a combining mark behind the sign would hide it from a comparison of characters.
  private static func startsFormula(_ text: Substring.UTF8View) -> Bool {
    switch text.first(where: { $0 != UInt8(ascii: "'") }) {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "\t"),
      .carriageReturn, .lineFeed:
      true
    default: false
    }
  }
}
