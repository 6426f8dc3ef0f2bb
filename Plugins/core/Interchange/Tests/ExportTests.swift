import PluginData
import PluginTesting
import Testing

@testable import Interchange

struct ExportTests {
  @Test(arguments: [(TaskExport.Format.json, ImportFormat.json), (.ndjson, .json), (.csv, .csv)])
  func whatIsExportedReadsBackTheSame(_ format: TaskExport.Format, _ back: ImportFormat) throws {
    for seed in SeededGenerator.seeds(150) {
      var random = SeededGenerator(seed: seed)
      let tasks = (0..<Int.random(in: 0...8, using: &random)).map { randomTask($0, &random) }
      let bytes = exported(tasks, format)
      let result = try imported(back, bytes, pieces: Int.random(in: 1...80, using: &random))
      #expect(result.report.problems == [], "seed \(seed)")
      #expect(result.tasks.count == tasks.count, "seed \(seed)")
      for (task, original) in zip(result.tasks, tasks) {
        var expected = original
        for name in ["id", "key", "project", "revision", "parent", "sprint", "dependencies"] { expected[name] = nil }
        #expect(task.fields == expected, "seed \(seed)")
        #expect(task.sourceID == "orchestron:\(original["id"]?.string ?? "")", "seed \(seed)")
        #expect(task.aliases == ["orchestron:\(original["key"]?.string ?? "")"], "seed \(seed)")
        #expect(task.parent == original["parent"]?.string.map { "orchestron:\($0)" }, "seed \(seed)")
        let blockers = original["dependencies"]?.elements.compactMap(\.string) ?? []
        #expect(task.links == blockers.map { ImportedLink(.blockedBy, "orchestron:\($0)") }, "seed \(seed)")
      }
    }
  }

  @Test func csvHasARowOfNamesAndNoFormulas() {
    let text = String(
      decoding: exported(
        [["id": "1", "title": "=cmd|'/c'!A1", "labels": ["-a", "b,c"], "estimatedHours": 1.5]], .csv),
      as: UTF8.self)
    let lines = text.split(separator: "\r\n")
    #expect(lines.first?.hasPrefix("id,key,project,type,title,") == true)
    #expect(lines.last == "1,,,,'=cmd|'/c'!A1,,,,,,,\"'-a,\"\"b,c\"\"\",,,,1.5,,,,,,,,,")
  }

  @Test func readsTheCommentsOfAnExport() throws {
    let task: Fields = [
      "id": "1", "title": "a",
      "comments": [["author": "ines", "text": "b", "createdAt": "2026-01-31T09:30:00.000Z"], ["text": ""], 7],
    ]
    #expect(
      try imported(.json, exported([task], .json)).tasks.first?.comments == [
        ImportedComment(author: "ines", text: "b", createdAt: Instant("2026-01-31T09:30:00Z"))
      ])
  }

  @Test func anEmptyExportIsAnEmptyList() throws {
    #expect(String(decoding: exported([], .json), as: UTF8.self) == "[]\n")
    #expect(exported([], .ndjson).isEmpty)
    #expect(try imported(.csv, exported([], .csv)).items.isEmpty)
  }

  @Test func reportsWhatAnEditedExportHasWrong() throws {
    let result = try imported(.csv, "id,title,progress,Mood,checkpoints\n1,a,half,good,[\n,b,1,,\n")
    #expect(result.tasks.map(\.sourceID) == ["orchestron:1"])
    #expect(result.report.unmapped == ["Mood"])
    #expect(
      result.report.problems == [
        .init(row: 2, message: "progress “half” is no number"), .init(row: 2, message: "checkpoints are no JSON list"),
        .init(row: 3, message: "has neither id nor key and is left out"),
      ])
  }
}

struct MarkdownTests {
  private let tasks: [Fields] = [
    ["id": "1", "key": "ORC-1", "type": "epic", "title": "Light", "status": "in_progress", "priority": "high"],
    [
      "id": "2", "key": "ORC-2", "type": "task", "title": "Buy *lamps* @home due:now", "status": "todo", "parent": "1",
      "assignee": "Ines M", "labels": ["shop"], "dueDate": "2026-03-01", "estimatedHours": 2.5,
    ],
    ["id": "3", "key": "ORC-3", "type": "subtask", "title": "Compare", "status": "done", "parent": "2"],
    ["id": "4", "key": "ORC-4", "type": "task", "title": "<b>Sweep</b>", "status": "review", "storyPoints": 3],
  ]

  @Test func writesTasksByStatus() {
    #expect(
      TaskMarkdown.text(of: tasks, groupedBy: .status, title: "Plan") == #"""
        # Plan

        ## In progress

        - [/] Light !high id:ORC-1

        ## Review

        - [ ] \<b\>Sweep\</b\> sp:3 id:ORC-4

        ## To do

        - [ ] Buy \*lamps\* \@home due\:now @Ines-M #shop due:2026-03-01 est:2.5h id:ORC-2

        ## Done

        - [x] Compare id:ORC-3

        """#)
  }

  @Test func writesTasksByEpicWithTheirParts() {
    #expect(
      TaskMarkdown.text(of: tasks, groupedBy: .epic) == #"""
        ## Epic: Light !high id:ORC-1

        - [ ] Buy \*lamps\* \@home due\:now @Ines-M #shop due:2026-03-01 est:2.5h id:ORC-2
          - [x] Compare id:ORC-3

        ## Without epic

        - [/] \<b\>Sweep\</b\> sp:3 id:ORC-4

        """#)
  }

  @Test func readsBackAsAList() throws {
    let result = try imported(.todo, TaskMarkdown.text(of: tasks, groupedBy: .status))
    #expect(result.tasks.map { $0.text("title") } == ["Light", "<b>Sweep</b>", "Buy *lamps* @home due:now", "Compare"])
    #expect(result.tasks.map { $0.text("status") } == ["in_progress", "review", "todo", "done"])
    #expect(result.tasks.map(\.sourceID) == ["todo:ORC-1", "todo:ORC-4", "todo:ORC-2", "todo:ORC-3"])
    let epics = try imported(.todo, TaskMarkdown.text(of: tasks, groupedBy: .epic))
    #expect(epics.tasks.map(\.parent) == [nil, "todo:ORC-1", "todo:ORC-2", nil])
  }

  @Test func titlesReadBackWhateverIsInThem() throws {
    for seed in SeededGenerator.seeds(300) {
      var random = SeededGenerator(seed: seed)
      let words = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
          ["a", "`", "\\", "@", "#", "!high", "(P1)", "due:", "id:", "*", "[", "]", "<", "é", "-", "+", ":", "x"]
            .randomElement(
              using: &random) ?? ""
        }.joined()
      }
      let title = words.joined(separator: " ")
      let text = TaskMarkdown.text(of: [["id": "1", "title": .string(title)]], groupedBy: .status)
      let result = try imported(.todo, text)
      #expect(result.tasks.map { $0.text("title") } == [title], "seed \(seed): \(text)")
    }
  }

  @Test func writesEachTaskOnceHoweverTheirParentsAreLinked() {
    for seed in SeededGenerator.seeds(300) {
      var random = SeededGenerator(seed: seed)
      let count = Int.random(in: 1...12, using: &random)
      let tasks: [Fields] = (0..<count).map { number in
        [
          "id": .string("\(number)"), "title": .string("t\(number)."),
          "type": Bool.random(using: &random) ? "epic" : "task",
          "status": ["todo", "done", "review"].randomElement(using: &random) ?? "todo",
          "parent": .string("\(Int.random(in: 0...count, using: &random))"),
        ]
      }
      for grouping in TaskMarkdown.Grouping.allCases {
        let text = TaskMarkdown.text(of: tasks, groupedBy: grouping)
        for number in 0..<count {
          #expect(text.split(separator: "t\(number).", omittingEmptySubsequences: false).count == 2, "seed \(seed)")
        }
      }
    }
  }
}

private func exported(_ tasks: [Fields], _ format: TaskExport.Format) -> [UInt8] {
  var export = TaskExport(format)
  var bytes: [UInt8] = []
  for task in tasks {
    export.add(task)
    bytes += export.take()
  }
  export.end()
  return bytes + export.take()
}

/// A task with any fields, in the forms in which tasks are stored.
private func randomTask(_ number: Int, _ random: inout SeededGenerator) -> Fields {
  func text(_ random: inout SeededGenerator) -> String {
    let parts = ["=1", "-x", "a,b", "\"q\"", "'", "é😀", ";", "line", "@", "[1]", "null", "12"]
    return (0..<Int.random(in: 1...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
      .joined(separator: " ")
  }
  func texts(_ random: inout SeededGenerator) -> Value {
    .array(Set((0..<Int.random(in: 1...3, using: &random)).map { _ in text(&random) }).sorted().map(Value.string))
  }
  func moment(_ random: inout SeededGenerator) -> Value {
    .string(Instant(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random)).text)
  }
  let statuses = ["backlog", "todo", "in_progress", "review", "testing", "blocked", "done", "cancelled"]
  let status = statuses.randomElement(using: &random) ?? "todo"
  var task: Fields = [
    "id": .string("id-\(number)"), "key": .string("ORC-\(number)"), "type": "bug", "title": .string(text(&random)),
    "status": .string(status), "priority": "trivial", "createdAt": moment(&random), "updatedAt": moment(&random),
  ]
  if status == "done" { task["completedDate"] = moment(&random) }
  for name in ["assignee", "component", "project", "parent", "sprint"] where Bool.random(using: &random) {
    task[name] = .string(text(&random))
  }
  if Bool.random(using: &random) { task["description"] = .string("\(text(&random))\r\n\n- \(text(&random))") }
  for name in ["labels", "watchers", "dependencies"] where Bool.random(using: &random) { task[name] = texts(&random) }
  for name in ["estimatedHours", "storyPoints"] where Bool.random(using: &random) {
    task[name] = .double(Double(Int.random(in: 0...400, using: &random)) / 8)
  }
  if Bool.random(using: &random) { task["progress"] = .int(.random(in: 0...100, using: &random)) }
  if Bool.random(using: &random) {
    task["dueDate"] = .string(Day(number: .random(in: 0...40_000, using: &random)).text)
  }
  if Bool.random(using: &random) { task["startDate"] = moment(&random) }
  if Bool.random(using: &random) {
    task["checkpoints"] = [["name": .string(text(&random)), "completed": .bool(.random(using: &random))]]
  }
  return task
}
