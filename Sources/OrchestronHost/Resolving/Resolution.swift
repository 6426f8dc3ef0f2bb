/// Which plugins start, in which order, using which providers; and why the others do not.
public struct Resolution: Sendable {
  /// The plugins that can start: those of one level need nothing of each other, only of earlier levels. Within a level
  /// sorted by id, so that the order is the same every time.
  public let levels: [[PluginID]]
  /// For each plugin that was selected and cannot start, why.
  public let failures: [PluginID: ResolveFailure]
  /// Each root cause once, in an order that is the same every time.
  public let faults: [ResolveFault]
  /// What else a user may want to know, in an order that is the same every time.
  public let notes: [ResolveNote]
  /// For each service of a plugin that can start, the plugin whose registration counts.
  public let providers: [String: PluginID]

  /// For each plugin the services that the configuration takes from it.
  let shadowed: [PluginID: Set<String>]
  /// For each plugin that can start: the services it may import, and who provides them.
  let bindings: [PluginID: [String: PluginID]]
  /// For each plugin that can start, those that require it directly.
  let directDependents: [PluginID: [PluginID]]

  /// All plugins that can start, in the order in which they do: the levels joined.
  public var startOrder: [PluginID] { levels.flatMap { $0 } }

  /// The reverse of ``startOrder``.
  public var stopOrder: [PluginID] { startOrder.reversed() }

  /// The provider that `plugin` uses for `service`, or nil when it may not import that service: it declared no such need,
  /// or an optional one that is not met.
  public func provider(of service: String, for plugin: PluginID) -> PluginID? {
    bindings[plugin]?[service]
  }

  /// Whether the configuration chose another plugin for a service that `plugin` provides: the host must not register it.
  public func isShadowed(_ service: String, of plugin: PluginID) -> Bool {
    shadowed[plugin]?.contains(service) ?? false
  }

  /// Everything that must be rolled back when `plugin` fails: who requires it, directly or through others, in reverse start
  /// order. Without `plugin` itself, and without those that need it optionally.
  public func dependents(of plugin: PluginID) -> [PluginID] {
    var affected: Set<PluginID> = []
    var open = [plugin]
    while let next = open.popLast() {
      for dependent in directDependents[next] ?? [] where affected.insert(dependent).inserted {
        open.append(dependent)
      }
    }
    return stopOrder.filter(affected.contains)
  }
}
