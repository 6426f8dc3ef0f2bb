import ArgumentParser
import OrchestronHost

struct PluginManifest: Command {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Print everything that a library declares, as JSON.",
    discussion: """
      Loads the library and calls its entry function, nothing else. Takes the library itself, which needs no \
      plugin.json, or a plugin's folder.

      Examples:
        orchestron plugin manifest ./build/librice.so
        orchestron plugin manifest ./my-plugin
      """)

  @Argument(help: ArgumentHelp("A library, or a plugin's folder.", valueName: "file"))
  var path: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let declaration = try asProblem { () throws(Failure) in
      let place = try Place(self.place)
      let path = place.surroundings.absolute(self.path)
      let plugin = Discovery.scan([path])
      return try place.inspect { runtime throws(Failure) in
        if let manifest = plugin.manifests.first { return try Inspection(manifest, runtime: runtime) }
        return try Inspection(library: path, runtime: runtime)
      }.json
    }
    Output.json(declaration)
  }
}
