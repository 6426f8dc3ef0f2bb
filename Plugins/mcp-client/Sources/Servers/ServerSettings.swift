import MCPProtocol
import PluginKit

/// How one server is reached and what of it is used, as the configuration or an admin says.
struct ServerSettings: Sendable, Equatable {
  enum Address: Sendable, Equatable {
    case program(command: String, arguments: [String], environment: [String: String], folder: String?)
    case url(String, headers: [String: String])
  }

  var address: Address
  /// By their own names; nil for all.
  var tools: Set<String>?
  var permissions: [String: Effect]
  var streamed: Set<String>
  var timeoutSeconds: Int
  var isDisabled: Bool

  static let defaultTimeout = 60

  /// Reads what the schema of the configuration has let through.
  init(_ fields: Fields, name: String) throws(Failure) {
    guard Self.isName(name) else {
      throw Failure(
        .invalidArgument,
        "the MCP server \"\(CleanText.line(name, limit: 60))\" needs a name of the form [a-z][a-z0-9_]*, at most 40 characters"
      )
    }
    let command = fields["command"]?.string
    let url = fields["url"]?.string
    switch (command, url) {
    case (let command?, nil):
      guard fields["headers"] == nil else {
        throw Failure(.invalidArgument, "the MCP server \"\(name)\" is a program: \"headers\" are for a \"url\"")
      }
      address = .program(
        command: command, arguments: strings(fields["args"]) ?? [], environment: texts(fields["env"]),
        folder: fields["cwd"]?.string)
    case (nil, let url?):
      guard ["args", "env", "cwd"].allSatisfy({ fields[$0] == nil }) else {
        throw Failure(
          .invalidArgument, "the MCP server \"\(name)\" has a \"url\": args, env and cwd are for a \"command\"")
      }
      address = .url(url, headers: texts(fields["headers"]))
    default:
      throw Failure(.invalidArgument, "the MCP server \"\(name)\" needs either a \"command\" or a \"url\"")
    }
    tools = strings(fields["tools"]).map { Set($0) }
    streamed = Set(strings(fields["streamed"]) ?? [])
    permissions = texts(fields["permissions"]).compactMapValues(Effect.init(rawValue:))
    timeoutSeconds = fields["timeoutSeconds"]?.int.map { Int($0) } ?? Self.defaultTimeout
    isDisabled = fields["disabled"]?.bool == true
    try refuseSecrets(name)
  }

  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first), name.utf8.count <= 40 else { return false }
    return name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  /// Whether a header says who we are.
  static func isSecret(header: String) -> Bool {
    ["authorization", "cookie", "proxy-authorization", "x-api-key"].contains(header.lowercased())
  }

  /// A secret stands in a variable of the host's: configurations and stored state are read by many.
  private func refuseSecrets(_ name: String) throws(Failure) {
    guard case .url(_, let headers) = address else { return }
    for (header, value) in headers {
      guard HeaderText.isToken(header), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw Failure(
          .invalidArgument,
          "the MCP server \"\(name)\" has a header that HTTP does not allow: \"\(CleanText.line(header, limit: 60))\"")
      }
      if Self.isSecret(header: header), !value.contains("${") {
        throw Failure(
          .invalidArgument,
          "the header \"\(header)\" of the MCP server \"\(name)\" is a secret: put it into a variable of the host's and write ${NAME}"
        )
      }
    }
  }
}

private func strings(_ value: Value?) -> [String]? { value?.array?.compactMap(\.string) }

private func texts(_ value: Value?) -> [String: String] {
  var texts: [String: String] = [:]
  for (name, value) in value?.object?.members ?? [] { texts[name] = value.string }
  return texts
}
