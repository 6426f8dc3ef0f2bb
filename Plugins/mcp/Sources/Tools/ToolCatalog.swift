import MCPProtocol
import PluginKit

/// All public methods, read again when a service has come or gone.
@Loop
final class ToolCatalog {
  /// The longest name of a tool: some clients refuse a list with a longer one.
  static let longestName = 48

  private let host: Host
  private let settings: Settings
  private(set) var methods: [String: MethodTool] = [:]
  private(set) var tools: [String: MethodTool] = [:]
  /// In the order of their names.
  private(set) var sorted: [MethodTool] = []
  /// The services with what they are about, in the order of their names.
  private(set) var services: [(name: String, doc: String)] = []
  /// Names of declared tools that are taken, and about which the log has been told.
  private var refused: Set<String> = []
  /// Set when a service has come or gone.
  var isStale = true

  init(_ host: Host, _ settings: Settings) {
    self.host = host
    self.settings = settings
  }

  /// Reads the methods when they have changed.
  func refresh() async throws(RPCError) {
    guard isStale else { return }
    isStale = false
    do throws(Failure) {
      let body = try await host.call("host.services", "{}")
      read(try host.parse(body))
    } catch {
      isStale = true
      throw RPCError(error)
    }
  }

  private func read(_ list: JSONValue) {
    (methods, tools, services) = ([:], [:], [])
    for service in list["items"].elements {
      // Calling the server through itself makes no sense.
      guard let name = service["name"].string, name != "mcp" else { continue }
      services.append((name, service["doc"].string ?? ""))
      let plugin = service["plugin"].string ?? ""
      for json in service["methods"].elements {
        guard let method = MethodTool(json, of: name, plugin: plugin) else { continue }
        // What belongs to other MCP servers is shown when the configuration says so.
        let isForeign = name.hasPrefix("mcp_") && name != "mcp_servers"
        if !isForeign || settings.exports(method.toolName) { add(method) }
      }
    }
    sorted = tools.values.sorted { $0.toolName < $1.toolName }
    services.sort { $0.name < $1.name }
  }

  private func add(_ method: MethodTool) {
    methods[method.fullName] = method
    let name = method.toolName
    if name.utf8.count > Self.longestName {
      host.log(
        .warn, "\(method.fullName) is no tool of its own: \"\(name)\" is longer than \(Self.longestName) characters")
    } else if BuiltInTool(rawValue: name) != nil {
      host.log(.warn, "\(method.fullName) of \"\(method.plugin)\" is no tool of its own: \"\(name)\" is one of mcp's")
    } else if let other = tools[name] {
      host.log(
        .warn,
        "\(method.fullName) of \"\(method.plugin)\" is no tool of its own: \(other.fullName) of \"\(other.plugin)\" has the name \"\(name)\""
      )
    } else {
      tools[name] = method
    }
  }

  /// Whether a name is no tool of ours, so that a plugin may have it for one that it declares; the log says so once.
  func isFree(_ name: String, for plugin: String) -> Bool {
    let owner: String
    if let method = tools[name] {
      owner = "\(method.fullName) of \"\(method.plugin)\""
    } else if BuiltInTool(rawValue: name) != nil {
      owner = "the plugin \"mcp\""
    } else {
      return true
    }
    if refused.insert(name).inserted {
      host.log(.warn, "the tool \"\(name)\" that \"\(plugin)\" declares is not shown: \(owner) has that name")
    }
    return false
  }

  /// The method that somebody means: `tasks.list`, or as tools are named, `tasks_list`.
  func method(named name: String) -> MethodTool? { methods[name] ?? tools[name] }

  /// Names that look like one that does not exist, best first.
  func similar(to name: String, for rights: Rights) -> [String] {
    let wanted = SearchWords(name)
    let found = methods.values.filter { $0.isAllowed(rights) }.map { (wanted.score(of: $0), $0.fullName) }
      .filter { $0.0 > 0 }
    return found.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 > $1.0 }.prefix(3).map(\.1)
  }
}
