import ArgumentParser
import OrchestronHost

struct MCPServe: Command {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Speak MCP on standard input and output; what a client starts.",
    discussion: """
      One message a line. Connects to the host of the storage folder, or starts one in the background, which serves \
      all clients of the folder and ends a minute after the last one. `orchestron run` takes over from it; the client \
      keeps its connection. Ends with exit code 0 when the input ends. Log: background.log in the storage folder.

      Examples:
        orchestron mcp
        orchestron mcp serve --storage /srv/plan/.orchestron --profile full
        orchestron mcp serve --role viewer
      """)

  @OptionGroup var place: PlaceOptions
  @OptionGroup var wishes: MCPOptions

  @Option(help: .hidden)
  var linger = 60

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    try asProblem { () throws(Failure) in
      try Bridge(HostSeeker(place, linger: linger), wishes: wishes.arguments).run()
    }
  }
}

/// What a client may want to see.
struct MCPOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which tools are offered: minimal, full, or one of the configuration; minimal unless given.", valueName: "name"))
  var profile: String?

  @Option(
    help: ArgumentHelp("Do no more than this role may: viewer, member, maintainer or admin.", valueName: "name"))
  var role: String?

  /// The arguments of `mcp.open`.
  var arguments: JSONObject {
    var object: JSONObject = [:]
    object["profile"] = profile.map { .string($0) }
    object["role"] = role.map { .string($0) }
    return object
  }
}

extension HostSeeker {
  /// Looks for the host of the place; one that has to be started gets these plugins and this configuration.
  init(_ options: PlaceOptions, linger: Int = 60) {
    let storage = StorageFolder.locate(options.storage, in: .current())
    self.init(storage) { () throws(Failure) in
      try BackgroundHost(try Place(options), pluginDirs: options.pluginDirs, linger: linger)
    }
  }
}
