import ArgumentParser
import OrchestronHost

struct ConfigShow: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the settings that a host would run with, as JSON.",
    discussion: """
      Defaults are filled in; secrets are redacted.

      Examples:
        orchestron config show
        LOG_LEVEL=debug orchestron config show --json
      """)

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let place = try asProblem { () throws(Failure) in try Place(self.place) }
    let configuration = place.configuration
    Output.json([
      "file": configuration.file.map { .string($0) } ?? .null,
      "sources": .array(configuration.sources.map { .string($0.name) }),
      "storage": .string(place.storage),
      "configuration": configuration.shown(for: Discovery.scan(place.pluginRoots).manifests),
    ])
  }
}
