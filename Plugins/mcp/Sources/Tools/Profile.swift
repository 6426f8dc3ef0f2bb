/// Which tools are listed.
enum Profile {
  case minimal, full
  /// Names, or beginnings of names with `*` behind them.
  case list([String])

  /// Nil when there is none of that name.
  init?(_ name: String, _ settings: Settings) {
    if name == "minimal" {
      self = .minimal
    } else if name == "full" {
      self = .full
    } else if let list = settings.profiles[name] {
      self = .list(list)
    } else {
      return nil
    }
  }

  private static let minimalTools: Set<String> = ["tasks_list", "tasks_get", "tasks_create", "tasks_update"]

  /// Whether its tools show no schemas of results: it is the one for who has little room.
  var isShort: Bool { if case .minimal = self { true } else { false } }

  /// Whether it has the tool of a method.
  func hasMethod(_ name: String) -> Bool {
    switch self {
    case .minimal: Self.minimalTools.contains(name)
    case .full: true
    case .list(let names): Self.matches(name, names)
    }
  }

  /// Whether it has one of this plugin's own tools, which stand for all methods.
  func hasBuiltIn(_ name: String) -> Bool {
    switch self {
    case .minimal: true
    case .full: false
    case .list(let names): Self.matches(name, names)
    }
  }

  /// Whether it has a tool that a plugin declares for MCP.
  func hasDeclared(_ name: String) -> Bool {
    if case .list(let names) = self { Self.matches(name, names) } else { true }
  }

  private static func matches(_ name: String, _ patterns: [String]) -> Bool {
    patterns.contains { matches(name, $0) }
  }

  /// Whether a name is meant by a name, or by the beginning of one with `*` behind it.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
  }
}
