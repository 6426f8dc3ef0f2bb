import Glibc

/// One check for a child process to make, as its parent writes it down.
struct CheckTask {
  /// The name of the file within the child's workspace.
  static let file = "task.json"

  var check: Check
  /// The method, of a check that is made for each.
  var method: String?
  /// The plugin's folder.
  var folder: String
  /// Where what it requires is looked for, and how all of it is configured.
  var options: Host.Options

  var name: String { method.map { "\(check.rawValue) \($0)" } ?? check.rawValue }

  init(_ check: Check, method: String? = nil, folder: String, options: Host.Options) {
    self.check = check
    self.method = method
    self.folder = folder
    self.options = options
  }

  init(readFrom path: String) throws(Failure) {
    var bytes: [UInt8] = []
    let json: JSON
    do {
      _ = try SmallFile.read(path, relativeTo: AT_FDCWD, shownAs: path, into: &bytes)
      json = try JSON(parsing: bytes)
    } catch {
      throw Failure(.invalidArgument, "\(path) is no task: \(error)")
    }
    guard let check = json["check"]?.string.flatMap(Check.init), let folder = json["folder"]?.string else {
      throw Failure(.invalidArgument, "\(path) names no check or no folder")
    }
    self.init(check, method: json["method"]?.string, folder: folder, options: Host.Options())
    options.pluginRoots = (json["roots"]?.array ?? []).compactMap(\.string)
    options.disabled = Set((json["disabled"]?.array ?? []).compactMap(\.string))
    for (service, plugin) in json["providers"]?.object ?? [:] { options.providers[service] = plugin.string }
    for (id, configuration) in json["plugins"]?.object ?? [:] { options.plugins[id] = configuration }
  }

  var json: JSON {
    var object: JSONObject = [
      "check": .string(check.rawValue),
      "folder": .string(folder),
      "roots": .array(options.pluginRoots.map { .string($0) }),
      "disabled": .array(options.disabled.sorted().map { .string($0) }),
      "providers": .object(
        JSONObject(options.providers.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
      "plugins": .object(JSONObject(options.plugins.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
    ]
    object["method"] = method.map { .string($0) }
    return .object(object)
  }
}
