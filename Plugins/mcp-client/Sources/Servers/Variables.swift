import Glibc
import PluginKit

/// The host's environment, as far as servers get to see it.
enum Variables {
  /// What each program sees.
  static let passed = ["HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER"]

  static func host(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The environment of a program.
  static func environment(
    _ given: [String: String], of server: String, from host: (String) -> String? = host
  ) throws(Failure) -> [String: String] {
    var environment: [String: String] = [:]
    for name in passed { environment[name] = host(name) }
    if environment["PATH"] == nil { environment["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
    for (name, value) in given { environment[name] = try fill(value, of: server, from: host) }
    return environment
  }

  /// The variables that a text names.
  static func names(in text: String) -> [String] {
    text.split(separator: "${").dropFirst(text.hasPrefix("${") ? 0 : 1).compactMap { part in
      part.firstIndex(of: "}").map { CleanText.line(String(part[..<$0]), limit: 60) }
    }
  }

  /// The text with each `${NAME}` replaced by the host's variable.
  static func fill(
    _ text: String, of server: String, from host: (String) -> String? = host
  ) throws(Failure) -> String {
    var filled = ""
    var rest = Substring(text)
    while let begin = rest.firstRange(of: "${"), let end = rest[begin.upperBound...].firstIndex(of: "}") {
      let name = String(rest[begin.upperBound..<end])
      guard let value = host(name) else {
        throw Failure(
          .failedPrecondition,
          "the MCP server \"\(server)\" needs the variable \"\(CleanText.line(name, limit: 60))\", which the host does not have: set it where the host is started"
        )
      }
      filled += rest[..<begin.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }
}
