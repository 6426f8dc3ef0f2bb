import Glibc
import Testing

@testable import StoragePlugin

@Suite struct RedactionTests {
  let folder = Folder()

  /// The names of the files in the folder whose bytes have the secret.
  private var leaks: [String] { folder.names.filter { occurs(secret, in: "\(folder.path)/\($0)") } }

  @Test func leavesNoByteOfWhatWasTakenOut() throws {
    let store = try TestStore(folder.file)
    let tasks = try filled(store)
    #expect(!leaks.isEmpty)
    // The loop holds a snapshot from before, as it does after any read.
    _ = try store.read(tasks, "t1")
    guard case .redacted(_, let events, let isErased) = try store.write(try redaction(of: tasks)) else {
      Issue.record("the batch took nothing out")
      return
    }
    #expect(isErased)
    #expect(events.count == 1)
    #expect(leaks == [])
    #expect(try store.read(tasks, "t0") == #"{"id":"t0","revision":3}"#)
    #expect(try store.read(tasks, "t1")?.contains("plain 1") == true)
    #expect(try store.wait { done throws(StorageError) in try store.store.problems(done) } == [])
    store.close()
    #expect(leaks == [])
  }

  @Test func keepsOfAnEventThatItWasAndOfOthersAll() throws {
    let store = try TestStore(folder.file)
    _ = try store.declare("core/tasks")
    func record(_ data: String, _ source: String) throws {
      try store.write(
        Batch(events: [try NewEvent(topic: "a:b", data: Array(data.utf8))], source: source, actor: "user:ada"))
    }
    for data in [
      #"{"id":"x","n":1}"#, #"{"id":"y","entity":"x"}"#, #"{"task":"x"}"#, #"{"id":"y","parent":"x"}"#, "[]",
    ] {
      try record(data, "core")
    }
    try record(#"{"id":"x","n":1}"#, "workflow")
    let before = store.events
    var batch = Batch(source: "core")
    batch.redactions = ["x"]
    #expect(try store.write(batch) == .redacted(revisions: [], events: 0..<0, isErased: true))
    var after: [DurableEvent] = []
    try store.store.events(since: 0, limit: 100) { after.append($0) }
    #expect(
      after.map { String(decoding: $0.data, as: UTF8.self) } == [
        #"{"id":"x","redacted":true}"#, #"{"id":"y","redacted":true}"#, #"{"id":"x","redacted":true}"#,
        #"{"id":"y","parent":"x"}"#, "[]", #"{"id":"x","n":1}"#,
      ])
    #expect(after.map(\.time) == before.map(\.time))
    #expect(after.map(\.actor) == before.map(\.actor))
    store.close()
  }

  @Test func forgetsTheRepliesThatNameItAndNoOthers() throws {
    let store = try TestStore(folder.file)
    func reply(_ owner: String, _ id: String) throws -> BatchReply {
      try store.write(
        Batch(
          source: owner,
          idempotency: Idempotency(
            key: "\(owner) user:ada \(id)", fingerprint: "f", reply: Array(#"{"items":["\#(id)"]}"#.utf8))))
    }
    for (owner, id) in [("core", "x1"), ("core", "x2"), ("core2", "x1")] { _ = try reply(owner, id) }
    var batch = Batch(source: "core")
    batch.redactions = ["x1"]
    try store.write(batch)
    #expect(try reply("core", "x1") == .committed(revisions: [], events: 0..<0))
    #expect(try reply("core", "x2") == .repeated(Array(#"{"items":["x2"]}"#.utf8)))
    #expect(try reply("core2", "x1") == .repeated(Array(#"{"items":["x1"]}"#.utf8)))
    store.close()
  }

  @Test func finishesAtTheNextStartWhatAReaderPrevented() throws {
    var store = try TestStore(folder.file)
    let tasks = try filled(store)
    // Another process reads on and on: the log cannot be cut off.
    let reader = try Database(file: folder.file, role: .reader)
    try reader.execute("BEGIN")
    _ = try reader.integer("SELECT count(*) FROM events")
    guard case .redacted(_, _, false) = try store.write(try redaction(of: tasks)) else {
      Issue.record("the file cannot have been rewritten")
      return
    }
    #expect(!leaks.isEmpty)
    try reader.execute("COMMIT")
    store.close()
    store = try TestStore(folder.file)
    #expect(leaks == [])
    #expect(try store.read(tasks, "t0") == #"{"id":"t0","revision":3}"#)
    store.close()
  }

  /// The process is killed between the change and the rewriting of the file, which a reader holds up.
  @Test func finishesAtTheNextStartWhatACrashPrevented() async throws {
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try TestStore(path + "/orchestron.db")
      let tasks = try filled(store)
      let reader = try Database(file: path + "/orchestron.db", role: .reader)
      try reader.execute("BEGIN")
      _ = try reader.integer("SELECT count(*) FROM events")
      guard case .redacted(_, _, false) = try store.write(try redaction(of: tasks)) else { exit(1) }
      kill(getpid(), SIGKILL)
    }
    #expect(!leaks.isEmpty)
    let store = try TestStore(folder.file)
    #expect(leaks == [])
    let tasks = try store.declare("core/tasks", [try .init(["title"])], search: ["title": 8, "text": 1])
    #expect(try store.read(tasks, "t0") == #"{"id":"t0","revision":3}"#)
    #expect(try store.problems() == [])
    store.close()
  }

  /// The process is killed at any moment of a redaction: all of it has happened, or nothing.
  @Test func takesAllOutOrNothingWhenTheProcessIsKilled() async throws {
    var done = 0
    for round in 0..<6 {
      let folder = Folder()
      let path = folder.path
      // The last one is killed when the redaction was answered.
      let delay = round == 5 ? 0 : UInt32.random(in: 1...40_000)
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, delay = delay as UInt32] in
        let store = try TestStore(path + "/orchestron.db")
        let tasks = try filled(store)
        if delay > 0 {
          _ = try Thread("killer") {
            usleep(delay)
            kill(getpid(), SIGKILL)
          }
        }
        _ = try store.write(try redaction(of: tasks))
        kill(getpid(), SIGKILL)
      }
      let store = try TestStore(folder.file)
      let tasks = try store.declare("core/tasks", [try .init(["title"])], search: ["title": 8, "text": 1])
      let isThere = try store.read(tasks, "t0") != #"{"id":"t0","revision":3}"#
      let leaks = folder.names.filter { occurs(secret, in: "\(folder.path)/\($0)") }
      #expect(leaks.isEmpty != isThere, "round \(round)")
      if !isThere { done += 1 }
      #expect(try store.problems() == [])
      store.close()
    }
    #expect(done > 0)
  }

  @Test func takesNothingOutWithABatchThatIsRefused() throws {
    let store = try TestStore(folder.file)
    let tasks = try filled(store)
    var batch = Batch(source: "core")
    batch.redactions = ["t1"]
    batch.operations = [try Operation(.delete, tasks, id: "t1", expected: .revision(9))]
    expectRefusal(.aborted, "revision 9") { try store.write(batch) }
    var kept = 0
    try store.store.events(since: 0, limit: 1000) {
      if !$0.data.starts(with: #"{"id":"t1","redacted""#.utf8) { kept += 1 }
    }
    #expect(kept == 300)
    store.close()
  }
}

private let secret = "xyzzyplugh"

/// Stores documents with long and short texts in a searched collection, some of them with the secret, at several
/// revisions, so that pages are split, freed and filled again.
private func filled(_ store: TestStore) throws -> StoragePlugin.Collection {
  let tasks = try store.declare(
    "core/tasks", [try .init(["title"])], search: ["title": 8, "text": 1])
  for number in 0..<300 {
    let word = number % 7 == 0 ? secret : "plain"
    let text = String(repeating: "\(word) \(number) ", count: number % 5 == 0 ? 900 : 3)
    let body = Array(#"{"title":"\#(word) \#(number)","text":"\#(text)"}"#.utf8)
    try store.write(
      Batch(
        operations: [try Operation(.put(body), tasks, id: "t\(number)", expected: .absent)],
        events: [
          try NewEvent(topic: "task:created", data: Array(#"{"id":"t\#(number)","task":"#.utf8) + body + [0x7d])
        ],
        source: "core", actor: "user:ada",
        idempotency: Idempotency(
          key: "core user:ada k\(number)", fingerprint: "f",
          reply: Array(#"{"id":"t\#(number)","text":"\#(text)"}"#.utf8))))
  }
  for number in stride(from: 0, to: 300, by: 3) {
    let body = Array(#"{"title":"plain","text":"\#(String(repeating: "other ", count: number * 3))"}"#.utf8)
    try store.write(
      Batch(operations: [try Operation(.put(body), tasks, id: "t\(number)", expected: .any)], source: "core"))
  }
  return tasks
}

/// A batch that takes the documents with the secret out.
private func redaction(of tasks: StoragePlugin.Collection) throws -> Batch {
  let numbers = Array(stride(from: 0, to: 300, by: 7))
  var batch = Batch(source: "core", actor: "user:root")
  batch.operations = try numbers.map {
    try Operation(.put(Array("{}".utf8)), tasks, id: "t\($0)", expected: .any)
  }
  batch.redactions = numbers.map { "t\($0)" }
  batch.events = [try NewEvent(topic: "task:purged", data: Array(#"{"id":"t0"}"#.utf8))]
  return batch
}

/// Whether a text occurs in the bytes of a file.
private func occurs(_ text: String, in file: String) -> Bool {
  guard let stream = fopen(file, "r") else { return false }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&piece, 1, piece.count, stream)
    guard count > 0 else { break }
    bytes += piece[..<count]
  }
  return bytes.firstRange(of: Array(text.utf8)) != nil
}
