/// A root cause for which plugins cannot be started, found before any of them is loaded.
public enum ResolveFault: Error, Sendable, Hashable {
  /// No plugin provides a service that `plugin` requires. `nearest` is the known service with the most similar name.
  case missingService(plugin: PluginID, service: String, nearest: String?)
  /// The provider's version of a service is not in the range that `plugin` requires.
  case versionOutOfRange(plugin: PluginID, service: String, wanted: VersionRange, provider: PluginID, found: Version)
  /// Each plugin requires the next one, the last requires the first: `["a", "b", "c"]`, beginning with the least id.
  case cycle([PluginID])
  /// Several plugins provide one service and the configuration chooses none. `providers` is sorted.
  case duplicateService(service: String, providers: [PluginID])
  /// The configuration chooses a provider that does not provide the service. `providers` is sorted, perhaps empty.
  case wrongChoice(service: String, chosen: PluginID, providers: [PluginID])
  /// A plugin was asked for by name that was not found. `nearest` is the known id with the most similar name.
  case unknownPlugin(id: PluginID, nearest: PluginID?)

  /// The plugins that cannot be started for this very reason; those that need them are not included.
  public var plugins: [PluginID] {
    switch self {
    case .missingService(let plugin, _, _), .versionOutOfRange(let plugin, _, _, _, _): [plugin]
    case .cycle(let path): path
    case .duplicateService(_, let providers): providers
    case .wrongChoice, .unknownPlugin: []
    }
  }
}

extension ResolveFault: CustomStringConvertible {
  /// One sentence for users and logs that says what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .missingService(let plugin, let service, let nearest):
      let hint = nearest.map { "did you mean \"\($0)\"?" } ?? "add a plugin that does"
      return "plugin \"\(plugin)\" requires service \"\(service)\", which no plugin provides; \(hint)"
    case .versionOutOfRange(let plugin, let service, let wanted, let provider, let found):
      return
        "plugin \"\(plugin)\" requires service \"\(service)\" in version \"\(wanted)\", but plugin \"\(provider)\" "
        + "provides \(found); install a version of one of the two that fits the other"
    case .cycle(let path) where path.count == 1:
      return "plugin \"\(path[0])\" requires a service that it provides itself; remove it from \"requires\""
    case .cycle(let path):
      return "plugins require each other in a cycle: \(cycleText(path)); make one of these needs optional or remove it"
    case .duplicateService(let service, let providers):
      return "service \"\(service)\" is provided by plugins \(quotedList(providers)); choose one of them by the "
        + "configuration key \"\(Resolver.choiceKey(for: service))\""
    case .wrongChoice(let service, let chosen, let providers):
      let alternatives =
        providers.isEmpty ? "no plugin does; remove the key" : "write \(quotedList(providers, joinedBy: "or"))"
      return
        "the configuration key \"\(Resolver.choiceKey(for: service))\" chooses plugin \"\(chosen)\", which does not "
        + "provide service \"\(service)\"; \(alternatives)"
    case .unknownPlugin(let id, let nearest):
      let hint = nearest.map { "did you mean \"\($0)\"?" } ?? "correct the name, or add the folder that holds it"
      return "plugin \"\(id)\" was asked for but not found; \(hint)"
    }
  }
}

/// Why one plugin cannot be started: the root cause and how it reaches the plugin.
public struct ResolveFailure: Error, Sendable, Hashable {
  /// The root cause, which may lie in another plugin.
  public let cause: ResolveFault
  /// The plugins from this one to one that the cause names, each requiring the next; this plugin alone when the cause is
  /// its own.
  public let path: [PluginID]
}

extension ResolveFailure: CustomStringConvertible {
  /// One sentence: the cause, preceded by the way to it when the cause is not the plugin's own.
  public var description: String {
    guard path.count > 1 else { return cause.description }
    return "plugin \"\(path[0])\" cannot start (\(path.joined(separator: " → "))): \(cause)"
  }
}

/// Something that resolving decided and that a user may want to know; nothing fails because of it.
public enum ResolveNote: Sendable, Hashable {
  /// Honouring this optional need would have closed a cycle; `plugin` starts without it. `cycle` begins with `plugin`.
  case optionalCycle(plugin: PluginID, service: String, cycle: [PluginID])
  /// The service is there, in a version that the optional need does not allow; `plugin` starts without it.
  case optionalOutOfRange(
    plugin: PluginID, service: String, wanted: VersionRange, provider: PluginID, found: Version)
  /// The configuration chose `provider`; the service of the same name of `plugin` is not registered.
  case shadowed(plugin: PluginID, service: String, provider: PluginID)
}

extension ResolveNote {
  /// Whether the note says why `plugin` starts without its optional need of `service`.
  func isAbout(_ service: String, of plugin: PluginID) -> Bool {
    switch self {
    case .optionalCycle(plugin, service, _), .optionalOutOfRange(plugin, service, _, _, _): true
    default: false
    }
  }
}

extension ResolveNote: CustomStringConvertible {
  /// One sentence for logs.
  public var description: String {
    switch self {
    case .optionalCycle(let plugin, let service, let cycle):
      "plugin \"\(plugin)\" starts without its optional service \"\(service)\", because using it would close a cycle: "
        + "\(cycleText(cycle))"
    case .optionalOutOfRange(let plugin, let service, let wanted, let provider, let found):
      "plugin \"\(plugin)\" starts without its optional service \"\(service)\": it wants version \"\(wanted)\", plugin "
        + "\"\(provider)\" provides \(found)"
    case .shadowed(let plugin, let service, let provider):
      "service \"\(service)\" of plugin \"\(plugin)\" is not used, because the configuration chooses plugin \"\(provider)\""
    }
  }
}

private func cycleText(_ path: [PluginID]) -> String {
  (path + path.prefix(1)).joined(separator: " → ")
}

private func quotedList(_ names: [String], joinedBy word: String = "and") -> String {
  let quoted = names.map { "\"\($0)\"" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
  return quoted.dropLast().joined(separator: ", ") + " \(word) " + last
}
