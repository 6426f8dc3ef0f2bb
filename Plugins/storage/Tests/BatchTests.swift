import Testing

@testable import StoragePlugin

@Suite struct BatchTests {
  let folder = Folder()

  @Test func commitsABatchWholeOrNotAtAll() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "old", #"{"n":1}"#)
    let operations = [
      try Operation(.put(Array(#"{"n":1}"#.utf8)), tasks, id: "new", expected: .absent),
      try Operation(.delete, tasks, id: "old", expected: .any),
      try Operation(.put(Array(#"{"n":2}"#.utf8)), tasks, id: "missing", expected: .revision(4)),
    ]
    expectRefusal(.notFound, "there is no core/tasks missing") {
      try store.write(
        Batch(operations: operations, events: [try NewEvent(topic: "task:created", data: Array("{}".utf8))]))
    }
    #expect(try store.read(tasks, "new") == nil)
    #expect(try store.read(tasks, "old") != nil)
    #expect(store.events.isEmpty)
    #expect(try store.store.eventRange() == EventRange(first: 1, last: 0))

    let reply = try store.write(Batch(operations: Array(operations.prefix(2))))
    #expect(reply == .committed(revisions: [1, 0], events: 0..<0))
    store.close()
  }

  @Test func holdsABatchToItsChecks() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", "{}")
    func guarded(_ expectation: Operation.Expectation, _ id: String) throws {
      try store.write(
        Batch(operations: [
          try Operation(.check, tasks, id: id, expected: expectation),
          try Operation(.put(Array("{}".utf8)), tasks, id: "marker", expected: .any),
        ]))
    }
    expectRefusal(.aborted, "revision 2, the document has revision 1") { try guarded(.revision(2), "a") }
    expectRefusal(.alreadyExists, "core/tasks a exists already") { try guarded(.absent, "a") }
    expectRefusal(.notFound, "there is no core/tasks b") { try guarded(.any, "b") }
    #expect(try store.read(tasks, "marker") == nil)
    try guarded(.revision(1), "a")
    try guarded(.absent, "b")
    try guarded(.any, "a")
    #expect(try store.read(tasks, "marker") == #"{"id":"marker","revision":3}"#)
    store.close()
  }

  @Test func keepsOneRefusedBatchFromHarmingTheOthersOfItsGroup() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    // The writer takes these together: they all wait while the first one is synced.
    var replies: [Int: Result<BatchReply, StorageError>] = [:]
    for number in 0..<200 {
      let body = number % 3 == 0 ? #"{"broken":"# : #"{"number":\#(number)}"#
      let batch = Batch(
        operations: [try Operation(.put(Array(body.utf8)), tasks, id: "\(number)", expected: .absent)],
        events: [try NewEvent(topic: "task:created", data: Array("\(number)".utf8))])
      try store.store.write(batch) { replies[number] = $0 }
    }
    store.run { replies.count == 200 }
    var committed: [Int] = []
    for number in 0..<200 {
      switch replies[number] {
      case .success(.committed): committed.append(number)
      case .failure(let error): #expect(error.status == .invalidArgument && number % 3 == 0)
      default: Issue.record("batch \(number) got \(String(describing: replies[number]))")
      }
    }
    #expect(committed == (0..<200).filter { $0 % 3 != 0 })
    #expect(store.events.map { String(decoding: $0.data, as: UTF8.self) } == committed.map(String.init))
    #expect(store.events.map(\.seq) == Array(1...Int64(committed.count)))
    #expect(try store.count(Query(collection: tasks)) == Int64(committed.count))
    store.close()
  }

  @Test func answersInTheOrderInWhichItWasAsked() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    var order: [Int] = []
    for number in 0..<500 {
      let batch = Batch(operations: [
        try Operation(
          .put(Array("{}".utf8)), tasks, id: "one", expected: number == 0 ? .absent : .revision(Int64(number)))
      ])
      try store.store.write(batch) { result in
        if case .success = result { order.append(number) }
      }
    }
    #expect(order.isEmpty)
    store.run { order.count == 500 }
    #expect(order == Array(0..<500))
    store.close()
  }

  @Test func answersARepeatedRequestWithItsFirstReply() throws {
    let clock = TestClock()
    let store = try TestStore(folder.file, settings: clock.settings)
    let tasks = try store.declare("core/tasks")
    func create(_ fingerprint: String, reply: String, id: String) throws -> BatchReply {
      try store.write(
        Batch(
          operations: [try Operation(.put(Array("{}".utf8)), tasks, id: id, expected: .absent)],
          events: [try NewEvent(topic: "task:created", data: Array("{}".utf8))],
          idempotency: Idempotency(key: "user:me tasks.create k1", fingerprint: fingerprint, reply: Array(reply.utf8))))
    }
    #expect(try create("A", reply: "first", id: "a") == .committed(revisions: [1], events: 1..<2))
    #expect(try create("A", reply: "second", id: "b") == .repeated(Array("first".utf8)))
    #expect(try store.read(tasks, "b") == nil)
    #expect(store.events.count == 1)
    expectRefusal(.failedPrecondition, "used within the last 24 hours with other arguments") {
      _ = try create("B", reply: "third", id: "c")
    }
    clock.advance(milliseconds: 24 * 3600 * 1000)
    #expect(try create("A", reply: "fourth", id: "d") == .committed(revisions: [1], events: 2..<3))
    store.close()
  }

  @Test func forgetsTheReplyOfARefusedBatch() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", "{}")
    func create(id: String) throws -> BatchReply {
      try store.write(
        Batch(
          operations: [try Operation(.put(Array("{}".utf8)), tasks, id: id, expected: .absent)],
          idempotency: Idempotency(key: "k", fingerprint: "f", reply: Array("r".utf8))))
    }
    expectRefusal(.alreadyExists, "exists already") { _ = try create(id: "a") }
    #expect(try create(id: "b") == .committed(revisions: [1], events: 0..<0))
    store.close()
  }

  @Test func refusesMoreThanMayWait() throws {
    var settings = StoreSettings()
    settings.waitingChanges = 3
    let store = try TestStore(folder.file, settings: settings)
    let tasks = try store.declare("core/tasks")
    let batch = Batch(operations: [try Operation(.put(Array("{}".utf8)), tasks, id: "a", expected: .any)])
    var answered = 0
    // Completions run in `drain` alone, so that these three are waiting whatever the writer has done.
    for _ in 0..<3 { try store.store.write(batch) { _ in answered += 1 } }
    expectRefusal(.resourceExhausted, "3 changes of 6 bytes already wait for the disk") {
      try store.store.write(batch) { _ in Issue.record("the refused batch was answered twice") }
    }
    store.run { answered == 3 }
    try store.write(batch)
    store.close()
  }

  @Test func refusesABatchBeyondItsLimits() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    let operation = try Operation(.check, tasks, id: "a", expected: .absent)
    expectRefusal(.invalidArgument, "at most 10000 operations and events, not 10001") {
      try store.write(Batch(operations: Array(repeating: operation, count: 10_001)))
    }
    let big = try Operation(.put(Array(repeating: 0x20, count: 8 << 20)), tasks, id: "a", expected: .any)
    expectRefusal(.invalidArgument, "it may have 67108864") {
      try store.write(Batch(operations: Array(repeating: big, count: 9)))
    }
    store.close()
  }

  @Test func answersWhatStillWaitsWhenItIsClosed() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    var answered = 0
    for number in 0..<300 {
      let batch = Batch(operations: [try Operation(.put(Array("{}".utf8)), tasks, id: "\(number)", expected: .absent)])
      try store.store.write(batch) { result in
        if case .success = result { answered += 1 }
      }
    }
    store.close()
    #expect(answered == 300)
    expectRefusal(.unavailable, "storage is stopping") { _ = try store.store.next("s") }
  }
}

/// A clock that moves only when it is told to.
final class TestClock: @unchecked Sendable {
  // Sendable because the tests move it only while no change is under way; the queue's lock orders the accesses.
  private var time: Int64 = 1_767_225_600_000

  var settings: StoreSettings {
    var settings = StoreSettings()
    settings.now = { self.time }
    return settings
  }

  func advance(milliseconds: Int64) { time += milliseconds }
}
