import PluginKit
import Testing

@testable import CorePlugin

@Suite struct MentionTests {
  @Test(arguments: [
    ("Hello @ada", ["ada"]), ("@Ada, @BOB: look.", ["ada", "bob"]), ("(@ada) and @ada.", ["ada"]),
    ("Ask @claude-code.", ["claude-code"]), ("@зоя", ["зоя"]), ("one\n@two\r\n@three", ["two", "three"]),
    ("@ada\u{301}", ["ada\u{301}"]),
  ])
  func findsWhoIsNamed(text: String, handles: [String]) {
    #expect(Mentions.handles(in: text) == handles)
  }

  @Test(arguments: [
    "", "@", "@ ada", "ada@example.org", "a.b@example.org", "@@ada", "https://example.org/@ada", "@me", "@none",
    "`@ada`",
    "``@ada ` @bob``", "```\n@ada\n```", "~~~swift\n@main\n~~~", "  ````\n```\n@ada\n  ````", "```\n@ada",
  ])
  func findsNobody(text: String) {
    #expect(Mentions.handles(in: text) == [])
  }

  @Test func goesOnBehindCode() {
    #expect(Mentions.handles(in: "`@a` @b `@c") == ["b", "c"])
    #expect(Mentions.handles(in: "```\n@a\n```\n@b") == ["b"])
  }

  @Test func namesNotMoreThanThereMayBe() {
    let text = (0..<100).map { "@a\($0)" }.joined(separator: " ")
    #expect(Mentions.handles(in: text).count == Mentions.limit)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["@", "`", "` ", "@a", "```\n", "`` ` "])
  func takesLongTextsInGoodTime(part: String) {
    let text = String(repeating: part, count: 100_000 / part.count)
    #expect(Mentions.handles(in: text).count <= Mentions.limit)
  }

  @Test(.timeLimit(.minutes(1)))
  func takesBackticksThatNothingEndsInGoodTime() {
    let text = (1...440).map { "\(String(repeating: "`", count: $0)) @a\($0 % 3) " }.joined()
    for _ in 0..<20 { #expect(Mentions.handles(in: text) == ["a1", "a2", "a0"]) }
  }
}

@Suite struct CommentItemTests {
  @Test func keepsWhoIsNamedWithTheText() {
    let task = TaskItem(fields: ["id": "t", "project": "p"])
    var comment = CommentItem(id: "c", on: task, by: "user:ada", text: "For @bob")
    #expect(comment.mentions == ["bob"])
    comment.set(text: "For nobody")
    #expect(comment.fields["mentions"] == [])
    #expect(comment.fields["author"] == "user:ada")
  }
}
