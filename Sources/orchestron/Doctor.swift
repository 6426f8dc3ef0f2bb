import ArgumentParser
import OrchestronHost

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look for what may keep a host from running here.",
    discussion: """
      Checks the storage folder, its lock, the running host, the configuration, the plugins with their libraries, and \
      whether the ports are free. Exit code 0 when nothing is in the way, else 1.

      Examples:
        orchestron doctor
        orchestron doctor --storage /var/lib/orchestron --json
      """)

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var examination = Examination()
    do throws(Failure) {
      let place = try Place(self.place)
      examination.add("configuration", .ok, place.configuration.file ?? "no file; defaults")
      examination.examine(place)
    } catch {
      examination.add("configuration", .failed, error.message)
    }
    let failed = examination.findings.count { $0.state == .failed }
    if output.json {
      Output.json([
        "ok": .bool(failed == 0),
        "checks": .array(
          examination.findings.map {
            ["name": .string($0.name), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
          }),
      ])
    } else {
      for finding in examination.findings {
        Output.line("\(finding.state.label)  \(finding.name): \(finding.detail)")
      }
    }
    if failed > 0 { throw ExitCode(1) }
  }
}
