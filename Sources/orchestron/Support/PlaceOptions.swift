import ArgumentParser
import OrchestronHost

/// Which host a command means.
struct PlaceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("The storage folder.", valueName: "folder"))
  var storage: String?

  @Option(
    name: .customLong("plugin-dir"),
    help: ArgumentHelp("A further folder of plugins, or one plugin's own; may be repeated.", valueName: "folder"))
  var pluginDirs: [String] = []
}

/// The place that the options name.
struct Place {
  let surroundings: Surroundings
  let configuration: Configuration
  /// The folders in which plugins are looked for.
  let pluginRoots: [String]
  /// The storage folder, which need not exist.
  let storage: String

  init(_ options: PlaceOptions, flags: JSON = [:]) throws(Failure) {
    surroundings = .current()
    configuration = try Configuration(file: options.config, flags: flags, in: surroundings)
    pluginRoots = PluginPath.roots(configuration, flags: options.pluginDirs, in: surroundings)
    storage = StorageFolder.locate(options.storage, in: surroundings)
  }
}

extension Place {
  /// The manifest of the plugin with that id.
  func manifest(_ id: PluginID) throws(Failure) -> Manifest {
    let manifests = Discovery.scan(pluginRoots).manifests
    if let manifest = manifests.first(where: { $0.id == id }) { return manifest }
    let hint = nearest(id, in: manifests.map(\.id)).map { "did you mean \"\($0)\"?" }
    throw Failure(
      .notFound, "there is no plugin \"\(id)\"; \(hint ?? "`orchestron plugin list` shows those that are found")")
  }

  /// Reads libraries, with a runtime folder for the time that it takes.
  func inspect(_ body: (RuntimeFolder) throws(Failure) -> Inspection) throws(Failure) -> Inspection {
    let runtime = try RuntimeFolder(in: surroundings)
    defer { runtime.remove() }
    return try body(runtime)
  }
}
