/// Text of a server's is data: it is bounded, and what could steer a terminal or hide from a reader goes.
enum CleanText {
  /// One line of at most `limit` characters.
  static func line(_ text: String, limit: Int) -> String {
    var line = ""
    var count = 0
    var isSpaced = true
    for scalar in text.unicodeScalars {
      if isHidden(scalar) { continue }
      let isSpace = scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
      if isSpace && isSpaced { continue }
      if count == limit {
        line += "…"
        break
      }
      isSpaced = isSpace
      line.unicodeScalars.append(isSpace ? " " : scalar)
      count += 1
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Formatting that nobody sees: directions, joiners, tags.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .format, .privateUse, .surrogate, .unassigned: true
    default: false
    }
  }
}
