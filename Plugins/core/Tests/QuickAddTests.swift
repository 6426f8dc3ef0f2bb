import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct QuickAddTests {
  /// A Friday.
  private static let today = Day(year: 2026, month: 1, day: 30)

  private func add(_ text: String, takesParent: Bool = true) -> QuickAdd {
    QuickAdd(text, today: Self.today, hoursPerDay: 6, takesParent: takesParent)
  }

  @Test func readsEveryMark() {
    let line = add("Fix  login @Ada #api !High ~2h due:fri parent:ORC-3 +auth #web ~3p")
    #expect(line.title == "Fix login")
    #expect(
      line.fields == [
        "assignee": "ada", "labels": ["api", "web"], "priority": "high", "estimatedHours": 2, "dueDate": "2026-02-06",
        "parentTask": "ORC-3", "component": "auth", "storyPoints": 3,
      ])
  }

  @Test(arguments: [
    ("today", "2026-01-30"), ("Tomorrow", "2026-01-31"), ("sat", "2026-01-31"), ("thursday", "2026-02-05"),
    ("fri", "2026-02-06"), ("+3d", "2026-02-02"), ("+2w", "2026-02-13"), ("2026-02-28", "2026-02-28"),
  ])
  func knowsDays(text: String, day: String) {
    #expect(add("A due:\(text)").fields == ["dueDate": .string(day)])
  }

  @Test(arguments: [("2h", 2.0), ("1.5h", 1.5), ("30m", 0.5), ("1h30m", 1.5), ("2d", 12), ("1d2h", 8)])
  func knowsEstimates(text: String, hours: Double) {
    #expect(add("A ~\(text)").fields == ["estimatedHours": .double(hours)])
  }

  @Test(arguments: [
    "!urgent", "due:someday", "due:2026-02-30", "due:+d", "due:+99999999999999999999d", "due:", "~2x", "~h", "~-2h",
    "~1e9h", "~0h", "~nan", "~1..2h", "~2", "~p", "~2000p", "#1", "#", "+1", "+", "C++", "@", "@-", "!", "parent:",
    "parent:a/b", "http://x", "\\", "due:fr", "12:30",
  ])
  func leavesInTheTitleWhatItDoesNotKnow(mark: String) {
    let line = add("A \(mark) B")
    #expect(line.title == "A \(mark) B")
    #expect(line.fields == [:])
  }

  @Test func countsTheFirstOfMarksThatComeOnce() {
    let line = add("A @ada @bob !low !high")
    #expect(line.title == "A @bob !high")
    #expect(line.fields == ["assignee": "ada", "priority": "low"])
  }

  @Test func leavesOutWhatABackslashIsBefore() {
    #expect(add(##"A \#api \\b"##).title == ##"A #api \b"##)
  }

  @Test func isAllTitleWhenThereAreOnlyMarks() {
    #expect(add("#api  @ada").title == "#api @ada")
    #expect(add("#api @ada").fields == [:])
  }

  @Test func hasATitleThatCanBeSeen() {
    #expect(add("\u{200b} #api").title == "\u{200b} #api")
    #expect(add("\u{200b} #api").fields == [:])
  }

  @Test func leavesAParentThatIsNotThere() {
    let line = add("A parent:ORC-9 #x", takesParent: false)
    #expect(line.title == "A parent:ORC-9")
    #expect(line.fields == ["labels": ["x"]])
  }

  @Test func losesNothing() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let parts = [
      "@", "#", "!", "~", "+", "due:", "parent:", "\\", "a", "high", "2", "h", "3p", "ORC-1", " ", " ", "ß", "\t",
    ]
    for _ in SeededGenerator.seeds(3000) {
      let text = (0..<Int.random(in: 1...12, using: &random))
        .map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      guard text.contains(where: { !$0.isWhitespace }) else { continue }
      let line = add(text)
      #expect(!line.title.isEmpty && line.title.count <= text.count, "seed \(seed): \(text)")
      let left = line.title.split(separator: " ").count
      let words = text.split(whereSeparator: \.isWhitespace).count
      #expect(left == words || !line.fields.members.isEmpty, "seed \(seed): \(text)")
    }
  }
}

@Suite struct CheckpointTests {
  private func task(_ checkpoints: Value, progress: Int64 = 0, status: String = "todo") -> TaskItem {
    TaskItem(fields: ["status": .string(status), "progress": .int(progress), "checkpoints": checkpoints])
  }

  @Test func addsAndCompletesNamedSteps() {
    var checkpoints = Checkpoints(of: TaskItem(fields: [:]))
    let now = Instant(milliseconds: 0)
    let changes = [
      checkpoints.set("A", false, at: now), checkpoints.set("B", true, at: now),
      checkpoints.set("B", true, at: Instant(milliseconds: 1)),
    ]
    #expect(changes == [true, true, false])
    #expect(checkpoints.list.count == 2)
    #expect(checkpoints.list.last == ["name": "B", "completed": true, "timestamp": .string(now.text)])
    #expect(checkpoints.progress == 50)
    _ = checkpoints.set("B", false, at: now)
    #expect(checkpoints.list.last == ["name": "B", "completed": false])
  }

  @Test func isFollowedByProgressThatFollowedIt() {
    let half: Value = [["name": "A", "completed": true], ["name": "B", "completed": false]]
    for (progress, follows) in [(50, true), (0, false), (51, false)] as [(Int64, Bool)] {
      let task = task(half, progress: progress)
      #expect(Checkpoints(of: task).isMeasure(of: task) == follows)
    }
    let bare = task([])
    #expect(!Checkpoints(of: bare).isMeasure(of: bare), "one step says nothing of how many there will be")
    let done = task([["name": "A", "completed": true]], progress: 100, status: "done")
    #expect(!Checkpoints(of: done).isMeasure(of: done))
  }
}
