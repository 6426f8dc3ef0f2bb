import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

private let now = Instant("2026-06-01T12:00:00Z") ?? Instant(milliseconds: 0)

private func imported(_ described: Fields) -> TaskItem {
  var described = described
  described["title"] = described["title"] ?? "A"
  // The dates that these tests give can be kept.
  return try! TaskItem(
    imported: described, source: "jira:A-1", id: "t", key: "ORC-1", project: "p", rank: "a1", at: now)
}

/// The transitions of a new task, as `day from→to`.
private func steps(_ task: TaskItem, since old: TaskItem? = nil) -> [String] {
  var task = task
  if task.fields["createdAt"] == nil { task.fields["createdAt"] = .string(now.text) }
  return task.transitions(since: old, at: now).map { at, fields in
    let (from, to) = (fields["from"]?.string ?? "", fields["to"]?.string ?? "")
    return "\(at.text.prefix(10)) \(from)→\(to)"
  }
}

@Suite struct ImportedTaskTests {
  @Test func keepsThePastOfADoneTask() {
    let task = imported([
      "status": "done", "createdAt": "2026-01-01T00:00:00Z", "startDate": "2026-01-03T00:00:00Z",
      "completedDate": "2026-01-05T00:00:00Z",
    ])
    #expect(task.fields["completedDate"] == "2026-01-05T00:00:00.000Z")
    #expect(task.fields["progress"] == 100)
    #expect(steps(task) == ["2026-01-01 →todo", "2026-01-03 todo→in_progress", "2026-01-05 in_progress→done"])
    let last = task.transitions(since: nil, at: now).last?.fields
    #expect(last?["lead"] == .int(4 * 86_400_000))
    #expect(last?["cycle"] == .int(2 * 86_400_000))
  }

  @Test func countsADoneTaskWithoutADateForNoPeriod() {
    let task = imported(["status": "done", "createdAt": "2026-01-01T00:00:00Z"])
    #expect(task.fields["completedDate"] == nil)
    #expect(steps(task) == ["1970-01-01 →done"])
  }

  @Test func hasNoLeadTimeWhenNobodyKnowsWhenATaskWasMade() {
    let task = imported(["status": "done", "completedDate": "2026-01-05T00:00:00Z"])
    #expect(steps(task) == ["2026-01-05 →done"])
    #expect(task.transitions(since: nil, at: now).allSatisfy { $0.fields["lead"] == nil })
  }

  @Test(arguments: [
    ("backlog", ["2026-01-01 →backlog"]), ("todo", ["2026-01-01 →todo"]),
    ("in_progress", ["2026-01-01 →todo", "2026-06-01 todo→in_progress"]),
    ("cancelled", ["2026-01-01 →todo", "2026-06-01 todo→cancelled"]),
  ])
  func placesAnOpenTask(status: String, expected: [String]) {
    #expect(steps(imported(["status": .string(status), "createdAt": "2026-01-01T00:00:00Z"])) == expected)
  }

  @Test func takesNothingFromTheFuture() {
    let task = imported([
      "status": "done", "createdAt": "2030-01-01T00:00:00Z", "completedDate": "2031-01-01T00:00:00Z",
    ])
    #expect(task.fields["completedDate"] == .string(now.text))
    #expect(task.fields["createdAt"] == nil)
  }

  @Test func tellsOfALaterCompletionWhenItHappened() {
    var old = imported(["status": "todo", "createdAt": "2026-01-01T00:00:00Z"])
    old.fields["revision"] = 1
    var new = old
    new.place(as: ["status": "done", "completedDate": "2026-03-01T00:00:00Z"], at: now)
    #expect(steps(new, since: old) == ["2026-03-01 todo→done"])
    new.place(as: ["status": "done"], at: now)
    #expect(steps(new, since: old) == ["2026-06-01 todo→done"])
  }

  /// Whatever a source says, the steps lead from nothing to where the task is, and time does not run backwards.
  @Test func leadsToWhereTheTaskIs() {
    var random = SeededGenerator(seed: 20)
    func moment() -> Value {
      .string(Instant(milliseconds: now.milliseconds - Int64.random(in: -9...90, using: &random) * 86_400_000).text)
    }
    for _ in 0..<2000 {
      var described: Fields = [
        "status": .string(TaskStatus.allCases.randomElement(using: &random)?.rawValue ?? "todo")
      ]
      for name in ["createdAt", "startDate", "completedDate"] where Bool.random(using: &random) {
        described[name] = moment()
      }
      var task = imported(described)
      if task.fields["createdAt"] == nil { task.fields["createdAt"] = .string(now.text) }
      let transitions = task.transitions(since: nil, at: now)
      #expect(transitions.first?.fields["from"] == nil, "\(described)")
      #expect(transitions.last?.fields["to"] == task.fields["status"], "\(described)")
      for (step, next) in zip(transitions, transitions.dropFirst()) {
        #expect(step.at <= next.at, "\(described)")
        #expect(step.fields["to"] == next.fields["from"], "\(described)")
      }
      #expect(transitions.allSatisfy { $0.at <= now }, "\(described)")
    }
  }
}

@Suite struct SourceStateTests {
  @Test func tellsWhatTheSourceHasChanged() {
    var state = SourceState()
    state.note("A", of: "title")
    state.note(["x"], of: "labels")
    let again = SourceState(state.text)
    #expect(again == state)
    #expect(!again.isNews("A", of: "title"))
    #expect(again.isNews("B", of: "title"))
    #expect(again.isNews(nil, of: "labels"))
    #expect(!again.isNews(nil, of: "component"))
    #expect(again.isNews("api", of: "component"))
  }

  @Test(arguments: ["", "abc", String(repeating: "é", count: 99)])
  func readsAnyText(text: String) {
    #expect(SourceState(text).text.utf8.count >= SourceState.fields.count * 8)
  }

  @Test func makesTheSameIdEachTime() {
    let moment = Instant("2026-01-31T09:30:00Z")
    let id = ImportedID.id(["a", "b"], at: moment)
    #expect(id == ImportedID.id(["a", "b"], at: moment))
    #expect(id != ImportedID.id(["ab", ""], at: moment))
    #expect(Reference(id.uppercased()) == .id(id))
    #expect(Array(id)[14] == "7")
    #expect("89ab".contains(Array(id)[19]))
  }
}

@Suite struct WaitingGraphTests {
  /// Random links against the plain definition: nobody is reachable from themselves.
  @Test func findsEveryCycle() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      var known: [String: [String]] = [:]
      var graph = WaitingGraph()
      for _ in 0..<20 {
        let (start, end) = (
          String(Int.random(in: 0..<8, using: &random)), String(Int.random(in: 0..<8, using: &random))
        )
        var reached: Set<String> = [end]
        for _ in 0..<8 { reached.formUnion(reached.flatMap { known[$0] ?? [] }) }
        let closes = reached.contains(start)
        let answer = graph.closes(start, end)
        #expect(answer == closes)
        if !closes { known[start, default: []].append(end) }
      }
    }
  }

  @Test func knowsWhatIsLinkedAlready() {
    let known = ["a": ["b"]]
    var graph = WaitingGraph()
    let answers = [("b", "a"), ("b", "c"), ("c", "a")].map { graph.closes($0, $1, known: known) }
    #expect(answers == [true, false, true])
  }
}
