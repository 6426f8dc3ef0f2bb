import ArgumentParser
import OrchestronHost

struct MCPInstall: Command {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Write Orchestron into the configuration of an MCP client.",
    discussion: """
      The client will start `orchestron mcp` for this storage folder, by absolute paths; with --http it will connect to \
      a running host instead, with the token that its variable ORCHESTRON_TOKEN holds. The rest of the file stays as it \
      is, and a copy of it is left beside it.

      Examples:
        orchestron mcp install --client claude-code
        orchestron mcp install --client claude-code --scope user --profile full
        orchestron mcp install --client claude-code --http http://127.0.0.1:3001/mcp
        orchestron mcp install --client claude-desktop --storage ~/plan/.orchestron
      """)

  @OptionGroup var client: ClientOptions

  @Option(help: ArgumentHelp("Connect to a host that runs there instead of starting one.", valueName: "url"))
  var http: String?

  @Flag(help: "Replace another server of that name.")
  var force = false

  @OptionGroup var wishes: MCPOptions
  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let place = try asProblem { () throws(Failure) in try Place(self.place) }
    let target = try asProblem { () throws(Failure) in try client.place(in: place.surroundings) }
    let server = try asProblem { () throws(Failure) in try entry(for: place) }
    let (backup, isChanged) = try asProblem { () throws(Failure) in try put(server, into: target) }
    if output.json {
      return Output.json([
        "client": .string(target.client.rawValue), "scope": .string(target.scope.rawValue),
        "file": .string(target.file), "name": .string(client.name), "server": server, "changed": .bool(isChanged),
        "backup": backup.map { .string($0) } ?? .null,
      ])
    }
    Output.line("\(target.title): \"\(client.name)\" \(isChanged ? "is now" : "was already") in \(target.file)")
    if let backup { Output.line("  as it was before: \(backup)") }
    if http != nil {
      Output.line("  set ORCHESTRON_TOKEN where the client starts; `orchestron call tokens.create` makes one")
    }
    let isDesktop = target.client == .claudeDesktop
    Output.line("  \(isDesktop ? "restart Claude Desktop; " : "")`orchestron mcp doctor` tests it")
  }

  private func put(
    _ server: JSON, into target: ClientProgram.Place
  ) throws(Failure) -> (backup: String?, isChanged: Bool) {
    var file = try ClientFile(target.file)
    if let old = file.text.value.at(target.path) {
      if old == server { return (nil, false) }
      guard force || old.isOurs else {
        throw Failure(
          .alreadyExists,
          "\(file.path) has another server \"\(client.name)\"; choose a name by --name, or --force to replace it")
      }
    }
    try file.change { text throws(Failure) in try text.set(server, at: target.path) }
    return (try file.save(), true)
  }

  /// What the client's file says of us.
  private func entry(for place: Place) throws(Failure) -> JSON {
    if let http {
      guard client.client == .claudeCode else {
        throw Failure(
          .invalidArgument,
          "Claude Desktop's file has no servers by URL; add it in Settings > Connectors, or leave --http out")
      }
      guard http.hasPrefix("http://") || http.hasPrefix("https://"), http.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { throw Failure(.invalidArgument, "--http is \"\(http)\"; write a URL such as http://127.0.0.1:3001/mcp") }
      return ["type": "http", "url": .string(http), "headers": ["Authorization": "Bearer ${ORCHESTRON_TOKEN}"]]
    }
    var words = ["mcp", "--storage", place.storage]
    if let file = place.configuration.file { words += ["--config", place.surroundings.absolute(file)] }
    for folder in self.place.pluginDirs { words += ["--plugin-dir", place.surroundings.absolute(folder)] }
    if let profile = wishes.profile { words += ["--profile", profile] }
    if let role = wishes.role { words += ["--role", role] }
    var server: JSONObject = client.client == .claudeCode ? ["type": "stdio"] : [:]
    server["command"] = .string(try Program.path(in: place.surroundings))
    server["args"] = .array(words.map { .string($0) })
    server["env"] = [:]
    return .object(server)
  }
}

extension JSON {
  /// Whether a server of a client's file is one that was written by us.
  var isOurs: Bool {
    if self["headers"]?["Authorization"]?.string == "Bearer ${ORCHESTRON_TOKEN}" { return true }
    return self["args"]?[0]?.string == "mcp" && self["command"]?.string?.split(separator: "/").last == "orchestron"
  }
}
