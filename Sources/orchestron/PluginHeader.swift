import ArgumentParser
import OrchestronHost

struct PluginHeader: Command {
  static let configuration = CommandConfiguration(
    commandName: "header",
    abstract: "Print the C header by which plugins call a service.",
    discussion: """
      The header has a typed inline function for each method. Finds the plugin that provides the service.

      Examples:
        orchestron plugin header rice > rice.h
        orchestron plugin header rice --plugin-dir ./rice
      """)

  @Argument(help: "The name of a service.")
  var service: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let header = try asProblem { () throws(Failure) in
      let place = try Place(self.place)
      let manifests = Discovery.scan(place.pluginRoots).manifests
      let choice = place.configuration.options.providers[service]
      let providers = manifests.filter { $0.provides[service] != nil }
      guard let manifest = providers.first(where: { choice == nil || $0.id == choice }) else {
        let hint = nearest(service, in: manifests.flatMap { $0.provides.keys }.sorted())
        throw Failure(
          .notFound,
          "no plugin provides the service \"\(service)\""
            + (hint.map { "; did you mean \"\($0)\"?" } ?? "; name the folder of one that does by --plugin-dir"))
      }
      let inspection = try place.inspect { runtime throws(Failure) in try Inspection(manifest, runtime: runtime) }
      guard let header = inspection.header(of: service) else {
        throw Failure(
          .failedPrecondition, "plugin \"\(manifest.id)\" promises the service \"\(service)\" but does not declare it")
      }
      return header
    }
    if output.json {
      Output.json(["service": .string(service), "header": .string(header)])
    } else {
      Output.text(header)
    }
  }
}
