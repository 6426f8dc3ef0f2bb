import CHost
import Glibc

/// What a plugin's library declares, read without making the plugin: its entry function alone runs.
public struct Inspection {
  public let id: PluginID
  public let version: String
  /// The ABI that the library was built for.
  public let abi: String
  /// What `plugin.json` says; nil for a library that stands alone.
  public let manifest: Manifest?
  let services: [ServiceDeclaration]
  let topics: [TopicDeclaration]

  /// Reads the library of a plugin.
  public init(_ manifest: Manifest, runtime: RuntimeFolder) throws(Failure) {
    try self.init(manifest, isStated: true, runtime) { library, plugin throws(Failure) in try library.load(plugin) }
  }

  /// Reads a library that has no manifest.
  public init(library path: String, runtime: RuntimeFolder) throws(Failure) {
    let folder = FilePath.folder(of: path)
    let symbols: [String]
    do throws(PluginFault) { symbols = try ELFContents(path: path).exports.map(\.name) } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    let prefix = "orch_plugin_"
    guard let symbol = symbols.first(where: { $0.hasPrefix(prefix) }) else {
      throw Failure(
        .failedPrecondition,
        "\(path) does not export a symbol \(prefix)…; define it with ORCH_PLUGIN and check that it is not hidden")
    }
    // The name of the symbol is all that is known before the library is asked.
    let id = symbol.dropFirst(prefix.count).replacing("_", with: "-")
    let manifest: Manifest
    do throws(PluginFault) {
      manifest = try Manifest(
        parsing: JSON.object(["id": .string(String(id)), "version": "0.0.0"]).bytes, folder: folder)
    } catch {
      throw Failure(.failedPrecondition, "\(path) exports \(symbol), which belongs to no plugin id: \(error.reason)")
    }
    try self.init(manifest, isStated: false, runtime) { library, plugin throws(Failure) in
      try library.open(path, of: plugin)
    }
  }

  private init(
    _ manifest: Manifest, isStated: Bool, _ runtime: RuntimeFolder,
    open: (Library, Plugin) throws(Failure) -> UnsafePointer<orch_plugin>
  ) throws(Failure) {
    var options = Host.Options()
    options.runtimeFolder = runtime.path
    // The plugin may keep its host for ever, so this one is never freed; nothing runs on it.
    let host = Host(options, loop: try Loop(), log: HostLog(level: .error, format: .pretty))
    _ = Unmanaged.passRetained(host)
    let plugin = Plugin(manifest, number: host.newID(), host: host)
    let descriptor = try open(host.library(), plugin)
    let reader = DeclarationReader()
    do throws(Failure) {
      services = try reader.services(descriptor.pointee.services, count: descriptor.pointee.n_services)
      topics = try reader.topics(descriptor.pointee.topics, count: descriptor.pointee.n_topics)
    } catch {
      throw Failure(error.status, "plugin \"\(plugin.id)\": \(error.message)")
    }
    id = cString(descriptor.pointee.id) ?? plugin.id
    version = cString(descriptor.pointee.version) ?? ""
    abi = "\(descriptor.pointee.abi_major).\(descriptor.pointee.abi_minor)"
    self.manifest = isStated ? manifest : nil
  }
}

extension Inspection {
  /// The full declaration: what the manifest says, where there is one, and every service, method and topic, internal
  /// ones included.
  public var json: JSON {
    var object = manifest?.json.object ?? ["id": .string(id), "version": .string(version)]
    object["abi"] = .string(abi)
    if manifest == nil {
      object["provides"] = .object(JSONObject(services.map { ($0.name, .string($0.version.description)) }))
    }
    object["services"] = .array(services.map { $0.json(includingInternal: true) })
    object["topics"] = .array(topics.map(\.json))
    return .object(object)
  }
}

extension Manifest {
  /// The manifest as `plugin.json` would say it, with `folder`, and with what is absent left out.
  public var json: JSON {
    func names(_ table: [String: some CustomStringConvertible]) -> JSON? {
      table.isEmpty
        ? nil : .object(JSONObject(table.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.description)) }))
    }
    var object: JSONObject = ["id": .string(id), "version": .string(version.description), "name": .string(name)]
    if !description.isEmpty { object["description"] = .string(description) }
    object["folder"] = .string(folder)
    object["library"] = .string(library)
    object["provides"] = names(provides)
    object["requires"] = names(requires)
    object["optional"] = names(optional)
    if !permissions.isEmpty { object["permissions"] = .array(permissions.map { .string($0) }) }
    object["essential"] = .bool(essential)
    object["isolation"] = .string(isolation.rawValue)
    return .object(object)
  }
}
