import Glibc

extension Manifest {
  /// The library's absolute path with all symbolic links resolved: what the loader opens.
  ///
  /// The file must exist and lie inside the plugin's folder; nothing is read from it.
  /// - Throws: ``PluginFault`` that names the manifest, or the library when it leads out of the folder.
  public func libraryPath() throws(PluginFault) -> String {
    try resolved(library, key: "library", whenMissing: "build the plugin, or correct the key \"library\"")
  }

  /// The JSON Schema of the plugin's configuration, or nil when it has none. Reads the file that holds it, if there is one.
  ///
  /// - Throws: ``PluginFault`` that names the file that is missing, too large or not JSON.
  public func schema() throws(PluginFault) -> JSON? {
    let path: String
    switch configSchema {
    case .inline(let schema): return schema
    case .file(let relative):
      path = try resolved(
        relative, key: "configSchema", whenMissing: "add the file, or correct the key \"configSchema\"")
    case .conventional:
      guard access(folder + "/config.schema.json", F_OK) == 0 else { return nil }
      path = try resolved("config.schema.json", key: "configSchema", whenMissing: "add the file")
    }
    var bytes: [UInt8] = []
    _ = try SmallFile.read(path, relativeTo: AT_FDCWD, shownAs: path, into: &bytes)
    do {
      return try JSON(parsing: bytes)
    } catch {
      throw PluginFault(path: path, reason: "this is not valid JSON: \(error.message)")
    }
  }

  /// Resolves symbolic links of a path given relative to the folder, and refuses one that leads out of it.
  private func resolved(_ relative: String, key: String, whenMissing fix: String) throws(PluginFault) -> String {
    guard let root = realPath(folder) else {
      throw PluginFault(path: folder, reason: "the plugin's folder cannot be read any more: \(errorText(errno))")
    }
    guard let path = realPath(folder + "/" + relative) else {
      let reason = errno == ENOENT ? "which does not exist" : "which cannot be read (\(errorText(errno)))"
      throw PluginFault(path: file, reason: "\"\(key)\" is \"\(relative)\", \(reason); \(fix)")
    }
    guard path.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
      throw PluginFault(
        path: folder + "/" + relative,
        reason: "this leads to \(path), outside of the plugin's folder; put the file itself into the folder")
    }
    return path
  }
}

private func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
