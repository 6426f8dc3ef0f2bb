import PluginData
import PluginTesting
import Testing

@testable import Interchange

struct GitHubTests {
  @Test func readsIssuesOfTheInterface() throws {
    let result = try imported(.github, fixture("github-rest.json"))
    #expect(result.tasks.map(\.sourceID) == ["github:lumen/lamp#41", "github:lumen/lamp#43", "github:lumen/lamp#44"])
    #expect(result.projects == [ImportedProject(sourceID: "github:lumen/lamp", name: "lumen/lamp")])
    #expect(result.people == ["omar", "kit"])
    let flicker = try result.task("github:lumen/lamp#41")
    #expect(
      flicker.fields == [
        "title": "Dimmer flickers below 5 %", "description": "Steps:\r\n1. dim to 4 %\r\n2. watch", "status": "todo",
        "type": "bug", "priority": "high", "labels": ["bug", "priority: high"], "assignee": "omar", "watchers": ["kit"],
        "createdAt": "2026-01-05T10:00:00.000Z", "updatedAt": "2026-01-09T12:30:00.000Z",
      ])
    #expect(flicker.parent == "github:lumen/lamp#40" && flicker.project == "github:lumen/lamp" && flicker.row == 1)
    #expect(try result.task("github:lumen/lamp#43").text("status") == "cancelled")
    let release = try result.task("github:lumen/lamp#44")
    #expect(release.text("status") == "done" && release.text("type") == "story")
    #expect(release.text("completedDate") == "2026-01-20T08:00:00.000Z")
  }

  @Test func reportsPullRequestsDuplicatesAndWhatIsWrong() throws {
    let report = try imported(.github, fixture("github-rest.json")).report
    #expect(report.skipped == [.init(reason: "pull request", count: 1)])
    #expect(report.duplicates == [.init(sourceID: "github:lumen/lamp#41", row: 5)])
    #expect(
      report.problems == [
        .init(row: 3, message: "closed_at “2026-02-30T10:00:00Z” is a date that does not exist"),
        .init(row: 6, message: "has no number and is left out; export with the field number"),
        .init(row: 7, message: "is no JSON object (it begins in line 61, column 3)"),
      ])
    #expect(report.unmapped == ["comments", "id", "locked", "milestone", "user"])
    #expect(report.target(of: "body") == "description")
    let state = report.terms.first { $0.source == "not_planned" }
    #expect(state?.target == "cancelled" && state?.basis == .known)
  }

  @Test func readsIssuesOfTheCommandLine() throws {
    let result = try imported(.github, fixture("github-cli.json"), pieces: 7)
    let scenes = try result.task("github:lumen/lamp#5")
    #expect(scenes.parent == "github:lumen/lamp#2" && scenes.text("priority") == "high")
    #expect(scenes.links == [ImportedLink(.blockedBy, "github:lumen/lamp#3")])
    #expect(
      scenes.comments == [
        ImportedComment(author: "kit", text: "I can take this.", createdAt: Instant("2026-01-08T09:00:00Z"))
      ])
    #expect(try result.task("github:lumen/lamp#6").text("status") == "cancelled")
  }

  @Test func namesTheRepositoryWhereTheExportDoesNot() throws {
    let text = #"[{"number":1,"title":"A","state":"OPEN"}]"#
    #expect(
      try imported(.github, text, options: ImportOptions(repository: "a/b")).tasks.first?.sourceID == "github:a/b#1")
    let nameless = try imported(.github, text)
    #expect(nameless.tasks.first?.sourceID == "github:#1" && nameless.report.notes.count == 1)
  }

  @Test func readsTheAnswerOfASearch() throws {
    let text = #"{"total_count":1,"items":[{"number":9,"title":"A","html_url":"https://github.com/a/b/issues/9"}]}"#
    #expect(try imported(.github, text).tasks.first?.sourceID == "github:a/b#9")
  }
}

struct TaskMasterTests {
  @Test func readsListsByTag() throws {
    let result = try imported(.taskMaster, fixture("taskmaster.json"))
    #expect(
      result.tasks.map(\.sourceID) == [
        "taskmaster:master/1", "taskmaster:master/2", "taskmaster:master/2.1", "taskmaster:master/2.2",
        "taskmaster:master/2.3", "taskmaster:spike/1",
      ])
    #expect(result.projects.map(\.name) == ["master", "spike"])
    let first = try result.task("taskmaster:master/1")
    #expect(
      first.text("description")
        == "Layout, formatter, first test.\n\nUse one package with two targets.\n\n"
        + "## Test strategy\n\nThe pipeline is green.")
    #expect(first.text("status") == "done" && first.text("priority") == "high")
    let second = try result.task("taskmaster:master/2")
    #expect(second.text("status") == "in_progress" && second.links == [ImportedLink(.blockedBy, "taskmaster:master/1")])
    #expect(try result.task("taskmaster:spike/1").text("status") == "review")
    #expect(result.report.unmapped == ["complexity"])
  }

  @Test func aPartNamesItsSiblingsByTheirOwnIds() throws {
    let result = try imported(.taskMaster, fixture("taskmaster.json"))
    let decode = try result.task("taskmaster:master/2.2")
    #expect(decode.links == [ImportedLink(.blockedBy, "taskmaster:master/2.1")])
    #expect(decode.parent == "taskmaster:master/2" && decode.text("type") == "subtask")
    let wire = try result.task("taskmaster:master/2.3")
    #expect(
      wire.links == [
        ImportedLink(.blockedBy, "taskmaster:master/2.2"), ImportedLink(.blockedBy, "taskmaster:master/9"),
      ])
    #expect(wire.text("status") == "backlog")
  }

  @Test func readsOneListWithoutATag() throws {
    let result = try imported(.taskMaster, #"{"tasks":[{"id":"7","title":"A"},{"title":"no id"}],"metadata":{"x":1}}"#)
    #expect(result.tasks.map(\.sourceID) == ["taskmaster:7"])
    #expect(result.report.problems == [.init(row: 2, message: "is no task with an id and is left out")])
    #expect(result.report.unmapped == ["metadata"])
  }

  @Test(arguments: ["", "{", "7", #"{"a":{"b":1}}"#])
  func refusesWhatHoldsNoTasks(_ text: String) {
    #expect(throws: ImportFailure.self) { try imported(.taskMaster, text) }
  }
}

struct TaskwarriorTests {
  @Test func readsAnExport() throws {
    let result = try imported(.taskwarrior, fixture("taskwarrior.json"))
    let relays = try result.task("taskwarrior:5c67dfa3-98de-4fc4-9cec-648175d3a87b")
    #expect(
      relays.fields == [
        "title": "Order the relays", "dueDate": "2026-01-31T09:30:00.000Z", "createdAt": "2026-01-10T12:00:00.000Z",
        "updatedAt": "2026-01-11T08:00:00.000Z", "priority": "high", "component": "lab.power", "status": "todo",
        "startDate": "2026-01-20T23:00:00.000Z", "labels": ["buy", "next"],
      ])
    #expect(
      relays.comments == [ImportedComment(text: "Ask for a quote first", createdAt: Instant("2026-01-12T10:15:00Z"))])
    let mount = try result.task("taskwarrior:00f371df-f5b5-44df-98e8-dcc0262d4f07")
    #expect(mount.text("status") == "in_progress")
    #expect(mount.links == [ImportedLink(.blockedBy, "taskwarrior:5c67dfa3-98de-4fc4-9cec-648175d3a87b")])
    #expect(result.tasks.map { $0.text("status") } == ["todo", "in_progress", "done", "cancelled", "backlog"])
    #expect(result.tasks[2].links.count == 2 && result.tasks[2].text("completedDate") == "2026-01-15T19:37:56.000Z")
    #expect(result.tasks[3].text("completedDate") == nil)
    #expect(result.report.skipped == [.init(reason: "template of a recurring task", count: 1)])
    #expect(result.report.unmapped == ["client", "id", "urgency", "wait"])
  }

  @Test func aMidnightOfTheUsersZoneIsADay() throws {
    let options = ImportOptions(timeZone: try #require(TimeZone("Europe/Berlin")))
    let result = try imported(.taskwarrior, fixture("taskwarrior.json"), options: options)
    #expect(result.tasks[0].text("startDate") == "2026-01-21")
    #expect(result.tasks[1].text("dueDate") == "2026-04-01")
    #expect(result.tasks[0].text("dueDate") == "2026-01-31T09:30:00.000Z")
  }

  @Test func readsOneTaskToALine() throws {
    let text = """
      {"uuid":"A","description":"first","status":"pending"}
      {"uuid":"b","description":"broken" "status":1}
      {"uuid":"c","description":"  ","status":"pending"}
      {"uuid":"d","description":"last","status":"odd"}
      """
    let result = try imported(.taskwarrior, text, pieces: 5)
    #expect(result.tasks.map(\.sourceID) == ["taskwarrior:a", "taskwarrior:d"])
    #expect(result.report.problems.map(\.row) == [2, 3])
    #expect(
      result.report.terms.last == .init(field: "status", source: "odd", target: "todo", basis: .unknown, count: 1))
  }
}

struct ImporterTests {
  /// What is malformed must not look as if it were empty.
  @Test(arguments: [
    (ImportFormat.taskwarrior, "{]", "line 1, column 2"), (.json, "[{]", "line 1, column 3"),
    (.github, "[\n{\"number\":1]", "line 2, column 12"),
    (.taskwarrior, "[{\"uuid\" 1}]", "entry 1 is no JSON (it begins in line 1, column 2): "),
    (.taskwarrior, "nul", "entry 1 is no JSON (it begins in line 1, column 1): "),
    (.json, "\n[17]", "entry 1 is no JSON object (it begins in line 2, column 2)"),
    (.json, "[,]", "line 1, column 2"),
    (.github, #"{"message":"Not Found"}"#, "entry 1 has no number"),
    (.github, #"{"items":5}"#, "entry 1 has “items” that are no list"),
    (.taskMaster, "{]", "tasks.json is no JSON: "), (.taskMaster, #"{"tasks":5}"#, "“tasks” is no list of tasks"),
    (.taskMaster, #"{"master":{"tasks":{}}}"#, "“master.tasks” is no list of tasks"),
    (.taskMaster, #"{"tasks":[5]}"#, "entry 1 is no task with an id"),
    (.linear, "ID,Title\n\"L-1,never closed\n", "line 2 "), (.csv, "id,title\n1,\u{200b}\n", "line 2 has no title"),
    (.vibeKanban, "Issue ID,Title\n,A\n", "line 2 has no Issue ID"),
    (.todoTxt, "\u{0}\u{1}", "line 1 is no text"), (.todo, "a\n\u{0}", "line 2 is no text"),
  ])
  func saysWhatIsWrongWithMalformedContent(_ format: ImportFormat, _ content: String, _ words: String) {
    let failure = #expect(throws: ImportFailure.self) { try imported(format, content, pieces: 3) }
    #expect(failure?.message.contains(words) == true, "the sentence is: \(failure?.message ?? "")")
  }

  @Test(arguments: ImportFormat.allCases)
  func saysWhatIsWrongWithEmptyContent(_ format: ImportFormat) {
    switch format {
    case .todo, .todoTxt, .github, .taskwarrior, .json:
      #expect(throws: Never.self) { try imported(format, "") }
    case .original, .taskMaster, .jira, .linear, .vibeKanban, .csv:
      #expect(throws: ImportFailure.self) { try imported(format, "") }
    }
  }

  @Test(arguments: [
    (ImportFormat.github, "github-rest.json"), (.taskwarrior, "taskwarrior.json"), (.taskMaster, "taskmaster.json"),
    (.jira, "jira-server.csv"), (.linear, "linear.csv"), (.vibeKanban, "vibe-kanban.csv"), (.todo, "TODO.md"),
    (.todoTxt, "todo.txt"),
  ])
  func thePiecesAndTheRunDoNotMatter(_ format: ImportFormat, _ name: String) throws {
    let content = try fixture(name)
    let whole = try imported(format, content, pieces: content.count)
    for pieces in [1, 2, 3, 61] {
      let other = try imported(format, content, pieces: pieces)
      #expect(other.items == whole.items && other.report == whole.report, "pieces of \(pieces)")
    }
  }

  @Test(arguments: [
    (ImportFormat.github, "github-rest.json"), (.taskwarrior, "taskwarrior.json"), (.taskMaster, "taskmaster.json"),
    (.jira, "jira-server.csv"), (.linear, "linear.csv"), (.vibeKanban, "vibe-kanban.csv"), (.todo, "TODO.md"),
    (.todoTxt, "todo.txt"), (.json, "github-rest.json"), (.csv, "linear.csv"), (.original, "github-cli.json"),
  ])
  func endsOnDamagedContent(_ format: ImportFormat, _ name: String) throws {
    let content = try fixture(name)
    for seed in SeededGenerator.seeds(60) {
      var random = SeededGenerator(seed: seed)
      var damaged = content
      for _ in 0..<Int.random(in: 1...8, using: &random) where !damaged.isEmpty {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged.removeSubrange(place..<min(place + 9, damaged.count))
        case 2: damaged.insert(contentsOf: damaged[..<min(40, damaged.count)], at: place)
        default: damaged.removeLast(min(place, 50))
        }
      }
      // A failure is as good as a result: it must be one of the two, with fields of ours alone.
      guard let result = try? imported(format, damaged) else { continue }
      for task in result.tasks {
        #expect(statuses.contains(task.text("status") ?? ""), "seed \(seed)")
        #expect((task.text("title") ?? "").unicodeScalars.count <= 500, "seed \(seed)")
        #expect(task.text("priority").map(priorities.contains) != false, "seed \(seed)")
      }
      #expect(Set(result.tasks.map(\.sourceID)).count == result.tasks.count, "seed \(seed)")
    }
  }

  @Test func keepsWithinWhatATaskMayHold() throws {
    let long = String(repeating: "é", count: 600)
    let labels = (0..<60).map { "\"l\($0)\"" }.joined(separator: ",")
    let text =
      #"[{"id":"1","title":"\#(long)","labels":[\#(labels)],"storyPoints":-3,"estimatedHours":1000000,"progress":1e999}]"#
    let result = try imported(.json, text)
    let task = try #require(result.tasks.first)
    #expect(task.text("title")?.unicodeScalars.count == 500 && task.text("description") == long)
    #expect(task.texts("labels").count == 50 && task.fields["storyPoints"] == nil && task.fields["progress"] == nil)
    #expect(result.report.problemCount == 14)
  }

  @Test func theReportEndsWhereItsLimitIs() throws {
    let lines = (0..<1500).map { #"{"uuid":"\#($0)","description":"","field\#($0)":1}"# }.joined(separator: "\n")
    let report = try imported(.taskwarrior, #"{"uuid":"x","description":"good"}"# + "\n" + lines).report
    #expect(report.problemCount == 1500 && report.problems.count == ImportReport.limit)
    #expect(report.fields.count == ImportReport.limit)
  }

  @Test func statusesOfTheCallerGoFirst() throws {
    let options = ImportOptions(statuses: ["Baking": "testing", "odd": "nonsense"])
    let text = #"[{"uuid":"1","description":"a","status":"BAKING"},{"uuid":"2","description":"b","status":"odd"}]"#
    #expect(try imported(.taskwarrior, text, options: options).tasks.map { $0.text("status") } == ["testing", "todo"])
  }
}

private let statuses: Set = ["backlog", "todo", "in_progress", "review", "testing", "blocked", "done", "cancelled"]
private let priorities: Set = ["critical", "high", "medium", "low", "trivial"]
