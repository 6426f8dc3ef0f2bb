/// Decides from manifests alone which plugins start in which order, before anything is loaded.
public enum Resolver {
  /// The configuration key whose value, a plugin id, chooses the provider of a service that several plugins provide.
  public static func choiceKey(for service: String) -> String { "providers.\(service)" }

  /// Resolves needs to providers and orders the plugins.
  ///
  /// - A plugin fails when a service it requires is missing, has a version out of range, comes from a plugin that fails, or
  ///   when it is part of a cycle of such needs. Two providers of one service both fail unless the configuration chooses.
  ///   All other plugins start.
  /// - An optional need orders the start when its provider starts, and is ignored when it does not, when its version does
  ///   not fit, or when it would close a cycle.
  ///
  /// The result depends on the content of the arguments, not on their order. May be called on any thread.
  ///
  /// - Parameters:
  ///   - manifests: the plugins to choose from. Of two with one id the first counts (discovery leaves no such pair).
  ///   - choices: service → id of the plugin that provides it, from the configuration.
  ///   - wanted: when given, only these plugins are selected, and what they require. Of several providers a required service
  ///     comes from the chosen one, else from one that is itself wanted.
  public static func resolve(
    _ manifests: [Manifest], choices: [String: PluginID] = [:], wanted: [PluginID]? = nil
  ) -> Resolution {
    var resolving = Resolving(manifests)
    resolving.readChoices(choices)
    resolving.select(wanted)
    resolving.bindServices()
    resolving.bindRequirements()
    resolving.findCycles()
    resolving.spreadFailures()
    resolving.bindOptionalNeeds()
    return resolving.resolution()
  }
}

/// The steps of one resolution, in the order in which they run. Plugins are numbered in the order of their ids, so that
/// going through numbers is going through sorted ids.
private struct Resolving {
  private let plugins: [Manifest]
  private let number: [PluginID: Int]
  /// For each known service the plugins that provide it, selected or not.
  private let candidates: [String: [Int]]

  private var chosen: [String: Int] = [:]
  private var isSelected: [Bool]
  private var provider: [String: Int] = [:]
  private var duplicates: [String: ResolveFault] = [:]
  /// From each plugin to those that it needs; optional needs come in last, and only among plugins that start.
  private var needs: Graph
  private var dependents: [[Int]]
  private var failures: [ResolveFailure?]
  private var faults: [ResolveFault] = []
  private var notes: [ResolveNote] = []
  private var bindings: [[String: PluginID]]
  private var shadowed: [PluginID: Set<String>] = [:]

  init(_ manifests: [Manifest]) {
    let unique = Dictionary(manifests.map { ($0.id, $0) }) { first, _ in first }
    plugins = unique.values.sorted { $0.id < $1.id }
    number = Dictionary(uniqueKeysWithValues: zip(plugins.map(\.id), plugins.indices))
    var candidates: [String: [Int]] = [:]
    for (index, plugin) in plugins.enumerated() {
      for service in plugin.provides.keys { candidates[service, default: []].append(index) }
    }
    self.candidates = candidates
    isSelected = Array(repeating: true, count: plugins.count)
    needs = Graph(count: plugins.count)
    dependents = Array(repeating: [], count: plugins.count)
    failures = Array(repeating: nil, count: plugins.count)
    bindings = Array(repeating: [:], count: plugins.count)
  }

  private func id(_ index: Int) -> PluginID { plugins[index].id }

  mutating func readChoices(_ choices: [String: PluginID]) {
    for (service, id) in choices.sorted(by: { $0.key < $1.key }) {
      let providers = candidates[service] ?? []
      if let index = number[id], providers.contains(index) {
        chosen[service] = index
      } else {
        faults.append(.wrongChoice(service: service, chosen: id, providers: providers.map(self.id)))
      }
    }
  }

  mutating func select(_ wanted: [PluginID]?) {
    guard let wanted else { return }
    var isWanted = Array(repeating: false, count: plugins.count)
    for id in Set(wanted).sorted() {
      if let index = number[id] {
        isWanted[index] = true
      } else {
        faults.append(.unknownPlugin(id: id, nearest: nearest(id, in: number.keys.sorted())))
      }
    }
    isSelected = isWanted
    var open = plugins.indices.filter { isWanted[$0] }
    while let index = open.popLast() {
      for service in plugins[index].requires.keys {
        let all = candidates[service] ?? []
        let wantedOnes = all.filter { isWanted[$0] }
        let suppliers = chosen[service].map { [$0] } ?? (wantedOnes.isEmpty ? all : wantedOnes)
        for supplier in suppliers where !isSelected[supplier] {
          isSelected[supplier] = true
          open.append(supplier)
        }
      }
    }
  }

  /// Finds the one provider of each service, or the fault that there are several.
  mutating func bindServices() {
    for (service, all) in candidates.sorted(by: { $0.key < $1.key }) {
      let present = all.filter { isSelected[$0] }
      if present.count <= 1 {
        provider[service] = present.first
      } else if let choice = chosen[service], isSelected[choice] {
        provider[service] = choice
        for other in present where other != choice {
          shadowed[id(other), default: []].insert(service)
          notes.append(.shadowed(plugin: id(other), service: service, provider: id(choice)))
        }
      } else {
        let fault = ResolveFault.duplicateService(service: service, providers: present.map(id))
        duplicates[service] = fault
        faults.append(fault)
        for index in present { fail(index, fault) }
      }
    }
  }

  mutating func bindRequirements() {
    for index in plugins.indices where isSelected[index] {
      let plugin = plugins[index]
      for (service, range) in plugin.requires.sorted(by: { $0.key < $1.key }) {
        if let duplicate = duplicates[service] {
          fail(index, duplicate, through: duplicate.plugins.prefix(1))
          continue
        }
        guard let supplier = provider[service] else {
          let known = nearest(service, in: candidates.keys.sorted())
          report(.missingService(plugin: plugin.id, service: service, nearest: known), at: index)
          continue
        }
        if let found = plugins[supplier].provides[service], !range.contains(found) {
          report(
            .versionOutOfRange(
              plugin: plugin.id, service: service, wanted: range, provider: id(supplier), found: found), at: index)
        }
        needs.addEdge(from: index, to: supplier)
        if dependents[supplier].last != index { dependents[supplier].append(index) }
        bindings[index][service] = id(supplier)
      }
    }
  }

  mutating func findCycles() {
    for cycle in needs.coveringCycles() {
      let fault = ResolveFault.cycle(cycle.map(id))
      faults.append(fault)
      for index in cycle { fail(index, fault) }
    }
  }

  /// Fails whoever requires a failed plugin, directly or through others, along a shortest way to a cause.
  mutating func spreadFailures() {
    var queue = plugins.indices.filter { failures[$0] != nil }
    var head = 0
    while head < queue.count {
      let index = queue[head]
      head += 1
      guard let failure = failures[index] else { continue }
      for dependent in dependents[index] where failures[dependent] == nil {
        fail(dependent, failure.cause, through: failure.path[...])
        queue.append(dependent)
      }
    }
  }

  mutating func bindOptionalNeeds() {
    var wishes: [(from: Int, to: Int, service: String)] = []
    for index in plugins.indices where starts(index) {
      let plugin = plugins[index]
      for (service, range) in plugin.optional.sorted(by: { $0.key < $1.key }) {
        guard let supplier = provider[service], supplier != index, starts(supplier) else { continue }
        if let found = plugins[supplier].provides[service], !range.contains(found) {
          notes.append(
            .optionalOutOfRange(
              plugin: plugin.id, service: service, wanted: range, provider: id(supplier), found: found))
        } else {
          wishes.append((index, supplier, service))
        }
      }
    }
    // Only wishes within one component of the graph of all of them can close a cycle: looking for paths is slow, and rarely
    // necessary.
    var all = needs
    for wish in wishes { all.addEdge(from: wish.from, to: wish.to) }
    let component = all.stronglyConnectedComponents()
    for wish in wishes {
      if component[wish.from] == component[wish.to], let wayBack = needs.shortestPath(from: wish.to, to: wish.from) {
        let cycle = [id(wish.from)] + wayBack.dropLast().map(id)
        notes.append(.optionalCycle(plugin: id(wish.from), service: wish.service, cycle: cycle))
      } else {
        needs.addEdge(from: wish.from, to: wish.to)
        bindings[wish.from][wish.service] = id(wish.to)
      }
    }
  }

  func resolution() -> Resolution {
    let depths = needs.depths(where: starts)
    var levels: [[PluginID]] = Array(repeating: [], count: (depths.compactMap { $0 }.max() ?? -1) + 1)
    for (index, depth) in depths.enumerated() {
      if let depth { levels[depth].append(id(index)) }
    }
    let started = plugins.indices.filter(starts)
    return Resolution(
      levels: levels,
      failures: Dictionary(
        uniqueKeysWithValues: plugins.indices.compactMap { index in failures[index].map { (id(index), $0) } }),
      faults: faults,
      notes: notes,
      providers: provider.filter { starts($0.value) }.mapValues(id),
      shadowed: shadowed,
      bindings: Dictionary(uniqueKeysWithValues: started.map { (id($0), bindings[$0]) }),
      directDependents: Dictionary(
        uniqueKeysWithValues: started.map { (id($0), dependents[$0].filter(starts).map(id)) }))
  }

  private func starts(_ index: Int) -> Bool { isSelected[index] && failures[index] == nil }

  private mutating func report(_ fault: ResolveFault, at index: Int) {
    faults.append(fault)
    fail(index, fault)
  }

  /// The first cause of a plugin's failure is kept.
  private mutating func fail(_ index: Int, _ cause: ResolveFault, through path: ArraySlice<PluginID> = []) {
    if failures[index] == nil { failures[index] = ResolveFailure(cause: cause, path: [id(index)] + path) }
  }
}
