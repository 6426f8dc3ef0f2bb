import ArgumentParser

struct MCPGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract: "Serve the Model Context Protocol to an assistant, and connect assistants.",
    discussion: """
      Without a subcommand it is the server that a client starts: it speaks MCP on standard input and output.

      Examples:
        orchestron mcp install --client claude-code
        orchestron mcp doctor
        orchestron mcp tools --tokens
        orchestron mcp --storage /srv/plan/.orchestron --profile full
      """,
    subcommands: [MCPServe.self, MCPInstall.self, MCPUninstall.self, MCPDoctor.self, MCPTools.self],
    defaultSubcommand: MCPServe.self)
}
