import Testing

@testable import OrchestronHost

/// Restoring and undoing what is no task, with the service `history` of the bundled plugin core over the real storage.
@Suite struct ReturningTests {
  @Test func restoresAndUndoesRecordsPeopleCommentsAndBookmarks() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let entities: [(service: String, made: JSON, field: String)] = [
      ("records", try host.answer("records.create", ["title": "x"]), "title"),
      ("people", try host.answer("people.create", ["handle": "ada", "name": "x"]), "name"),
      ("comments", try host.answer("comments.create", ["task": "ORC-1", "text": "x"]), "text"),
    ]
    for (service, made, field) in entities {
      let id = made["id"] ?? .null
      _ = try host.answer("\(service).update", ["id": id, field: "y"])
      let restored = try host.answer("history.restore", ["id": id, "revision": 1])
      #expect(restored["entity"]?[field] == "x", "\(service)")
      #expect(restored["kept"] == [])
      #expect(try host.answer("\(service).get", ["id": id])[field] == "x")
      _ = try host.answer("history.undo")
      #expect(try host.answer("\(service).get", ["id": id])[field] == "y")
      _ = try host.answer("\(service).delete", ["id": id])
      #expect(try host.call("\(service).get", (["id": id] as JSON).text).status == .notFound)
      _ = try host.answer("history.undo")
      #expect(try host.answer("\(service).get", ["id": id])[field] == "y")
    }
    _ = try host.answer("bookmarks.create", ["entity": "ORC-1"])
    _ = try host.answer("history.undo")
    #expect(try host.answer("bookmarks.list")["items"] == [])
    #expect(try host.faults(of: "core") == 0)
  }

  @Test func bringsASprintBackWithoutBeginningOrEndingIt() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("sprints.create", ["name": "x"])
    _ = try host.answer("sprints.addTasks", ["id": "ORC-S1", "tasks": ["ORC-1"]])
    _ = try host.answer("sprints.update", ["id": "ORC-S1", "name": "y"])
    _ = try host.answer("sprints.start", ["id": "ORC-S1"])
    let restored = try host.answer("history.restore", ["id": "ORC-S1", "revision": 1])
    #expect(restored["entity"]?["name"] == "x")
    #expect(restored["entity"]?["status"] == "active")
    #expect(
      restored["kept"]
        == [["field": "status", "value": "planned", "reason": "sprints begin and end by their own methods"]])
    _ = try host.answer("sprints.end", ["id": "ORC-S1"])
    let outcome = try host.call("history.undo")
    #expect(outcome.status == .failedPrecondition)
    #expect(
      outcome.message == "ORC-S1 is completed, and no history makes it active again; plan another sprint")
    let ended = try host.answer("history.restore", ["id": "ORC-S1", "revision": 3])
    #expect(ended["entity"]?["status"] == "completed")
    #expect(ended["entity"]?["metrics"] != nil)
    #expect(try host.answer("sprints.active") == .null)
  }

  @Test func undoesTheDeletingOfASprintWithItsTasksAndItsMaking() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let sprint = try host.answer("sprints.create", ["name": "x"])
    let make = try host.answer("history.get", ["id": "ORC-S1"])["change"] ?? .null
    _ = try host.answer("tasks.create", ["title": "B"])
    _ = try host.answer("sprints.addTasks", ["id": "ORC-S1", "tasks": ["ORC-1", "ORC-2"]])
    _ = try host.answer("sprints.delete", ["id": "ORC-S1"])
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == nil)
    _ = try host.answer("history.undo")
    for key in ["ORC-1", "ORC-2"] {
      #expect(try host.answer("tasks.get", ["id": .string(key)])["sprint"] == sprint["id"])
    }
    #expect(try host.call("history.undo", (["change": make] as JSON).text).status == .aborted)
    _ = try host.answer("sprints.start", ["id": "ORC-S1"])
    _ = try host.answer("history.undo")
    #expect(try host.answer("sprints.get", ["id": "ORC-S1"])["status"] == "planned")
    #expect(try host.answer("sprints.active") == .null)
  }

  @Test func keepsTheHoursOfATaskRightWhateverIsTakenBack() throws {
    let host = try TestHost.withCore()
    func hours() throws -> Double { try host.answer("tasks.get", ["id": "ORC-1"])["actualHours"]?.double ?? 0 }
    _ = try host.answer("tasks.create", ["title": "A"])
    let entry = try host.answer("time.log", ["task": "ORC-1", "hours": 2])["id"] ?? .null
    _ = try host.answer("time.update", ["id": entry, "hours": 5])
    #expect(try hours() == 5)
    _ = try host.answer("history.restore", ["id": entry, "revision": 1])
    #expect(try hours() == 2)
    _ = try host.answer("history.undo")
    #expect(try hours() == 5)
    _ = try host.answer("time.delete", ["id": entry])
    #expect(try hours() == 0)
    _ = try host.answer("history.undo")
    #expect(try hours() == 5)
    _ = try host.answer("time.log", ["task": "ORC-1", "hours": 1])
    #expect(try hours() == 6)
    _ = try host.answer("history.undo")
    #expect(try hours() == 5)
    _ = try host.answer("time.delete", ["id": entry])
    _ = try host.answer("tasks.delete", ["id": "ORC-1"])
    let outcome = try host.call("history.restore", (["id": entry, "revision": 1] as JSON).text)
    #expect(outcome.message == "the task ORC-1 was deleted; restore it before the time spent on it")
  }

  @Test func startsNoTimerByHistory() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let entry = try host.answer("time.start", ["task": "ORC-1"])["id"] ?? .null
    _ = try host.answer("history.undo")
    #expect(try host.answer("time.running")["items"] == [])
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["status"] == "todo")
    #expect(try host.call("time.get", (["id": entry] as JSON).text).status == .notFound)
    let outcome = try host.call("history.restore", (["id": entry, "revision": 1] as JSON).text)
    #expect(outcome.status == .failedPrecondition)
    #expect(
      outcome.message
        == "a timer that was stopped does not run on by its history; time.start begins another one")
  }
}
