import ArgumentParser
import Glibc
import OrchestronHost

/// The command line of Orchestron.
@main
struct Orchestron: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orchestron",
    abstract: "A plugin host: services in shared libraries, called over C, HTTP, WebSocket and this command line.",
    discussion: """
      Examples:
        orchestron run                                  start the host of this folder
        orchestron open                                 enter its dashboard by a browser
        orchestron call tasks.create title="Buy milk"   call a method, running host or not
        orchestron events --topic 'task:*'              follow what happens
        orchestron mcp install --client claude-code     let an assistant work with it
        orchestron plugin list                          see what is installed

      Exit codes: 0 ok, 1 failed, 2 wrong usage or argument, 3 not found, 4 not allowed, 5 conflict, 6 not available.
      """,
    version: Host.versionText,
    subcommands: [
      Run.self, Open.self, Call.self, Events.self, Import.self, Export.self, Backup.self, Restore.self,
      PluginGroup.self, ConfigGroup.self, MCPGroup.self, Doctor.self, VersionCommand.self,
    ])

  /// Runs the command that the arguments name. Wrong usage ends with exit code 2.
  static func main() {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
      Output.standardError("error: argument \(index) is not UTF-8; pass such bytes in a file, by name=@FILE\n")
      Glibc.exit(2)
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      guard code == .validationFailure else { exit(withError: error) }
      Output.standardError(fullMessage(for: error) + "\n")
      Glibc.exit(2)
    }
  }
}
