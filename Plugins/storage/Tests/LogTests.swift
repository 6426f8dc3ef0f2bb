import Glibc
import Testing

@testable import StoragePlugin

/// The write-ahead log under a load that never pauses.
@Suite struct LogTests {
  let folder = Folder()

  /// Several writes are always under way, the loop reads between any two of them, and queries run all the time.
  @Test(arguments: [false, true])
  func staysShortUnderSteadyWritesAndReads(besidesAnEndlessQuery: Bool) throws {
    var settings = StoreSettings()
    settings.checkpointPages = 64
    settings.queryMilliseconds = 3_600_000
    let store = try TestStore(folder.file, settings: settings)
    let view = try ViewDefinition("tasks", columns: [.init("id", Field("id"))])
    let definition = try CollectionDefinition("core/tasks", view: view)
    let tasks = try store.wait { done throws(StorageError) in try store.store.declare(definition, done) }
    for number in 0..<100 { try store.put(tasks, "first-\(number)", "{}") }

    var hasEnded = false
    if besidesAnEndlessQuery {
      // A hundred rows, eight times crossed.
      let text = "SELECT count(*) FROM tasks a, tasks b, tasks c, tasks d, tasks e, tasks f, tasks g, tasks h"
      try store.store.ask(SQLQuestion(text: text)) { _ in hasEnded = true }
    }
    var query = Query(collection: tasks)
    query.limit = 100
    var pages = 0
    func readPages() throws(StorageError) {
      try store.store.page(query) { _ in
        pages += 1
        try? readPages()
      }
    }
    try readPages()

    let text = String(repeating: "x", count: 8000)
    var (sent, underWay, longest) = (0, 0, 0)
    var refusal: StorageError?
    while sent < 3000, refusal == nil {
      while underWay < 8 {
        let body = Array(#"{"text":"\#(text)"}"#.utf8)
        let batch = Batch(operations: [try Operation(.put(body), tasks, id: "task-\(sent)", expected: .absent)])
        sent += 1
        underWay += 1
        try store.store.write(batch) { result in
          underWay -= 1
          if case .failure(let error) = result { refusal = error }
        }
        #expect(try store.read(tasks, "first-\(sent % 100)") != nil)
      }
      let before = underWay
      store.run { underWay < before }
      longest = max(longest, try logSize())
    }
    #expect(refusal == nil)
    #expect(pages > 0)
    #expect(!hasEnded)
    // 3,000 documents are 36 MB of log. A query is recalled at 1 MiB.
    #expect(longest < 4 << 20, "the log had \(longest) bytes")
    store.close()
  }

  private func logSize() throws -> Int {
    var info = stat()
    try #require(stat(folder.file + "-wal", &info) == 0)
    return Int(info.st_size)
  }

  /// Once nobody reads any more, the log that somebody else's reader had made grow is begun anew.
  @Test func beginsAnewAfterAReaderThatCannotBeAsked() throws {
    var settings = StoreSettings()
    settings.checkpointPages = 64
    let store = try TestStore(folder.file, settings: settings)
    let tasks = try store.declare("core/tasks")
    let body = #"{"text":"\#(String(repeating: "x", count: 8000))"}"#
    let other = try Database(file: folder.file, role: .reader)
    try other.snapshot { () throws(StorageError) in
      #expect(try other.integer("SELECT count(*) FROM \"core/tasks\"") == 0)
      for number in 0..<200 { try store.put(tasks, "a\(number)", body) }
    }
    let grown = try logSize()
    #expect(grown > 64 * 4096 * 4)
    for number in 0..<400 { try store.put(tasks, "b\(number)", body) }
    // 400 documents are far longer than what the log may have left to grow until it is tried again.
    #expect(try logSize() < grown + 64 * 4096)
    store.close()
  }

  private func readers(_ milliseconds: Int64, _ requests: SnapshotRequests, _ woken: Signal) -> (Readers, Outbox) {
    var settings = StoreSettings()
    settings.queryMilliseconds = milliseconds
    let outbox = Outbox { woken.raise() }
    return (Readers(file: folder.file, settings: settings, requests: requests, outbox: outbox), outbox)
  }

  /// Asks for an aggregate over pairs of documents while queries are recalled.
  ///
  /// - Parameter recalls: how often; nil until the answer has come.
  private func pairs(milliseconds: Int64, recalls: Int?) throws -> Result<Outcome, StorageError> {
    let store = try TestStore(folder.file)
    let view = try ViewDefinition("tasks", columns: [.init("id", Field("id"))])
    let definition = try CollectionDefinition("core/tasks", view: view)
    let tasks = try store.wait { done throws(StorageError) in try store.store.declare(definition, done) }
    let operations = try (0..<300).map { try Operation(.put(Array("{}".utf8)), tasks, id: "\($0)", expected: .absent) }
    try store.write(Batch(operations: operations))

    let (requests, woken) = (SnapshotRequests(), Signal())
    let (readers, outbox) = readers(milliseconds, requests, woken)
    let threads = try readers.start()
    var question = SQLQuestion(text: "SELECT count(*) FROM tasks a, tasks b, tasks c")
    question.collections = [tasks]
    readers.jobs.push(ReadJob(id: 1, work: .sql(question)))
    var finished: [Finished] = []
    var done = 0
    while finished.isEmpty {
      if let recalls, done == recalls {
        woken.wait()
      } else {
        requests.recallQueries()
        done += 1
      }
      finished = outbox.takeAll()
    }
    readers.jobs.close()
    for thread in threads { thread.join() }
    store.close()
    return finished[0].outcome
  }

  @Test func answersAQueryThatHadToBeginAgain() throws {
    guard case .json(let answer) = try pairs(milliseconds: 600_000, recalls: 20).get() else {
      Issue.record("not an answer")
      return
    }
    #expect(String(decoding: answer, as: UTF8.self).contains("[27000000]"))
  }

  @Test func endsAQueryThatBeginsAgainAllTheTime() throws {
    guard case .failure(let error) = try pairs(milliseconds: 100, recalls: nil) else {
      Issue.record("an answer")
      return
    }
    #expect(error.status == .deadlineExceeded)
  }
}
