import Glibc

/// Where the plugin under test lies.
struct PluginPlace {
  /// The folder with `plugin.json`.
  let folder: String
  /// True for a library without a `plugin.json`: then the folder is one made up for it.
  let standsAlone: Bool

  /// How many folders above a library may hold its `plugin.json` (`target/release/lib….so`).
  private static let reach = 3

  /// - Parameters:
  ///   - path: A plugin's folder or library, absolute.
  ///   - shownAs: As the user named it.
  ///   - scratch: Where a folder may be made for a library that stands alone.
  init(_ path: String, shownAs name: String, scratch: String) throws(Failure) {
    var info = stat()
    guard stat(path, &info) == 0 else {
      throw Failure(
        .invalidArgument, "\(name) cannot be read: \(errorText(errno)); name a plugin's folder or its library")
    }
    if info.st_mode & S_IFMT == S_IFDIR {
      guard access(Manifest.file(in: path), F_OK) == 0 else {
        throw Failure(
          .invalidArgument, "the folder \(name) holds no plugin.json; name a plugin's folder or its library")
      }
      folder = path
      standsAlone = false
      return
    }
    if let home = PluginPlace.home(of: path) {
      folder = home
      standsAlone = false
    } else {
      folder = scratch
      standsAlone = true
      try PluginPlace.makeHome(for: path, shownAs: name, in: scratch)
    }
  }

  /// The folder whose `plugin.json` names the library.
  private static func home(of library: String) -> String? {
    guard let library = FilePath.real(library) else { return nil }
    var folder = library
    for _ in 0..<reach {
      folder = FilePath.folder(of: folder)
      guard access(Manifest.file(in: folder), F_OK) == 0 else { continue }
      let path = try? Discovery.scan([folder]).manifests.first?.libraryPath()
      return path == library ? folder : nil
    }
    return nil
  }

  /// Makes a plugin's folder of a library alone. The name of its entry is all that is known of it so far.
  private static func makeHome(for library: String, shownAs name: String, in folder: String) throws(Failure) {
    let symbols: [String]
    do throws(PluginFault) { symbols = try ELFContents(path: library).exports.map(\.name) } catch {
      throw Failure(.invalidArgument, error.description)
    }
    let prefix = "orch_plugin_"
    guard let symbol = symbols.first(where: { $0.hasPrefix(prefix) }) else {
      throw Failure(
        .invalidArgument,
        "\(name) does not export a symbol \(prefix)…; define it with ORCH_PLUGIN and check that it is not hidden")
    }
    let id = String(symbol.dropFirst(prefix.count)).replacing("_", with: "-")
    try FilePath.makeFolder(folder, mode: 0o700)
    try writeManifest(["id": .string(id), "version": "0.0.0"], in: folder)
    let target = "\(folder)/lib\(id).so"
    guard link(library, target) == 0 || copy(library, to: target) else {
      throw Failure(.failedPrecondition, "\(name) cannot be copied to \(folder): \(errorText(errno))")
    }
  }

  private static func copy(_ source: String, to target: String) -> Bool {
    guard let file = try? MappedFile(source) else { return false }
    let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else { return false }
    defer { close(output) }
    return write(output, file.bytes.baseAddress, file.bytes.count) == file.bytes.count
  }

  private static func writeManifest(_ object: JSON, in folder: String) throws(Failure) {
    try FilePath.replace(Manifest.file(in: folder), with: object.bytes)
  }

  /// Completes a made-up manifest by what the library itself says.
  func completeManifest(with declared: JSON) throws(Failure) {
    guard standsAlone, let id = declared["id"], let version = declared["version"], let provides = declared["provides"]
    else { return }
    try PluginPlace.writeManifest(["id": id, "version": version, "provides": provides], in: folder)
  }
}
