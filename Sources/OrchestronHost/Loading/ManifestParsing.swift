extension Manifest {
  /// Reads a manifest.
  ///
  /// - Parameters:
  ///   - bytes: the content of `plugin.json`.
  ///   - folder: the plugin's folder, without a trailing slash; it is not looked into.
  ///   - document: the parser to use; who reads many manifests gives the same one each time.
  /// - Throws: ``PluginFault`` whose path is the manifest's file.
  public init(
    parsing bytes: [UInt8], folder: String, using document: JSONDocument = JSONDocument()
  ) throws(PluginFault) {
    do {
      try document.parse(bytes, duplicateKeys: .refused)
    } catch {
      throw PluginFault(path: Manifest.file(in: folder), reason: "this is not valid JSON: \(error.message)")
    }
    let fields = try ManifestFields(document.root, file: Manifest.file(in: folder))

    self.folder = folder
    id = try fields.id()
    version = try fields.version()
    name = try fields.text("name") ?? id
    description = try fields.text("description") ?? ""
    library = try fields.relativePath("library") ?? "lib\(id).so"
    provides = try fields.services("provides", as: Version.init(parsing:))
    requires = try fields.services("requires", as: VersionRange.init(parsing:))
    optional = try fields.services("optional", as: VersionRange.init(parsing:))
    permissions = try fields.permissions()
    essential = try fields.flag("essential") ?? false
    isolation = try fields.isolation()
    configSchema = try fields.configSchema()

    if let both = requires.keys.filter({ optional[$0] != nil }).min() {
      throw fields.fault("service \"\(both)\" is in \"requires\" and in \"optional\"; keep one of the two")
    }
  }
}

/// The keys of one manifest, each read with an error that names the file, the key and the fix.
private struct ManifestFields {
  private let object: JSONElement
  private let file: String

  private static let known = [
    "id", "version", "name", "description", "library", "provides", "requires", "optional", "permissions", "essential",
    "isolation", "configSchema",
  ]

  init(_ object: JSONElement, file: String) throws(PluginFault) {
    guard object.kind == .object else {
      throw PluginFault(path: file, reason: "a manifest is a JSON object; write {\"id\": …, \"version\": …}")
    }
    self.object = object
    self.file = file
    for key in object.members.lazy.map(\.name) where !Self.known.contains(key) {
      let hint = nearest(key, in: Self.known.sorted()).map { "did you mean \"\($0)\"?" }
      throw fault("unknown key \"\(key)\"; \(hint ?? "known keys are \(Self.known.joined(separator: ", "))")")
    }
  }

  func fault(_ reason: String) -> PluginFault { PluginFault(path: file, reason: reason) }

  func id() throws(PluginFault) -> String {
    guard let id = try text("id") else {
      throw fault("key \"id\" is missing; add the plugin's id, for instance \"my-plugin\"")
    }
    guard isPluginID(id) else {
      throw fault(
        "\"id\" is \"\(id)\"; an id begins with a letter a-z, continues with a-z, 0-9 and \"-\", and has at most 64 characters"
      )
    }
    return id
  }

  func version() throws(PluginFault) -> Version {
    guard let text = try text("version") else {
      throw fault("key \"version\" is missing; add the plugin's version, for instance \"1.0.0\"")
    }
    do { return try Version(parsing: text) } catch { throw fault("key \"version\": \(error.message)") }
  }

  func text(_ key: String) throws(PluginFault) -> String? {
    guard let value = object[key] else { return nil }
    guard let text = value.string else { throw fault("\"\(key)\" must be a text in quotes") }
    return text
  }

  func flag(_ key: String) throws(PluginFault) -> Bool? {
    guard let value = object[key] else { return nil }
    guard let flag = value.bool else { throw fault("\"\(key)\" must be true or false") }
    return flag
  }

  func relativePath(_ key: String) throws(PluginFault) -> String? {
    guard let path = try text(key) else { return nil }
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isInside = parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) } && !path.utf8.contains(0)
    guard isInside else {
      throw fault("\"\(key)\" is \"\(path)\"; write a path relative to the plugin's folder that stays inside it")
    }
    return path
  }

  func services<Value>(
    _ key: String, as parse: (String) throws(VersionError) -> Value
  ) throws(PluginFault) -> [String: Value] {
    guard let value = object[key] else { return [:] }
    guard value.kind == .object else {
      throw fault("\"\(key)\" must be an object from service to version, for instance {\"storage\": \"1.0.0\"}")
    }
    var services: [String: Value] = [:]
    for member in value.members {
      let service = member.name
      guard isServiceName(service) else {
        throw fault(
          "\"\(key)\" names service \"\(service)\"; a service name begins with a letter a-z, continues with a-z, 0-9 and \"_\", and has at most 64 characters"
        )
      }
      guard let text = member.value.string else {
        throw fault("\"\(key)\" must give a version in quotes for service \"\(service)\"")
      }
      do {
        services[service] = try parse(text)
      } catch {
        throw fault("\"\(key)\", service \"\(service)\": \(error.message)")
      }
    }
    return services
  }

  func permissions() throws(PluginFault) -> [String] {
    guard let value = object["permissions"] else { return [] }
    let names = value.elements.compactMap(\.string)
    guard value.kind == .array, names.count == value.count, !names.contains("") else {
      throw fault("\"permissions\" must be an array of permission names in quotes")
    }
    return names
  }

  func isolation() throws(PluginFault) -> Manifest.Isolation {
    guard let text = try text("isolation") else { return .inProcess }
    guard let isolation = Manifest.Isolation(rawValue: text) else {
      throw fault("\"isolation\" is \"\(text)\"; write \"in-process\" or \"process\"")
    }
    return isolation
  }

  func configSchema() throws(PluginFault) -> Manifest.SchemaSource {
    guard let value = object["configSchema"] else { return .conventional }
    if value.kind == .object { return .inline(value.json) }
    guard value.string != nil, let path = try relativePath("configSchema") else {
      throw fault("\"configSchema\" must be a JSON Schema (an object) or the path of a file that holds one")
    }
    return .file(path)
  }
}
