/// Severity of a log line; the numbers are RFC 5424's.
enum LogLevel: Int, CaseIterable {
  case emergency, alert, critical, error, warning, notice, info, debug

  init?(name: String) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  var name: String { "\(self)" }

  static var names: String { allCases.map(\.name).joined(separator: ", ") }

  /// Whether a line of this level is wanted by who asked for those of `threshold`.
  func isWanted(at threshold: LogLevel) -> Bool { rawValue <= threshold.rawValue }
}
