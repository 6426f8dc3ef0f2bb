import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Random systems of plugins, resolved once by the resolver and once by the plainest code that could be right.
@Suite struct ResolverPropertyTests {
  @Test(arguments: [UInt64](0..<40)) func holdsOnRandomGraphs(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 { try check(RandomSystem(&random), &random) }
  }

  private func check(_ system: RandomSystem, _ random: inout SeededGenerator) throws {
    let resolution = Resolver.resolve(system.plugins, choices: system.choices)
    let expected = system.expectation()

    // The same result whatever the order of the input.
    for _ in 0..<3 {
      let again = Resolver.resolve(system.plugins.shuffled(using: &random), choices: system.choices)
      #expect(again.levels == resolution.levels)
      #expect(again.failures == resolution.failures)
      #expect(again.faults == resolution.faults)
      #expect(again.notes == resolution.notes)
      #expect(again.bindings == resolution.bindings)
    }

    // Exactly those fail that must; all others start, once.
    #expect(Set(resolution.failures.keys) == expected.failed)
    let started = resolution.startOrder
    #expect(started.count == Set(started).count)
    #expect(Set(started) == Set(system.plugins.map(\.id)).subtracting(expected.failed))
    #expect(resolution.stopOrder == started.reversed())

    // Each plugin stands exactly one level above the highest of what it uses, and levels are sorted.
    let level = Dictionary(
      uniqueKeysWithValues: resolution.levels.enumerated().flatMap { index, ids in ids.map { ($0, index) } })
    for id in started {
      let used = resolution.bindings[id, default: [:]].values.compactMap { level[$0] }
      #expect(level[id] == (used.max() ?? -1) + 1)
      #expect(used.count == resolution.bindings[id]?.count)
    }
    #expect(resolution.levels.allSatisfy { $0 == $0.sorted() && !$0.isEmpty })

    // Reported cycles are real, and each plugin on a cycle is on a reported one.
    var covered: Set<PluginID> = []
    for case .cycle(let path) in resolution.faults {
      covered.formUnion(path)
      #expect(path.first == path.min())
      #expect(Set(path).count == path.count)
      for (from, to) in zip(path, path.dropFirst() + path.prefix(1)) {
        #expect(expected.requires[from]?.contains(to) == true, "\(from) → \(to)")
      }
    }
    #expect(covered == expected.onCycle)

    // Each failure is led to its cause along real needs, and each cause is listed.
    for (id, failure) in resolution.failures {
      #expect(failure.path.first == id)
      #expect(resolution.faults.contains(failure.cause))
      #expect(failure.cause.plugins.contains(try #require(failure.path.last)))
      for (from, to) in zip(failure.path, failure.path.dropFirst()) {
        #expect(system.mayNeed(from, to), "\(from) → \(to)")
      }
    }

    // An optional need is met, or there is a good reason why not.
    for plugin in system.plugins where level[plugin.id] != nil {
      for (service, range) in plugin.optional {
        let provider = expected.provider[service].flatMap { level[$0] == nil ? nil : $0 }
        let bound = resolution.provider(of: service, for: plugin.id)
        guard let provider, provider != plugin.id, range.contains(try system.version(of: service, in: provider)) else {
          #expect(bound == nil)
          continue
        }
        if bound == nil {
          let cycle = resolution.notes.lazy.compactMap { note -> [PluginID]? in
            guard case .optionalCycle(plugin.id, service, let cycle) = note else { return nil }
            return cycle
          }.first
          let path = try #require(cycle, "\(plugin.id) has a reason not to use \(service)")
          #expect(path.first == plugin.id && path.count > 1 && path[1] == provider)
          for (from, to) in zip(path.dropFirst(), path.dropFirst(2) + path.prefix(1)) {
            #expect(resolution.bindings[from]?.values.contains(to) == true)
          }
        } else {
          #expect(bound == provider)
        }
      }
    }

    // The dependents of a plugin are those that reach it by requirements.
    for id in started {
      let dependents = resolution.dependents(of: id)
      #expect(Set(dependents) == expected.reaching(id).intersection(started))
      #expect(dependents == resolution.stopOrder.filter(Set(dependents).contains))
    }
  }

  @Test(arguments: [UInt64](1000..<1020)) func selectsExactlyWhatIsWantedAndRequired(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 { try checkSelection(RandomSystem(&random, duplicates: false), &random) }
  }

  private func checkSelection(_ system: RandomSystem, _ random: inout SeededGenerator) throws {
    let wanted = system.plugins.map(\.id).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
    let resolution = Resolver.resolve(system.plugins, choices: system.choices, wanted: wanted)

    let expected = system.expectation()
    var selected = Set(wanted)
    for _ in system.plugins {
      selected.formUnion(selected.flatMap { expected.requires[$0] ?? [] })
    }
    #expect(Set(resolution.startOrder).union(resolution.failures.keys) == selected)
    #expect(Set(resolution.failures.keys) == expected.failed.intersection(selected))
  }
}

private struct RandomSystem {
  let plugins: [Manifest]
  let choices: [String: PluginID]

  struct Expectation {
    var provider: [String: PluginID] = [:]
    var requires: [PluginID: Set<PluginID>] = [:]
    var onCycle: Set<PluginID> = []
    var failed: Set<PluginID> = []

    func reaching(_ id: PluginID) -> Set<PluginID> {
      var found: Set<PluginID> = []
      for _ in requires {
        for (from, to) in requires where to.contains(id) || !to.isDisjoint(with: found) { found.insert(from) }
      }
      return found
    }
  }

  init(_ random: inout SeededGenerator, duplicates: Bool = true) throws {
    let count = Int.random(in: 1...24, using: &random)
    // Few needs leave most graphs without cycles, many entangle them.
    let density: Double = [0.3, 0.8, 1.5, 3.0].randomElement(using: &random) ?? 1.0
    // With a bias towards lower numbers cycles are rare.
    let isDownward = Bool.random(using: &random)
    var plugins: [Manifest] = []
    for number in 0..<count {
      var needs: [String] = []
      var optional: [String] = []
      for _ in 0..<Int((density * Double.random(in: 0...2, using: &random)).rounded()) {
        let limit = isDownward && Int.random(in: 0..<12, using: &random) > 0 ? number : count
        guard limit > 0 else { continue }
        var service = "s\(Int.random(in: 0..<limit, using: &random))"
        switch Int.random(in: 0..<40, using: &random) {
        case 0: service = "missing"
        case 1: service += "@^2"
        default: break
        }
        if Int.random(in: 0..<3, using: &random) == 0 { optional.append(service) } else { needs.append(service) }
      }
      let names = Set(needs.map { $0.prefix { $0 != "@" } })
      optional.removeAll { names.contains($0.prefix { $0 != "@" }) }
      var provides = ["s\(number)"]
      if duplicates, Int.random(in: 0..<20, using: &random) == 0 {
        provides.append("s\(Int.random(in: 0..<count, using: &random))")
      }
      plugins.append(try plugin("p\(number)", provides: provides, needs: needs, optional: optional))
    }
    self.plugins = plugins
    var choices: [String: PluginID] = [:]
    for plugin in plugins {
      for service in plugin.provides.keys.sorted() where Int.random(in: 0..<15, using: &random) == 0 {
        choices[service] = plugin.id
      }
    }
    self.choices = choices
  }

  func version(of service: String, in id: PluginID) throws -> Version {
    try #require(plugins.first { $0.id == id }?.provides[service])
  }

  /// Whether the first requires a service that the second provides, chosen or not.
  func mayNeed(_ from: PluginID, _ to: PluginID) -> Bool {
    guard let from = plugins.first(where: { $0.id == from }), let to = plugins.first(where: { $0.id == to }) else {
      return false
    }
    return from.requires.keys.contains { to.provides[$0] != nil }
  }

  func expectation() -> Expectation {
    var expected = Expectation()
    let services = Set(plugins.flatMap(\.provides.keys))
    var contested: Set<String> = []
    for service in services {
      let providers = plugins.filter { $0.provides[service] != nil }.map(\.id)
      if providers.count == 1 {
        expected.provider[service] = providers[0]
      } else if let choice = choices[service] {
        expected.provider[service] = choice
      } else {
        contested.insert(service)
        expected.failed.formUnion(providers)
      }
    }
    for plugin in plugins {
      expected.requires[plugin.id] = Set(plugin.requires.keys.compactMap { expected.provider[$0] })
      let isBroken = plugin.requires.contains { service, range in
        guard let provider = expected.provider[service] else { return true }
        return plugins.contains { $0.id == provider && !range.contains($0.provides[service] ?? Version(0, 0, 0)) }
      }
      if isBroken { expected.failed.insert(plugin.id) }
    }
    for plugin in plugins where expected.reaching(plugin.id).contains(plugin.id) { expected.onCycle.insert(plugin.id) }
    expected.failed.formUnion(expected.onCycle)
    for id in expected.failed { expected.failed.formUnion(expected.reaching(id)) }
    return expected
  }
}
