import PluginKit
import Testing

@testable import WorkflowPlugin

@Suite struct OccurrenceTests {
  private func updated(_ changes: Fields, _ task: Fields = Fields(), topic: String = "task:updated") -> Occurrence {
    var task = task
    for (name, change) in changes.members { task[name] = change.array?[1] }
    return Occurrence(
      topic: topic, seq: 7, time: Instant(milliseconds: 0), source: "core", actor: "user:ada",
      data: ["id": "1", "key": "ORC-4", "project": "p1", "changes": .object(changes), "task": .object(task)])
  }

  private func value(_ text: String, _ occurrence: Occurrence) throws -> CELValue {
    try Expression(text, variables: Definition.conditionVariables).value(
      occurrence.variables(project: ["key": "ORC"], now: Instant(milliseconds: 1000)))
  }

  @Test func showsWhatWasBeforeAndWhatIsAfter() throws {
    let occurrence = updated(
      ["status": ["todo", "done"], "assignee": [.null, "bob"], "dueDate": ["2026-01-31", .null]],
      ["title": "T", "revision": 5])
    #expect(try value("before.status + ' ' + after.status", occurrence) == .string("todo done"))
    #expect(try value("has(before.assignee) || has(after.dueDate) && false", occurrence) == .bool(false))
    #expect(try value("before.dueDate", occurrence) == .string("2026-01-31"))
    #expect(try value("before.title == task.title && before.revision == 4", occurrence) == .bool(true))
    #expect(try value("event.topic + event.actor + project.key", occurrence) == .string("task:updateduser:adaORC"))
    #expect(try value("now - timestamp(event.time)", occurrence) == .duration(1000))
  }

  @Test func showsNothingBeforeWhatWasMade() throws {
    let occurrence = updated(["title": [.null, "T"]], topic: "task:created")
    #expect(try value("before == null && task.title == 'T'", occurrence) == .bool(true))
    let other = Occurrence(topic: "manual", time: .now, source: "", actor: "", data: Fields())
    #expect(try value("before == null && after == null && task == null", other) == .bool(true))
  }

  private func trigger(_ fields: Fields) throws -> Trigger {
    try Definition([
      "name": "t", "triggers": [.object(fields)],
      "stages": [["name": "s", "actions": [["name": "a", "action": "notify", "with": ["message": "m"]]]]],
    ]).triggers[0]
  }

  @Test func startsByStatus() throws {
    let occurrence = updated(["status": ["todo", "in_progress"]])
    for (fields, isStarted) in [
      ([:], true), (["to": "in_progress"], true), (["to": "done"], false), (["from": ["todo", "backlog"]], true),
      (["from": "done"], false),
      (["project": "orc"], true), (["project": "P1"], true), (["project": "API"], false),
    ] as [(Fields, Bool)] {
      var fields = fields
      fields["type"] = "status"
      #expect(try trigger(fields).matches(occurrence) == isStarted, "\(fields)")
    }
    #expect(try !trigger(["type": "status"]).matches(updated(["title": ["a", "b"]])))
  }

  @Test func startsByCheckpoint() throws {
    let change = updated([
      "checkpoints": [
        [["name": "design", "completed": true], ["name": "code", "completed": false]],
        [["name": "design", "completed": true], ["name": "code", "completed": true]],
      ]
    ])
    #expect(try trigger(["type": "checkpoint"]).matches(change))
    #expect(try trigger(["type": "checkpoint", "checkpoint": "code"]).matches(change))
    #expect(try !trigger(["type": "checkpoint", "checkpoint": "design"]).matches(change))
  }

  @Test(arguments: [
    ("task:*", "task:created", true), ("task:*", "task", false), ("*", "task:created", true),
    ("*:created", "task:created", true),
    ("*:created", "task:sub:created", false), ("task:created", "task:created", true),
    ("task:created", "task:updated", false),
    ("a:*", "a:b:c", true),
  ])
  func matchesTopics(pattern: String, topic: String, isMatch: Bool) throws {
    #expect(try #require(TopicPattern(pattern)).matches(topic) == isMatch)
  }

  @Test(arguments: ["", "a:", ":a", "a b", "a:*b", "ä"]) func refusesWhatIsNoTopic(text: String) {
    #expect(TopicPattern(text) == nil)
  }

  @Test func survivesItsOwnJSON() throws {
    let occurrence = updated(["status": ["todo", "done"]])
    #expect(Occurrence(occurrence.fields).fields == occurrence.fields)
  }
}
