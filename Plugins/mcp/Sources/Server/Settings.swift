import PluginKit

/// The configuration, which the host has validated.
struct Settings {
  var role = Role.member
  var profile = "minimal"
  var profiles: [String: [String]] = [:]
  var confirms = true
  var resultBytes = 65_536
  var keptBytes = 33_554_432
  var sessions = 1000
  var requests = 20_000
  /// Milliseconds.
  var callTime: Int64 = 300_000
  var sessionTime: Int64 = 3_600_000

  init() {}

  init(_ config: JSONValue) {
    role = config["role"].string.flatMap(Role.init(rawValue:)) ?? role
    profile = config["profile"].string ?? profile
    for (name, patterns) in config["profiles"].members {
      profiles[name] = patterns.elements.compactMap(\.string)
    }
    confirms = config["confirm"].bool ?? confirms
    let limits = config["limits"]
    resultBytes = limits["resultBytes"].int ?? resultBytes
    keptBytes = limits["keptBytes"].int ?? keptBytes
    sessions = limits["sessions"].int ?? sessions
    requests = limits["requests"].int ?? requests
    let times = config["times"]
    callTime = times["call"].int.map(Int64.init) ?? callTime
    sessionTime = times["session"].int.map(Int64.init) ?? sessionTime
  }

  /// Whether there is a profile of that name.
  func hasProfile(_ name: String) -> Bool { name == "minimal" || name == "full" || profiles[name] != nil }

  /// Whether a tool that belongs to another MCP server (the plugin mcp-client made a method of it) is shown all the same:
  /// when a profile names it, or its server (`mcp_files_*`).
  func exports(_ tool: String) -> Bool {
    profiles.values.joined().contains { $0.hasPrefix("mcp_") && Profile.matches(tool, $0) }
  }

  /// The names of all profiles, for people.
  var profileNames: String { (["minimal", "full"] + profiles.keys.sorted()).joined(separator: ", ") }
}
