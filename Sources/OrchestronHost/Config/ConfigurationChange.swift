/// A change of a host's configuration that was checked whole: what the file is to say, and what the host is to run with.
///
/// Nothing has happened yet when it is made. What is on disk counts for all that the patch does not name; of the sections
/// that it names, the keys that may change at run time are taken from there as well.
struct ConfigurationChange {
  /// One plugin that is concerned, with its whole section, defaults included.
  struct Section {
    let plugin: PluginID
    let old: JSON
    let new: JSON
  }

  /// What the host runs with afterwards.
  let configuration: Configuration
  /// The keys that change.
  let keys: [String]
  /// The plugins that are to be told.
  let sections: [Section]
  /// Whether there is anything to be kept.
  let isNews: Bool

  /// Checks a change.
  ///
  /// - Parameters:
  ///   - current: What the host runs with.
  ///   - base: The content of the file as it stands on disk.
  ///   - manifests: The plugins that there are.
  init(
    _ patch: ConfigurationPatch, of current: Configuration, base: JSON, manifests: [Manifest]
  ) throws(Failure) {
    try patch.refuseRedactions()
    for id in patch.plugins { try ConfigurationChange.require(id, among: manifests) }
    try ConfigurationChange.refuseKeys(of: patch, setBy: current.stronger)

    let before: Configuration
    do throws(Failure) { before = try ConfigurationChange.valid(base, current, manifests, []) } catch {
      throw Failure(
        .failedPrecondition, "the configuration is not valid as it stands; put it right first: \(error.message)",
        details: error.details)
    }
    let content = base.patched(by: patch.json)
    let after = try ConfigurationChange.valid(content, current, manifests, patch.plugins)

    var settings = current.settings.object ?? [:]
    var plugins = settings["plugins"]?.object ?? [:]
    var differences: [RuntimeKeys.Difference] = []
    var sections: [Section] = []
    if patch.json["host"] != nil {
      let keys = RuntimeKeys(path: "host", schema: HostSchema.section)
      try ConfigurationChange.refuseOthers(
        keys.differences(
          from: HostSchema.withDefaults(before.base["host"] ?? [:]),
          to: HostSchema.withDefaults(after.base["host"] ?? [:])), current.file)
      let old = settings["host"]
      settings["host"] = keys.taken(from: after.settings["host"], into: old)
      differences += keys.differences(
        from: HostSchema.withDefaults(old ?? [:]), to: HostSchema.withDefaults(settings["host"] ?? [:]))
    }
    for manifest in manifests where patch.plugins.contains(manifest.id) {
      let id = manifest.id
      let schema = try manifest.configurationSchema()?.source ?? [:]
      let keys = RuntimeKeys(path: "plugins.\(id)", schema: schema)
      func whole(_ section: JSON?) -> JSON { ConfigurationSchema.withDefaults(section ?? [:], schema) }
      try ConfigurationChange.refuseOthers(
        keys.differences(from: whole(before.base["plugins"]?[id]), to: whole(after.base["plugins"]?[id])), current.file)
      let old = plugins[id]
      plugins[id] = keys.taken(from: after.settings["plugins"]?[id], into: old)
      let changes = keys.differences(from: whole(old), to: whole(plugins[id]))
      if !changes.isEmpty { sections.append(Section(plugin: id, old: whole(old), new: whole(plugins[id]))) }
      differences += changes
    }
    if !plugins.isEmpty { settings["plugins"] = .object(plugins) }

    var names = differences.map(\.key)
    for key in patch.keys where base[path: key] != content[path: key] {
      let name = key.joined(separator: ".")
      if !names.contains(where: { $0 == name || $0.hasPrefix("\(name).") }) { names.append(name) }
    }
    self.keys = names
    self.sections = sections
    isNews = !names.isEmpty || content != base
    configuration = after.running(with: .object(settings))
  }
}

// MARK: - What is refused

extension ConfigurationChange {
  private static func require(_ id: PluginID, among manifests: [Manifest]) throws(Failure) {
    guard !manifests.contains(where: { $0.id == id }) else { return }
    let hint = nearest(id, in: manifests.map(\.id)).map { "; did you mean \"\($0)\"?" } ?? ""
    throw Failure(.notFound, "this host has no plugin \(id.quoted)\(hint)")
  }

  private static func refuseKeys(
    of patch: ConfigurationPatch, setBy sources: [Configuration.Source]
  ) throws(Failure) {
    for key in patch.keys {
      guard let source = sources.last(where: { $0.settings[path: key] != nil }) else { continue }
      throw Failure(
        .failedPrecondition,
        "\"\(key.joined(separator: "."))\" is set by \(source.name), which wins over the file; change it there and restart "
          + "the host")
    }
  }

  /// A configuration with that content of the file, when it fits all schemas.
  private static func valid(
    _ content: JSON, _ current: Configuration, _ manifests: [Manifest], _ patched: [PluginID]
  ) throws(Failure) -> Configuration {
    let configuration = try current.with(base: content)
    for manifest in manifests {
      let section = configuration.settings["plugins"]?[manifest.id]
      guard section != nil || patched.contains(manifest.id) else { continue }
      _ = try manifest.configurationSchema()?.validated(section ?? [:])
    }
    return configuration
  }

  private static func refuseOthers(_ differences: [RuntimeKeys.Difference], _ file: String?) throws(Failure) {
    guard let fixed = differences.first(where: { !$0.isRuntime }) else { return }
    throw Failure(
      .failedPrecondition,
      "\"\(fixed.key)\" cannot change while the host runs; change it in \(file ?? "a configuration file") and restart the "
        + "host", details: ["key": .string(fixed.key)])
  }
}
