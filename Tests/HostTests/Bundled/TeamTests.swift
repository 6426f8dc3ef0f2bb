import Testing

@testable import OrchestronHost

/// The services `people`, `comments` and `bookmarks` of the bundled plugin core, over the real storage.
@Suite struct PeopleTests {
  @Test func knowsTheCallerByTheHandle() throws {
    let host = try TestHost.withCore()
    #expect(try host.answer("people.me")["handle"] == "test")
    #expect(try host.answer("people.me")["id"] == nil)
    let person = try host.answer("people.create", ["handle": "Test", "name": "Tess"])
    #expect(try host.answer("people.me") == person)
    #expect(try host.answer("people.get", ["id": "TEST"]) == person)
    #expect(try host.call("people.create", #"{"handle":"test"}"#).status == .alreadyExists)
  }

  @Test func bringsBackWhoWasDeleted() throws {
    let host = try TestHost.withCore()
    let person = try host.answer("people.create", ["handle": "ada"])
    _ = try host.answer("people.delete", ["id": "ada"])
    #expect(try host.answer("people.list")["items"] == [])
    #expect(try host.call("people.get", #"{"id":"ada"}"#).status == .notFound)
    let again = try host.answer("people.create", ["handle": "ada", "kind": "agent"])
    #expect(again["id"] == person["id"])
    #expect(again["createdAt"] == person["createdAt"])
    #expect(again["revision"] == 3)
  }

  @Test func understandsMeWhereverAHandleIsMeant() throws {
    let host = try TestHost.withCore()
    let task = try host.answer("tasks.create", ["title": "A", "assignee": "me", "watchers": ["me", "bob"]])
    #expect(task["assignee"] == "test")
    #expect(task["watchers"] == ["test", "bob"])
    #expect(try host.answer("tasks.list", ["assignee": "me"])["items"] == [task])
    #expect(try host.answer("tasks.list", ["assignee": "me"], as: "user:bob")["items"] == [])
  }

  @Test func makesWatchersOfThoseWhoAreNamedInAComment() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let comment = try host.answer("comments.create", ["task": "orc-1", "text": "Hello @bob, see `@code`"])
    #expect(comment["author"] == "user:test")
    #expect(comment["mentions"] == ["bob"])
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["watchers"] == ["bob"])
    let id = comment["id"] ?? .null
    #expect(try host.answer("comments.update", ["id": id, "text": "Hello @zoe"])["revision"] == 2)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["watchers"] == ["bob", "zoe"])
    _ = try host.answer("comments.delete", ["id": id])
    #expect(try host.answer("comments.list", ["task": "ORC-1"])["items"] == [])
    let topics = try host.recordedEvents().map(\.topic).filter { $0.hasPrefix("comment") }
    #expect(topics == ["comment:created", "comment:updated", "comment:deleted"])
  }

  @Test func keepsBookmarksOfEachCaller() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let bookmark = try host.answer("bookmarks.create", ["entity": "orc-1"])
    #expect(bookmark["name"] == "A")
    #expect(try host.answer("bookmarks.create", ["entity": "ORC-1"]) == bookmark)
    #expect(try host.answer("bookmarks.create", ["entity": "ORC"])["kind"] == "project")
    #expect(try host.answer("bookmarks.list")["items"]?.array?.count == 2)
    #expect(try host.answer("bookmarks.list", as: "user:bob")["items"] == [])
    let recent = try host.answer("bookmarks.recent")["items"]
    #expect(recent?[0]?["key"] == "ORC-1")
    #expect(try host.answer("bookmarks.recent", as: "user:bob")["items"] == [])
  }
}

/// The service `time` of the bundled plugin core, over the real storage.
@Suite struct TimeTests {
  /// The seconds of all entries of a task, and those that the task says.
  private func seconds(_ host: TestHost, _ task: String) throws -> [Int] {
    let entries = try host.answer("time.list", ["task": .string(task), "limit": 500])["items"]?.array ?? []
    let sum = entries.reduce(0) { $0 + ($1["hours"]?.double ?? 0) }
    let hours = try host.answer("tasks.get", ["id": .string(task)])["actualHours"]?.double ?? 0
    return [Int((sum * 3600).rounded()), Int((hours * 3600).rounded())]
  }

  @Test func runsOneTimerOfAPersonThroughARestart() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    let first = try host.answer("time.start", ["task": "ORC-1"])
    #expect(first["running"] == true)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["status"] == "in_progress")
    #expect(try host.answer("time.start", ["task": "ORC-1"]) == first)
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try again.answer("time.running")["items"] == [first])
    let second = try again.answer("time.start", ["task": "ORC-2"])
    #expect(try again.answer("time.running", ["person": "*"])["items"] == [second])
    let stopped = try again.answer("time.get", ["id": first["id"] ?? .null])
    #expect(stopped["running"] == nil)
    #expect(stopped["endTime"] != nil)
    let topics = try again.recordedEvents().map(\.topic).filter { $0.hasPrefix("timer") }
    #expect(topics == ["timer:started", "timer:stopped", "timer:started"])
  }

  @Test func stopsEveryTimerOnATaskThatIsDone() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    for actor in ["user:ada", "agent:claude"] { _ = try host.answer("time.start", ["task": "ORC-1"], as: actor) }
    #expect(try host.answer("time.running", ["person": "*"])["items"]?.array?.count == 2)
    _ = try host.answer("tasks.complete", ["id": "ORC-1"])
    #expect(try host.answer("time.running", ["person": "*"])["items"] == [])
    let sums = try seconds(host, "ORC-1")
    #expect(sums[0] == sums[1])
    #expect(try host.call("time.start", #"{"task":"ORC-1"}"#).status == .failedPrecondition)
    #expect(try host.call("time.stop", "{}").status == .failedPrecondition)
  }

  @Test func keepsTheHoursOfATaskAtTheSumOfItsEntries() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let long = try host.answer("time.log", ["task": "ORC-1", "hours": 2, "startTime": "2026-01-30T23:00:00Z"])
    #expect(long["lastDay"] == "2026-01-31")
    let short = try host.answer("time.log", ["task": "ORC-1", "minutes": 20, "startTime": "2026-01-31T00:50:00Z"])
    #expect(short["overlaps"] == .array([long["id"] ?? .null]))
    #expect(try seconds(host, "ORC-1") == [8400, 8400])
    _ = try host.answer("time.update", ["id": short["id"] ?? .null, "hours": 1])
    #expect(try seconds(host, "ORC-1") == [10_800, 10_800])
    _ = try host.answer("time.delete", ["id": long["id"] ?? .null])
    #expect(try seconds(host, "ORC-1") == [3600, 3600])
  }

  @Test func dividesATimesheetAtMidnightOfTheProject() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("projects.create", ["key": "ber", "name": "B", "timeZone": "Europe/Berlin"])
    _ = try host.answer("tasks.create", ["title": "A", "project": "ber"])
    // Clocks go from 2 to 3 on 29 March 2026: from 23:00 to 04:00 are four hours.
    _ = try host.answer("time.log", ["task": "BER-1", "hours": 4, "startTime": "2026-03-28T22:00:00Z"])
    let sheet = try host.answer(
      "time.timesheet", ["project": "ber", "from": "2026-03-28", "to": "2026-03-29"])
    #expect(sheet["days"]?.array?.map { $0["hours"]?.double } == [1, 3])
    #expect(sheet["hours"] == 4)
  }

  @Test func countsConcurrentEntriesOnce() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    var answers = 0
    for index in 0..<100 {
      let body = #"{"task":"ORC-1","minutes":1,"day":"2026-01-30","person":"p\#(index % 7)"}"#
      host.host.call("time.log", Array(body.utf8), as: "user:test") { reply in
        if case .end = reply { answers += 1 }
      }
    }
    host.turn { answers == 100 }
    #expect(try seconds(host, "ORC-1") == [6000, 6000])
  }
}
