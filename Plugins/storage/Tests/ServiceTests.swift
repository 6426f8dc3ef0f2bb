import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@testable import StoragePlugin

/// The plugin behind a host. Its caller is the plugin `host`, so that its collections are `host/…`.
@Suite struct ServiceTests {
  let folder = Folder()

  private func run(_ body: @Loop (FakeHost) throws -> Void) async throws {
    try await FakeHost.run(storageEntry, storage: folder.path, body)
  }

  @Test func storesAndAnswersDocuments() async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks", "indexes": [["fields": ["key"], "unique": true]]])
      let written = try host.call(
        "storage.write",
        [
          "operations": [
            ["collection": "host/tasks", "id": "a", "expected": "absent", "put": ["key": "ORC-1", "points": 3]]
          ],
          "events": [["topic": "task:created", "data": ["id": "a"]]],
        ])
      #expect(written == ["revisions": [1], "seq": [1, 1]])
      let document: JSON = ["key": "ORC-1", "points": 3, "id": "a", "revision": 1]
      #expect(try host.call("storage.get", ["collection": "host/tasks", "id": "a"]) == document)
      #expect(
        try host.call("storage.find", ["collection": "host/tasks", "field": "key", "value": "ORC-1"]) == document)
      let filters: JSON = [["field": "points", "op": "greater", "value": 2]]
      #expect(
        try host.call("storage.query", ["collection": "host/tasks", "filters": filters, "order": ["-points"]])
          == ["items": [document], "next": .null])
      #expect(try host.call("storage.count", ["collection": "host/tasks", "filters": filters]) == 1)
      #expect(try host.call("storage.integrity") == ["ok": true, "problems": []])
      #expect(
        try host.call("storage.health")
          == ["status": "ok", "collections": 1, "waitingChanges": 0, "events": ["first": 1, "last": 1]])
      #expect(
        try host.call(
          "storage.write",
          ["operations": [["collection": "host/tasks", "id": "a", "expected": 1, "delete": true]]])
          == ["revisions": [0], "seq": .null])
    }
  }

  @Test func answersAStaleWriteWithTheCurrentDocument() async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks"])
      @Loop func put(_ expected: JSON) throws -> JSON {
        try host.call(
          "storage.write", ["operations": [["collection": "host/tasks", "id": "a", "expected": expected, "put": [:]]]])
      }
      _ = try put("absent")
      let failure = #expect(throws: Failure.self) { _ = try put(7) }
      #expect(failure?.status == .aborted)
      #expect(failure?.details == #"{"current":{"id":"a","revision":1}}"#)
      #expect(status { _ = try put("absent") } == .alreadyExists)
    }
  }

  @Test func answersARepeatedWriteWithItsFirstReply() async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks"])
      @Loop func create(_ id: String, _ fingerprint: String) throws -> JSON {
        try host.call(
          "storage.write",
          [
            "operations": [["collection": "host/tasks", "id": .string(id), "expected": "absent", "put": [:]]],
            "idempotency": ["key": "k", "fingerprint": .string(fingerprint), "reply": ["id": .string(id)]],
          ])
      }
      #expect(try create("a", "f") == ["revisions": [1], "seq": .null])
      #expect(try create("b", "f") == ["repeated": ["id": "a"]])
      #expect(status { _ = try create("c", "g") } == .failedPrecondition)
    }
  }

  @Test func answersListsSumsAndSearches() async throws {
    try await run { host in
      try host.call(
        "storage.declare",
        [
          "collection": "host/tasks", "indexes": [["fields": ["status", "points"]]],
          "search": ["labels", ["field": "title", "weight": 5]],
          "view": ["name": "tasks", "fields": ["id": "id", "points": "points"]],
        ])
      for (id, title) in [("a", "Fix the login"), ("b", "Paint the wall")] {
        try host.call(
          "storage.write",
          [
            "operations": [
              [
                "collection": "host/tasks", "id": .string(id), "expected": "absent",
                "put": ["title": .string(title), "status": "todo", "points": 2, "labels": ["web"]],
              ]
            ]
          ])
      }
      let one = try host.call("storage.get", ["collection": "host/tasks", "id": "b"])
      #expect(
        try host.call("storage.getAll", ["collection": "host/tasks", "ids": ["b", "none"]]) == ["items": [one, .null]])
      #expect(
        try host.call("storage.query", ["collection": "host/tasks", "fields": ["id", "points"], "limit": 1])["items"]
          == [["id": "a", "points": 2]])
      #expect(
        try host.call(
          "storage.aggregate",
          [
            "collection": "host/tasks", "groupBy": ["status", ["field": "title", "prefix": 1]],
            "measures": [["op": "count"], ["op": "sum", "field": "points"]],
          ]) == ["groups": [["todo", "F", 1, 2], ["todo", "P", 1, 2]], "truncated": false])
      #expect(
        try host.call("storage.search", ["collection": "host/tasks", "text": "wall web"])
          == ["items": [one], "next": .null])
      #expect(
        try host.call("storage.sql", ["text": "SELECT sum(points) AS s FROM tasks WHERE id > ?1", "parameters": ["a"]])
          == ["columns": ["s"], "rows": [[2]], "truncated": false])
    }
  }

  @Test func streamsABackupAndTakesItBack() async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks"])
      let body = JSON.string(String(repeating: "x", count: 200_000))
      try host.call(
        "storage.write",
        ["operations": [["collection": "host/tasks", "id": "a", "expected": "absent", "put": ["text": body]]]])
      let backup = try host.stream("storage.backup")
      #expect(backup.chunks.count > 4)
      var sent: Int64 = 0
      let total = try #require(backup.answer["bytes"]?.int)
      for piece in backup.chunks {
        let answer = try host.call("storage.restore", ["offset": .int(sent), "total": .int(total), "data": piece])
        sent = try #require(answer["received"]?.int)
        #expect(answer["pending"] == .bool(sent == total))
      }
      #expect(sent == total)

      let export = try host.stream("storage.export")
      #expect(export.answer == ["lines": 4])
      #expect(export.chunks.last == ["end": ["documents": 1, "sequences": 0]])
      let lines = export.chunks.map(\.text).joined(separator: "\n")
      #expect(
        try host.call("storage.import", ["lines": .string(lines)]) == ["documents": 0, "present": 1, "sequences": 0])
    }
  }

  @Test func drawsNumbers() async throws {
    try await run { host throws in
      #expect(try host.call("storage.next", ["sequence": "host/ORC"]) == 1)
      #expect(try host.call("storage.next", ["sequence": "host/ORC"]) == 2)
    }
  }

  @Test(arguments: [
    ("storage.declare", #"{"collection":"core/tasks"}"#), ("storage.get", #"{"collection":"core/tasks","id":"a"}"#),
    ("storage.find", #"{"collection":"core/tasks","field":"key","value":1}"#),
    ("storage.query", #"{"collection":"core/tasks"}"#), ("storage.count", #"{"collection":"core/tasks"}"#),
    ("storage.next", #"{"sequence":"core/ORC"}"#), ("storage.getAll", #"{"collection":"core/tasks","ids":[]}"#),
    ("storage.aggregate", #"{"collection":"core/tasks"}"#),
    ("storage.search", #"{"collection":"core/tasks","text":"x"}"#),
    (
      "storage.write",
      #"{"operations":[{"collection":"core/tasks","id":"a","expected":"any","put":{}}]}"#
    ),
  ])
  func keepsEverybodyButTheOwnerOut(_ method: String, _ arguments: String) async throws {
    try await run { host in
      let failure = #expect(throws: Failure.self) { _ = try host.call(method, try JSON(parsing: arguments)) }
      #expect(failure?.status == .permissionDenied)
      #expect(failure?.message.contains("belongs to plugin \"core\", and \"host\" asked for it") == true)
    }
  }

  @Test(arguments: [
    ("storage.declare", #"{"collection":"host/x","indexes":[{"fields":[1]}]}"#, "an index is {fields, unique, sparse}"),
    ("storage.declare", #"{"collection":"host/x","indexes":[{"fields":["a"],"uniq":true}]}"#, "an index is"),
    ("storage.declare", #"{"collection":"host/x","indexes":[{"fields":["a b"]}]}"#, "is not a field"),
    ("storage.declare", #"{"collection":"host/X"}"#, "is not a collection"),
    ("storage.find", #"{"collection":"host/tasks","field":"key","value":{}}"#, "key is compared with a string"),
    ("storage.query", #"{"collection":"host/tasks","filters":[{"field":"a","op":"is","value":1}]}"#, "no op \"is\""),
    (
      "storage.query", #"{"collection":"host/tasks","filters":[{"field":"a","op":"any","value":1}]}"#,
      "any wants a list"
    ),
    ("storage.query", #"{"collection":"host/tasks","filters":[{"field":"a","value":1}]}"#, "a filter is"),
    ("storage.query", #"{"collection":"host/tasks","filters":[1]}"#, "a filter is"),
    ("storage.query", #"{"collection":"host/tasks","order":[1]}"#, "order is a list of strings"),
    ("storage.query", #"{"collection":"host/tasks","limit":10001}"#, "it may be 1 to 10000"),
    ("storage.query", #"{"collection":"host/tasks","after":"x"}"#, "the cursor was altered"),
    ("storage.write", #"{"operations":[{"collection":"host/tasks","id":"a","put":{}}]}"#, "expected is \"absent\""),
    ("storage.write", #"{"operations":[{"collection":"host/tasks","id":"a","expected":"any"}]}"#, "has one of put"),
    (
      "storage.write", #"{"operations":[{"collection":"host/tasks","id":"a","expected":"any","put":[]}]}"#,
      "has one of put"
    ),
    (
      "storage.write",
      #"{"operations":[{"collection":"host/tasks","id":"a","expected":"any","put":{},"delete":true}]}"#,
      "has one of put"
    ),
    ("storage.write", #"{"operations":[{"collection":"host/tasks"}]}"#, "an operation is"),
    ("storage.declare", #"{"collection":"host/x","search":[1]}"#, "search is a list of fields"),
    (
      "storage.declare", #"{"collection":"host/x","search":[{"field":"a","weight":"b"}]}"#, "search is a list of fields"
    ),
    ("storage.declare", #"{"collection":"host/x","view":{"name":"v"}}"#, "a view is {name, fields"),
    ("storage.declare", #"{"collection":"host/x","view":{"name":"v","fields":{"a":1}}}"#, "column a of view v"),
    ("storage.getAll", #"{"collection":"host/tasks","ids":[1]}"#, "an id is a string"),
    ("storage.query", #"{"collection":"host/tasks","fields":[1]}"#, "fields is a list of strings"),
    ("storage.aggregate", #"{"collection":"host/tasks"}"#, "one key or measure"),
    ("storage.aggregate", #"{"collection":"host/tasks","groupBy":[{"field":"a","prefix":"x"}]}"#, "groupBy is a list"),
    ("storage.aggregate", #"{"collection":"host/tasks","measures":[{"op":"sum"}]}"#, "the op of a measure is count"),
    ("storage.search", #"{"collection":"host/tasks","text":"-x"}"#, "a search needs a word"),
    ("storage.sql", #"{"text":"SELECT ?1","parameters":[[]]}"#, "a parameter is compared with"),
    ("storage.restore", #"{"offset":9,"total":5,"data":"AAAA"}"#, "offset is 9 of 5"),
    ("storage.import", #"{"lines":"nonsense"}"#, "line 1: this is not JSON"),
    ("storage.write", #"{"events":[{"topic":"x"}]}"#, "an event is {topic, data}"),
    ("storage.write", #"{"events":[{"topic":"x:*","data":1}]}"#, "is not a topic"),
    ("storage.write", #"{"idempotency":{"key":""}}"#, "idempotency is {key, fingerprint, reply}"),
  ])
  func namesWhatIsWrongWithAnArgument(_ method: String, _ arguments: String, _ words: String) async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks", "indexes": [["fields": ["key"], "unique": true]]])
      let failure = #expect(throws: Failure.self) { _ = try host.call(method, try JSON(parsing: arguments)) }
      #expect(failure?.status == .invalidArgument)
      #expect(failure?.message.contains(words) == true, "the sentence is: \(failure?.message ?? "none")")
    }
  }

  @Test func answersNotFoundForWhatIsMissing() async throws {
    try await run { host in
      try host.call("storage.declare", ["collection": "host/tasks", "indexes": [["fields": ["key"], "unique": true]]])
      for (method, arguments) in [
        ("storage.get", ["collection": "host/tasks", "id": "a"]),
        ("storage.find", ["collection": "host/tasks", "field": "key", "value": "ORC-1"]),
        ("storage.get", ["collection": "host/nothing", "id": "a"]),
      ] as [(String, JSON)] {
        #expect(status { _ = try host.call(method, arguments) } == .notFound)
      }
    }
  }

  @Test func holdsItsOwnExamples() async throws {
    try await run { host in
      #expect(host.checkExamples() == 4)
    }
  }

  @Test func saysWhyItCannotStart() async throws {
    let failure = await #expect(throws: Failure.self) {
      try await FakeHost.run(storageEntry, storage: folder.path + "/nowhere") { _ in }
    }
    #expect(failure?.message.contains("cannot be opened (No such file or directory)") == true)
  }

  @Test func keepsTheDurableLogOfTheHost() async throws {
    try await run { host in
      let table = try #require(storageEntry(nil)?.pointee.extension(host.instance, ORCH_EXT_EVENT_STORE))
        .assumingMemoryBound(to: orch_event_store.self)
      try host.call(
        "storage.write",
        ["events": [["topic": "task:created", "data": ["n": 1]], ["topic": "task:updated", "data": ["n": 2]]]])

      var info = orch_log_info()
      info.size = UInt32(MemoryLayout<orch_log_info>.size)
      #expect(table.pointee.info(host.instance, &info) == 0)
      #expect(info.seq == 2 && info.low == 1 && info.log.n == 32)

      var seen: [String] = []
      let read = withUnsafeMutablePointer(to: &seen) { seen in
        table.pointee.read(
          host.instance, 1, 10,
          { ud, event in
            guard let event = event?.pointee else { return }
            let topic = String(
              decoding: UnsafeRawBufferPointer(start: event.topic.p, count: event.topic.n), as: UTF8.self)
            let data = String(decoding: UnsafeRawBufferPointer(start: event.data.p, count: event.data.n), as: UTF8.self)
            ud?.assumingMemoryBound(to: [String].self).pointee.append("\(event.seq) \(topic) \(data)")
          }, seen)
      }
      #expect(read == 0)
      #expect(seen == [#"2 task:updated {"n":2}"#])
    }
  }
}

/// The status that a call fails with.
@Loop
private func status(_ body: @Loop () throws -> Void) -> Status? {
  do {
    try body()
    return nil
  } catch {
    return (error as? Failure)?.status
  }
}
