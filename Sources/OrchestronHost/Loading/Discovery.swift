import Glibc

/// Finds plugins by their manifests. No library is opened.
public enum Discovery {
  /// What was found below some roots.
  public struct Findings: Sendable, Equatable {
    /// The usable manifests: in the order of the roots, within a root by folder name. No two share an id.
    public fileprivate(set) var manifests: [Manifest] = []
    /// Everything that could not be used, in the same order.
    public fileprivate(set) var faults: [PluginFault] = []
  }

  /// Reads the manifests below the given roots.
  ///
  /// A root is one plugin's own folder (it holds `plugin.json`) or a folder of such folders; folders without a manifest and
  /// those whose name begins with a dot are passed over. A folder reached twice counts once. Of two plugins with one id (and
  /// so with one entry symbol) the first found is used and the other becomes a fault that names both. A root that does not
  /// exist is a fault.
  ///
  /// Blocks for about 10 µs a plugin; may be called on any thread.
  public static func scan(_ roots: [String]) -> Findings {
    var scanner = Scanner()
    for root in roots { scanner.scan(root: withoutTrailingSlashes(root)) }
    return scanner.findings
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    return String(path)
  }
}

private struct Scanner {
  var findings = Discovery.Findings()
  private var buffer: [UInt8] = []
  private let document = JSONDocument()
  private var seenFiles: Set<SmallFile.Identity> = []
  private var folderOfPlugin: [PluginID: String] = [:]

  mutating func scan(root: String) {
    let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, let directory = fdopendir(descriptor) else {
      let problem =
        switch errno {
        case ENOENT: "this plugin folder does not exist; create it, or remove it from the plugin path"
        case ENOTDIR: "this is not a folder; name the folder that holds plugin.json, or a folder of such folders"
        case let number: "this plugin folder cannot be read: \(errorText(number))"
        }
      if descriptor >= 0 { close(descriptor) }
      findings.faults.append(PluginFault(path: root, reason: problem))
      return
    }
    defer { closedir(directory) }

    if readManifest("plugin.json", in: descriptor, folder: root) { return }
    for name in subfolders(of: directory, root: root) {
      _ = readManifest(name + "/plugin.json", in: descriptor, folder: root == "/" ? root + name : root + "/" + name)
    }
  }

  /// Reads one manifest and files it among the findings. Answers false when there is no such file.
  private mutating func readManifest(_ path: String, in directory: CInt, folder: String) -> Bool {
    do {
      let identity = try SmallFile.read(
        path, relativeTo: directory, shownAs: Manifest.file(in: folder), into: &buffer)
      guard let identity else { return false }
      guard seenFiles.insert(identity).inserted else { return true }
      add(try Manifest(parsing: buffer, folder: folder, using: document))
    } catch {
      findings.faults.append(error)
    }
    return true
  }

  private mutating func add(_ manifest: Manifest) {
    // An id has no underscore, so that two ids never share an entry symbol: comparing ids is enough.
    if let first = folderOfPlugin[manifest.id] {
      findings.faults.append(
        PluginFault(
          path: manifest.file,
          reason:
            "plugin \"\(manifest.id)\" (entry \(manifest.entrySymbol)) is already declared by \(Manifest.file(in: first)), "
            + "which is used; remove one of the two folders or change its id"))
      return
    }
    folderOfPlugin[manifest.id] = manifest.folder
    findings.manifests.append(manifest)
  }

  /// The names of what may be plugin folders, sorted.
  private mutating func subfolders(of directory: OpaquePointer, root: String) -> [String] {
    var names: [String] = []
    while let entry = readdir(directory) {
      let type = Int(entry.pointee.d_type)
      guard type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN else { continue }
      // The record may be shorter than the declared 256 bytes of the name: only its address is taken. The offset of a
      // stored field of a C struct is always known.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      if start.pointee == CChar(bitPattern: UInt8(ascii: ".")) { continue }
      guard let name = String(validatingCString: start) else {
        findings.faults.append(
          PluginFault(path: root, reason: "\"\(String(cString: start))\" has a name that is not UTF-8; rename it"))
        continue
      }
      names.append(name)
    }
    return names.sorted()
  }
}
