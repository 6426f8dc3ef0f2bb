import ArgumentParser
import OrchestronHost

struct ConfigCheck: Command {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the configuration, with the section of each plugin against its schema.",
    discussion: """
      Exit code 0 when a host would take it, 2 when it would not.

      Examples:
        orchestron config check
        orchestron config check --config ./production.json --json
      """)

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let place = try asProblem { () throws(Failure) in try Place(self.place) }
    let manifests = Discovery.scan(place.pluginRoots).manifests
    let warnings = place.configuration.unusedSections(among: manifests)
    let violations = place.configuration.violations(among: manifests)
    if let first = violations.first {
      for other in violations.dropFirst() where !output.json { Output.standardError("error: \(other.message)\n") }
      throw Problem(first)
    }
    if output.json {
      Output.json(["ok": true, "warnings": .array(warnings.map { .string($0) })])
    } else {
      for warning in warnings { Output.line("warning: \(warning)") }
      Output.line("ok: \(place.configuration.file ?? "no configuration file; defaults")")
    }
  }
}
