import ArgumentParser
import OrchestronHost

struct MCPUninstall: Command {
  static let configuration = CommandConfiguration(
    commandName: "uninstall",
    abstract: "Take Orchestron out of the configuration of an MCP client.",
    discussion: """
      The rest of the file stays as it is, and a copy of it is left beside it.

      Examples:
        orchestron mcp uninstall --client claude-code
        orchestron mcp uninstall --client claude-code --scope user --name plan
      """)

  @OptionGroup var client: ClientOptions

  @Flag(help: "Take a server of that name out also when it is another program's.")
  var force = false

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let (target, backup) = try asProblem { () throws(Failure) in try remove() }
    if output.json {
      return Output.json([
        "client": .string(target.client.rawValue), "scope": .string(target.scope.rawValue),
        "file": .string(target.file), "name": .string(client.name), "backup": backup.map { .string($0) } ?? .null,
      ])
    }
    Output.line("\(target.title): \"\(client.name)\" is no longer in \(target.file)")
    if let backup { Output.line("  as it was before: \(backup)") }
  }

  private func remove() throws(Failure) -> (ClientProgram.Place, backup: String?) {
    let surroundings = Surroundings.current()
    let target = try client.place(in: surroundings)
    var file = try ClientFile(target.file)
    guard let server = file.text.value.at(target.path) else {
      throw Failure(.notFound, "\(target.file) has no server \"\(client.name)\"\(try elsewhere(surroundings))")
    }
    guard force || server.isOurs else {
      throw Failure(
        .failedPrecondition,
        "\"\(client.name)\" in \(target.file) is another program; --force takes it out all the same")
    }
    try file.change { text throws(Failure) in try text.remove(at: target.path) }
    return (target, try file.save())
  }

  /// Under which other scopes there is one.
  private func elsewhere(_ surroundings: Surroundings) throws(Failure) -> String {
    for scope in client.client.scopes {
      let place = try client.client.place(scope, name: client.name, in: surroundings)
      guard let file = try? ClientFile(place.file), file.text.value.at(place.path) != nil else { continue }
      return "; there is one by --scope \(scope.rawValue)"
    }
    return ""
  }
}
