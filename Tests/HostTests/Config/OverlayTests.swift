import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Laws of putting settings over each other.
@Suite struct OverlayTests {
  @Test func obeysItsLawsForAnySettings() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let (a, b, c) = (object(&random), object(&random), object(&random))
      #expect(a.overlaid(by: a) == a, "seed \(seed)")
      #expect(a.overlaid(by: [:]) == a, "seed \(seed)")
      #expect(JSON.object([:]).overlaid(by: a) == a, "seed \(seed)")
      let left = a.overlaid(by: b).overlaid(by: c)
      for (path, leaf) in leaves(c) { #expect(value(left, path) == leaf, "seed \(seed): \(path)") }
    }
  }

  @Test func replacesListsAndJoinsObjects() {
    let lower: JSON = ["a": [1, 2], "o": ["x": 1, "y": 2]]
    #expect(lower.overlaid(by: ["a": [3], "o": ["y": 4]]) == ["a": [3], "o": ["x": 1, "y": 4]])
  }

  private func object(_ random: inout SeededGenerator, depth: Int = 3) -> JSON {
    var members: JSONObject = [:]
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let key = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      members[key] = depth > 0 && Bool.random(using: &random) ? object(&random, depth: depth - 1) : leaf(&random)
    }
    return .object(members)
  }

  private func leaf(_ random: inout SeededGenerator) -> JSON {
    [.null, .bool(true), .int(Int64.random(in: 0...9, using: &random)), .array([1]), "s"]
      .randomElement(using: &random) ?? .null
  }

  /// Everything in a value that is no object, with the keys that lead to it.
  private func leaves(_ value: JSON, _ path: [String] = []) -> [([String], JSON)] {
    guard let members = value.object else { return [(path, value)] }
    return members.flatMap { leaves($0.value, path + [$0.key]) }
  }

  private func value(_ root: JSON, _ path: [String]) -> JSON? {
    path.reduce(root) { value, key in value?[key] }
  }
}
