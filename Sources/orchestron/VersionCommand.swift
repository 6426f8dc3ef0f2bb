import ArgumentParser
import OrchestronHost

struct VersionCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.",
    discussion: """
      Examples:
        orchestron version
        orchestron version --json
      """)

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    if output.json {
      Output.json(["version": .string(Host.versionText), "abi": .string(Host.abiVersionText)])
    } else {
      Output.line("orchestron \(Host.versionText) (plugin ABI \(Host.abiVersionText))")
    }
  }
}
