import Glibc
import Testing

@testable import OrchestronHost

/// `history.purge` of the bundled plugin core, over the real storage.
@Suite struct PurgeTests {
  private static let secret = "xyzzyplugh"

  /// A task with the secret in all that can hold it, and another task that waits for it.
  private func prepare(_ host: TestHost) throws -> JSON {
    let secret = JSON.string(Self.secret)
    let task = try host.answer(
      "tasks.create",
      [
        "title": secret, "description": .string(String(repeating: Self.secret + " ", count: 2000)), "labels": [secret],
        "assignee": secret, "reason": secret, "idempotencyKey": "k",
      ])
    _ = try host.answer("tasks.create", ["title": "B", "blockedBy": ["ORC-1"]])
    _ = try host.answer("comments.create", ["task": "ORC-1", "text": secret])
    _ = try host.answer("time.log", ["task": "ORC-1", "hours": 1, "note": secret])
    _ = try host.answer("bookmarks.create", ["entity": "ORC-1"])
    _ = try host.answer("branches.create", ["name": "what-if"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "branch": "what-if", "component": secret])
    _ = try host.answer("time.start", ["task": "ORC-1", "note": secret])
    // The reason of a change stands with everything that it has changed.
    _ = try host.answer("tasks.removeLink", ["id": "ORC-2", "other": "ORC-1", "kind": "blockedBy", "reason": secret])
    _ = try host.answer("tasks.addLink", ["id": "ORC-2", "other": "ORC-1", "kind": "blockedBy"])
    for number in 0..<60 {
      _ = try host.answer("tasks.update", ["id": "ORC-1", "storyPoints": .int(Int64(number % 9))])
    }
    return task
  }

  /// The methods whose answers have the secret.
  private func leaks(_ host: TestHost, _ task: JSON) throws -> [String] {
    let id = task["id"] ?? .null
    let calls: [(String, JSON)] = [
      ("tasks.get", ["id": id]), ("tasks.get", ["id": id, "branch": "what-if"]), ("tasks.list", ["limit": 500]),
      ("tasks.list", ["hidden": "deleted"]), ("tasks.list", ["branch": "what-if"]),
      ("history.get", ["id": id]), ("history.get", ["id": id, "revision": 1]),
      ("history.list", ["id": id, "limit": 500]),
      ("history.list", ["limit": 500]), ("history.list", ["id": "ORC-2"]), ("history.blame", ["id": id]),
      ("history.diff", ["id": id, "from": 1]), ("history.diff", ["from": "2020-01-01T00:00:00Z"]),
      ("history.checkout", ["at": task["createdAt"] ?? .null]), ("history.checkout", ["branch": "what-if"]),
      ("search.tasks", ["text": .string(Self.secret)]), ("comments.list", ["project": "*"]), ("time.list", [:]),
      ("time.running", [:]), ("bookmarks.list", [:]), ("bookmarks.recent", [:]), ("branches.diff", ["id": "what-if"]),
      ("branches.merge", ["id": "what-if", "dryRun": true]),
    ]
    var leaks: [String] = []
    for (method, arguments) in calls {
      let outcome = try host.call(method, arguments.text)
      let text =
        (outcome.answer?.text ?? "") + (outcome.failure?.message ?? "") + (outcome.failure?.details?.text ?? "")
      if text.contains(Self.secret), method != "search.tasks" || outcome.answer?["items"] != [] {
        leaks.append("\(method) \(arguments.text)")
      }
    }
    for event in try host.recordedEvents() where event.data.text.contains(Self.secret) { leaks.append(event.topic) }
    return leaks
  }

  @Test func purgesMoreThanOneBatchHasRoomFor() throws {
    let host = try TestHost.withCore()
    let task = try prepare(host)
    let secret = JSON.string(Self.secret)
    for _ in 0..<900 { _ = try host.answer("comments.create", ["task": "ORC-1", "text": secret]) }
    for _ in 0..<450 { _ = try host.answer("time.log", ["task": "ORC-1", "hours": 0.25, "note": secret]) }
    let hours = try host.answer("time.list", ["task": "ORC-1", "limit": 500])["items"]?.array?.count
    let answer = try host.answer("history.purge", ["id": "ORC-1"])
    #expect(answer["erased"] == true)
    #expect(try leaks(host, task) == [])
    #expect(files(of: host, with: Self.secret) == [])
    #expect(try host.answer("time.list", ["task": task["id"] ?? .null, "limit": 500])["items"]?.array?.count == hours)
  }

  @Test func leavesNothingOfATaskThatAnyMethodOrFileWouldShow() throws {
    let host = try TestHost.withCore()
    let task = try prepare(host)
    #expect(try leaks(host, task).count > 15)
    #expect(files(of: host, with: Self.secret) != [])
    let before = try host.answer("history.list", ["id": "ORC-1", "limit": 500])["items"]?.array ?? []

    let answer = try host.answer("history.purge", ["id": "ORC-1", "reason": "it was a password"], as: "user:root")
    #expect(answer["erased"] == true)
    #expect(answer["entity"] == task["id"])
    #expect(try leaks(host, task) == [])
    #expect(files(of: host, with: Self.secret) == [])

    // What stays: that it was there, who changed it and when.
    let after = try host.answer("history.list", ["id": "ORC-1", "limit": 500])["items"]?.array ?? []
    #expect(after.first?["method"] == "history.purge")
    #expect(after.first?["reason"] == "it was a password")
    for (then, now) in zip(before, after.dropFirst()) {
      for name in ["entity", "key", "revision", "change", "at", "actor", "method"] { #expect(then[name] == now[name]) }
      #expect(now["changes"] == nil)
      #expect(now["reason"] == nil)
    }
    let state = try host.answer("history.get", ["id": "ORC-1"])["state"]
    #expect(state?["purged"] == true)
    #expect(state?["key"] == "ORC-1")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["status"] == "todo")
    #expect(try host.answer("time.running", ["person": "*"])["items"] == [])
    #expect(try host.answer("time.list")["items"]?.array?.contains { $0["hours"] == 1 && $0["note"] == nil } == true)
    let event = try host.recordedEvents().first { $0.topic == "task:purged" }
    #expect(event?.data == ["id": task["id"] ?? .null, "actor": "user:root"])
    #expect(try host.faults(of: "core") == 0)
    #expect(try host.answer("storage.integrity")["ok"] == true)

    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try leaks(again, task) == [])
    #expect(files(of: again, with: Self.secret) == [])
    #expect(try again.answer("tasks.create", ["title": "C"])["key"] == "ORC-3")
  }

  @Test func refusesEveryWayBackWithASentence() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B"])
    let change = try host.answer("history.get", ["id": "ORC-1"])["change"] ?? .null
    _ = try host.answer("history.purge", ["id": "ORC-1"])
    func refusal(_ method: String, _ arguments: JSON) throws -> String? {
      let outcome = try host.call(method, arguments.text)
      #expect(outcome.status == .failedPrecondition)
      return outcome.message
    }
    let gone = "ORC-1 was purged; nothing is left of it that could be shown or brought back"
    #expect(try refusal("tasks.restore", ["id": "ORC-1"]) == gone)
    #expect(try refusal("history.restore", ["id": "ORC-1", "revision": 3]) == gone)
    #expect(try refusal("history.purge", ["id": "ORC-1"]) == gone)
    #expect(
      try refusal("history.restore", ["id": "ORC-1", "revision": 1])
        == "revision 1 of ORC-1 was purged: who made it and when is left, not what it said")
    #expect(try refusal("history.undo", [:]) == "that change was a purge, which cannot be undone; name another one")
    #expect(
      try refusal("history.undo", ["change": change])
        == "that change was purged, so that nobody knows any more what was before it")
    #expect(try host.call("history.purge", #"{"id":"ORC"}"#).status == .failedPrecondition)
    #expect(try host.call("tasks.update", #"{"id":"ORC-1","title":"C"}"#).status == .notFound)
  }

  @Test func refusesToPurgeWhatItsRulesKeep() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.create", ["title": "B", "parentTask": "ORC-1"])
    #expect(try host.call("history.purge", #"{"id":"ORC-1"}"#).status == .failedPrecondition)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["title"] == "A")
    _ = try host.answer("sprints.create", ["name": "S"])
    _ = try host.answer("sprints.start", ["id": "ORC-S1"])
    #expect(try host.call("history.purge", #"{"id":"ORC-S1"}"#).status == .failedPrecondition)
  }

  @Test func purgesEveryKindOfEntityThatPeopleWriteIn() throws {
    let host = try TestHost.withCore()
    let secret = JSON.string(Self.secret)
    _ = try host.answer("tasks.create", ["title": "A"])
    let made = [
      try host.answer("sprints.create", ["name": secret]),
      try host.answer("records.create", ["title": secret, "kind": "error"]),
      try host.answer("people.create", ["handle": secret]),
      try host.answer("comments.create", ["task": "ORC-1", "text": secret]),
      try host.answer("time.log", ["task": "ORC-1", "hours": 2, "note": secret]),
      try host.answer("bookmarks.create", ["entity": "ORC-1", "name": secret]),
      try host.answer(
        "tasks.create", ["title": secret, "branch": try host.answer("branches.create", ["name": "b"])["name"] ?? .null]),
    ]
    #expect(files(of: host, with: Self.secret) != [])
    for entity in made {
      let answer = try host.answer("history.purge", ["id": entity["id"] ?? .null])
      #expect(answer["erased"] == true)
    }
    #expect(files(of: host, with: Self.secret) == [])
    #expect(try host.call("people.get", (["id": secret] as JSON).text).status == .notFound)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["actualHours"] == nil)
    #expect(try host.answer("tasks.list", ["branch": "b"])["items"]?.array?.count == 1)
    let topics = try host.recordedEvents().map(\.topic).filter { $0.hasSuffix(":purged") }
    #expect(
      topics == [
        "sprint:purged", "record:purged", "person:purged", "comment:purged", "timeEntry:purged", "bookmark:purged",
      ])
    // A handle that was purged is free again.
    #expect(try host.answer("people.create", ["handle": secret])["id"] != made[2]["id"])
    #expect(try host.faults(of: "core") == 0)
  }

  @Test func purgesMoreRevisionsThanOneBatchHolds() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": .string(Self.secret)])
    for number in 0..<4100 {
      _ = try host.answer("tasks.update", ["id": "ORC-1", "storyPoints": .int(Int64(number % 7))])
    }
    #expect(try host.answer("history.purge", ["id": "ORC-1"])["erased"] == true)
    #expect(files(of: host, with: Self.secret) == [])
  }
}

/// The files below a host's storage folder whose bytes have a text.
private func files(of host: TestHost, with text: String) -> [String] {
  var (found, folders) = ([String](), [host.storageFolder])
  while let path = folders.popLast() {
    guard let folder = opendir(path) else { continue }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name != ".", name != ".." else { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        folders.append("\(path)/\(name)")
      } else if bytes(of: "\(path)/\(name)").firstRange(of: Array(text.utf8)) != nil {
        found.append(name)
      }
    }
  }
  return found
}

private func bytes(of file: String) -> [UInt8] {
  guard let stream = fopen(file, "r") else { return [] }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&piece, 1, piece.count, stream)
    guard count > 0 else { return bytes }
    bytes += piece[..<count]
  }
}
