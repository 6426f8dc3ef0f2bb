import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct TopicPatternTests {
  @Test(arguments: ["a", "*", "task:created", "task:*", "*:created", "a:*:b", "*:*", "zoo-1:under_score:X9"])
  func readsAPattern(text: String) throws {
    #expect(try TopicPattern(text).segments == text.split(separator: ":").map(String.init))
  }

  @Test(arguments: [
    "", ":", "a:", ":a", "a::b", "a b", "a*", "**", "task:*x", "ä", "a.b", String(repeating: "x", count: 129),
  ])
  func refusesWhatIsNoPattern(text: String) {
    #expect { try TopicPattern(text) } throws: { error in
      (error as? Failure)?.status == .invalidArgument && "\(error)".contains("task:*")
    }
  }

  @Test(arguments: [
    ("*", "a", true), ("*", "a:b:c", true), ("a:*", "a", false), ("a:*", "a:b", true), ("a:*", "a:b:c", true),
    ("*:b", "a:b", true), ("*:b", "a:b:c", false), ("a:*:c", "a:b:c", true), ("a:*:c", "a:b:b:c", false),
    ("a:b", "a:b", true), ("a:b", "a", false), ("a:b", "a:b:c", false), ("*:*", "a", false), ("*:*", "a:b:c", true),
  ])
  func matchesAsDocumented(pattern: String, topic: String, matches: Bool) throws {
    let trie = TopicTrie<Subscriber>()
    trie.insert(Subscriber(id: 1), for: try TopicPattern(pattern))
    #expect(trie.match(topic).isEmpty == !matches)
  }

  /// Random subscribers come and go; after each step the trie gives what comparing pattern by pattern gives.
  @Test(arguments: 0..<20)
  func matchesLikeANaiveMatcher(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let trie = TopicTrie<Subscriber>()
    var patterns: [Int: [TopicPattern]] = [:]
    for step in 0..<300 {
      if Bool.random(using: &random) || patterns.isEmpty {
        let chosen = try (0..<Int.random(in: 1...3, using: &random)).map { _ in
          try TopicPattern(path(of: ["a", "b", "c", "*"], &random))
        }
        patterns[step] = chosen
        for pattern in chosen { trie.insert(Subscriber(id: step), for: pattern) }
      } else if let id = patterns.keys.sorted().randomElement(using: &random) {
        for pattern in patterns.removeValue(forKey: id) ?? [] { trie.remove(id, for: pattern) }
      }
      let topic = path(of: ["a", "b", "c", "d"], &random)
      let expected = patterns.filter { $0.value.contains { naive($0.segments[...], topic.split(separator: ":")[...]) } }
      #expect(trie.match(topic).map(\.id).sorted() == expected.keys.sorted(), "seed \(seed), step \(step), \(topic)")
    }
  }

  private struct Subscriber: Identifiable {
    let id: Int
  }

  private func path(of segments: [String], _ random: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...4, using: &random)).map { _ in segments[Int.random(in: 0..<segments.count, using: &random)]
    }
    .joined(separator: ":")
  }

  private func naive(_ pattern: ArraySlice<String>, _ topic: ArraySlice<Substring>) -> Bool {
    guard let first = pattern.first else { return topic.isEmpty }
    guard let segment = topic.first else { return false }
    if first == "*", pattern.count == 1 { return true }
    return (first == "*" || first == segment) && naive(pattern.dropFirst(), topic.dropFirst())
  }
}
