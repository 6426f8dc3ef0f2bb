import PluginTesting
import Testing

@testable import WorkflowPlugin

@Suite struct PatternTests {
  @Test(arguments: [
    ("", "", true), ("", "abc", true), ("b", "abc", true), ("^b", "abc", false), ("^abc$", "abc", true),
    ("a.c", "a\nc", false), ("a|b", "xb", true),
    ("^(a|bc)+$", "abcbca", true), ("^(a|bc)+$", "abcb", false), ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false),
    ("^a{2,}$", "aaaaa", true),
    ("^a{3}$", "aa", false), ("a{x", "a{x", true), ("^[a-c]+$", "abccba", true), ("^[^a-c]+$", "xyz", true),
    ("^[^a-c]+$", "xaz", false),
    ("[]a]", "]", true), ("[a-]", "-", true), (#"^\d+$"#, "123", true), (#"^\w+\s\W$"#, "ab_1 !", true),
    (#"\bcat\b"#, "the cat sat", true),
    (#"\bcat\b"#, "concat", false), (#"\Bcat"#, "concat", true), (#"^a\.b$"#, "a.b", true), (#"^a\.b$"#, "axb", false),
    ("(?i)^orc$", "ORC", true),
    ("(?i)^ÄRGER$", "ärger", true), ("(?i)[A-Z]", "q", true), ("^(?:ab)*$", "abab", true), ("^a*?b$", "aaab", true),
    ("^(a*)*$", "aaa", true),
    ("^$", "", true), ("^$", "a", false), ("ü", "Grüße", true), (#"[\d\s]"#, "a b", true), (#"[^\d]"#, "5", false),
    ("a||b", "", true), ("(|a)b", "b", true),
  ])
  func finds(pattern: String, text: String, isFound: Bool) throws {
    #expect(try Pattern(pattern).isFound(in: text) == isFound)
  }

  @Test(arguments: [
    "(", ")", "[", "[a", "*", "a**?+", "a{201}", "a{3,2}", #"\"#, #"\q"#, #"\1"#, "(?=a)", "(?P<n>a)", "[b-a]",
    "((a{200}){200})",
  ])
  func refuses(pattern: String) {
    #expect(throws: PatternError.self) { try Pattern(pattern) }
  }

  @Test func takesTimeThatGrowsWithTheTextAlone() throws {
    // Backtracking would need 2^5000 steps.
    let pattern = try Pattern("^(a|a|aa)*(a*)*$")
    #expect(!pattern.isFound(in: String(repeating: "a", count: 5000) + "b"))
    let nested = String(repeating: "(", count: 40) + String(repeating: "){200}", count: 40)
    #expect(try Pattern(nested).isFound(in: ""))
  }

  /// All words over a small alphabet, compared with a matcher that follows the definition directly.
  @Test(arguments: SeededGenerator.seeds(20)) func agreesWithTheDefinition(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let node = Self.node(4, &random)
      let pattern = try Pattern("^(?:\(node.text))$")
      for word in Self.words {
        #expect(
          pattern.isFound(in: word) == node.ends(word.unicodeScalars.map { $0 }, 0).contains(word.count),
          "seed \(seed): \(node.text) \(word)")
      }
    }
  }

  private static let words: [String] = {
    var words = [""]
    for length in 1...5 { words += words.filter { $0.count == length - 1 }.flatMap { [$0 + "a", $0 + "b"] } }
    return words
  }()

  private indirect enum Node {
    case character(Character), sequence(Node, Node), choice(Node, Node), star(Node)

    var text: String {
      switch self {
      case .character(let character): String(character)
      case .sequence(let left, let right): "(\(left.text))(\(right.text))"
      case .choice(let left, let right): "(\(left.text)|\(right.text))"
      case .star(let node): "(\(node.text))*"
      }
    }

    /// Where a match that begins at a place may end.
    func ends(_ word: [Unicode.Scalar], _ start: Int) -> Set<Int> {
      switch self {
      case .character(let character):
        return start < word.count && Character(word[start]) == character ? [start + 1] : []
      case .sequence(let left, let right):
        return Set(left.ends(word, start).flatMap { right.ends(word, $0) })
      case .choice(let left, let right): return left.ends(word, start).union(right.ends(word, start))
      case .star(let node):
        var all: Set<Int> = [start]
        var new: Set<Int> = all
        while !new.isEmpty {
          new = Set(new.flatMap { node.ends(word, $0) }).subtracting(all)
          all.formUnion(new)
        }
        return all
      }
    }
  }

  private static func node(_ depth: Int, _ random: inout SeededGenerator) -> Node {
    switch depth == 0 ? 0 : Int.random(in: 0..<5, using: &random) {
    case 1, 2: .sequence(node(depth - 1, &random), node(depth - 1, &random))
    case 3: .choice(node(depth - 1, &random), node(depth - 1, &random))
    case 4: .star(node(depth - 1, &random))
    default: .character(Bool.random(using: &random) ? "a" : "b")
    }
  }
}
