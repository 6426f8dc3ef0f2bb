/// One SELECT over the views that owners of collections show.
struct SQLQuestion: Sendable {
  let text: String
  /// The values of its parameters, `?1` on.
  var parameters: [Value] = []
  /// The most rows that are answered.
  var limit = 1000
  /// The collections whose views it may read; each has one.
  var collections: [Collection] = []

  static let limits = 1...10_000
  /// The most bytes of its text, and of the rows that are answered.
  static let textLimit = 64 << 10
  static let answerLimit = 16 << 20

  /// The text without what may follow a statement.
  ///
  /// - Throws: `invalid_argument` when it asks for too much at once.
  func checked() throws(StorageError) -> String {
    guard SQLQuestion.limits.contains(limit), parameters.count <= 100 else {
      throw StorageError(
        .invalidArgument,
        "limit is \(limit) with \(parameters.count) parameters; it may be 1 to \(SQLQuestion.limits.upperBound), with "
          + "at most 100")
    }
    guard text.utf8.count <= SQLQuestion.textLimit, !text.utf8.contains(0) else {
      throw StorageError(
        .invalidArgument, "SQL text has at most \(SQLQuestion.textLimit) bytes, and no zero among them")
    }
    guard !SQLQuestion.namesATable(text) else {
      throw StorageError(
        .permissionDenied, "a name with a slash is that of a collection, which SQL sees through its view alone")
    }
    return text
  }

  /// Whether a quoted name has a slash, as the tables of collections do; names without quotes cannot have one.
  ///
  /// The authorizer cannot tell a view from a common table expression of the same name, and lets what bears the view's name
  /// read the view's table. So the table must not be named at all.
  private static func namesATable(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var place = 0
    /// Moves behind the next such byte, and says whether a slash came before it.
    func skip(to end: UInt8) -> Bool {
      let start = place
      while place < bytes.count, bytes[place] != end { place += 1 }
      defer { place += 1 }
      return bytes[start..<place].contains(UInt8(ascii: "/"))
    }
    while place < bytes.count {
      let byte = bytes[place]
      let next = place + 1 < bytes.count ? bytes[place + 1] : 0
      place += 1
      switch (byte, next) {
      // A doubled quote ends one name and begins the next; both are looked at.
      case (UInt8(ascii: "\""), _), (UInt8(ascii: "`"), _):
        if skip(to: byte) { return true }
      case (UInt8(ascii: "["), _):
        if skip(to: UInt8(ascii: "]")) { return true }
      case (UInt8(ascii: "'"), _):
        _ = skip(to: byte)
      case (UInt8(ascii: "-"), UInt8(ascii: "-")):
        _ = skip(to: UInt8(ascii: "\n"))
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        place += 1
        repeat { _ = skip(to: UInt8(ascii: "*")) } while place < bytes.count && bytes[place] != UInt8(ascii: "/")
        place += 1
      default: break
      }
    }
    return false
  }
}
