/// Where plugins are looked for.
public enum PluginPath {
  /// The folders, in order: `plugins` of the staged or installed tree that the program belongs to, then
  /// `ORCHESTRON_PLUGIN_PATH` (parted by `:`), then those of the configuration, then those of `--plugin-dir`.
  public static func roots(
    _ configuration: Configuration, flags: [String] = [], in surroundings: Surroundings
  ) -> [String] {
    var roots: [String] = []
    for folder in surroundings.programFolders {
      let tree = FilePath.folder(of: folder)
      let found = ["\(tree)/plugins", "\(tree)/lib/orchestron/plugins"].filter(FilePath.isFolder)
      roots += found
      if !found.isEmpty { break }
    }
    let named = (surroundings["ORCHESTRON_PLUGIN_PATH"] ?? "").split(separator: ":").map(String.init)
    roots += named.map(surroundings.absolute)
    roots += configuration.pluginFolders
    roots += flags.map(surroundings.absolute)
    return roots
  }
}
