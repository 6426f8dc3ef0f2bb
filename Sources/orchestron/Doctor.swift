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
    try examination.tell(output)
  }
}
