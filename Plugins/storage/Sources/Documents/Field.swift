/// A place in a document: names joined by dots, such as `status` or `forecast.p85`.
///
/// A field is checked when it is made and holds only letters, digits, `_` and dots, so that it may stand in SQL text.
struct Field: Sendable, Hashable {
  let path: String

  /// The longest path, in bytes.
  static let limit = 128

  init(_ path: String) throws(StorageError) {
    guard path.utf8.count <= Field.limit, Field.isWellFormed(path) else {
      throw StorageError(
        .invalidArgument,
        "\"\(path.prefix(Field.limit))\" is not a field; use names of letters, digits and _ joined by dots, "
          + "at most \(Field.limit) bytes, such as forecast.p85")
    }
    self.path = path
  }

  private static func isWellFormed(_ path: String) -> Bool {
    var atStart = true
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        atStart = false
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !atStart:
        continue
      case UInt8(ascii: ".") where !atStart:
        atStart = true
      default:
        return false
      }
    }
    return !atStart
  }

  /// Whether storage itself keeps it, in a column of its own in every collection.
  var isOwn: Bool { path == "id" || path == "revision" }

  /// The name of the column of an indexed field, quoted: its JSON path, which no other column can have.
  var column: String { "\"$.\(path)\"" }

  /// The name of the column that says whether the field has a value, quoted.
  var presence: String { "\"$.\(path)?\"" }

  /// The expression that reads the field out of the body.
  var extraction: String { "json_extract(body, '$.\(path)')" }
}

/// A field and the direction in which an index or a result runs; `-priority` is descending.
struct OrderedField: Sendable, Hashable {
  let field: Field
  let descending: Bool

  init(_ text: String) throws(StorageError) {
    descending = text.utf8.first == UInt8(ascii: "-")
    field = try Field(descending ? String(text.dropFirst()) : text)
  }

  var text: String { descending ? "-\(field.path)" : field.path }
  var direction: String { descending ? "DESC" : "ASC" }
}
