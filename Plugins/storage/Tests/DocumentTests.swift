import PluginKit
import Testing

@testable import StoragePlugin

@Suite struct DocumentTests {
  let folder = Folder()

  @Test func storesADocumentAndReadsItBackWithItsIdAndRevision() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    let reply = try store.put(tasks, "a", #"{"title":"Grüße","points":1.50}"#)
    #expect(reply == .committed(revisions: [1], events: 0..<0))
    #expect(try store.read(tasks, "a") == #"{"title":"Grüße","points":1.50,"id":"a","revision":1}"#)
    #expect(try store.read(tasks, "b") == nil)
    store.close()
  }

  @Test func keepsItsDocumentsOverAReopening() throws {
    var store = try TestStore(folder.file)
    try store.put(try store.declare("core/tasks"), "a", #"{"title":"one"}"#)
    let log = store.store.log
    store.close()

    store = try TestStore(folder.file)
    let tasks = try store.store.collection("core/tasks")
    #expect(try store.read(tasks, "a") == #"{"title":"one","id":"a","revision":1}"#)
    #expect(store.store.log == log)
    #expect(try store.problems() == [])
    store.close()
  }

  @Test func writesItsOwnIdAndRevisionOverThoseOfTheCaller() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", #"{"id":"x","revision":77,"title":"one"}"#)
    #expect(try store.read(tasks, "a") == #"{"id":"a","revision":1,"title":"one"}"#)
    store.close()
  }

  @Test func refusesAStaleRevisionWithTheCurrentDocument() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", #"{"title":"one"}"#)
    try store.put(tasks, "a", #"{"title":"two"}"#, .revision(1))
    let error = #expect(throws: StorageError.self) {
      try store.put(tasks, "a", #"{"title":"three"}"#, .revision(1))
    }
    #expect(error?.status == .aborted)
    #expect(error?.message.contains("core/tasks a has changed") == true)
    #expect(error?.message.contains("revision 1, the document has revision 2") == true)
    #expect(error.map { String(decoding: $0.current, as: UTF8.self) } == #"{"title":"two","id":"a","revision":2}"#)
    store.close()
  }

  @Test func tellsAMissingDocumentFromAnExistingOne() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", "{}")
    expectRefusal(.alreadyExists, "core/tasks a exists already") { try store.put(tasks, "a", "{}") }
    expectRefusal(.notFound, "there is no core/tasks b") { try store.put(tasks, "b", "{}", .revision(1)) }
    expectRefusal(.notFound, "there is no core/tasks b") {
      try store.write(Batch(operations: [try Operation(.delete, tasks, id: "b", expected: .any)]))
    }
    store.close()
  }

  @Test func putsWhateverTheRevisionWhenAskedTo() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    #expect(try store.put(tasks, "a", #"{"n":1}"#, .any) == .committed(revisions: [1], events: 0..<0))
    #expect(try store.put(tasks, "a", #"{"n":2}"#, .any) == .committed(revisions: [2], events: 0..<0))
    #expect(try store.read(tasks, "a") == #"{"n":2,"id":"a","revision":2}"#)
    store.close()
  }

  @Test func deletesADocumentOfTheExpectedRevisionOnly() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", "{}")
    expectRefusal(.aborted, "revision 9, the document has revision 1") {
      try store.write(Batch(operations: [try Operation(.delete, tasks, id: "a", expected: .revision(9))]))
    }
    try store.write(Batch(operations: [try Operation(.delete, tasks, id: "a", expected: .revision(1))]))
    #expect(try store.read(tasks, "a") == nil)
    store.close()
  }

  @Test(arguments: [
    #"{"a":1"#, #"{"a":tru}"#, "{} {}", #"{"a":01}"#, #"{a:1}"#, #"{"a":[1,]}"#, "{\"a\":\"\u{1}\"}", #"{"a":NaN}"#,
  ])
  func refusesABodyThatIsNotJSON(_ body: String) throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    expectRefusal(.invalidArgument, "not valid JSON") {
      try store.put(tasks, "a", body)
    }
    store.close()
  }

  @Test(arguments: ["", "  ", "[]", "1", #""text""#, "null"])
  func refusesABodyThatIsNotAnObject(_ body: String) throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    expectRefusal(.invalidArgument, "not a JSON object") { try store.put(tasks, "a", body, .any) }
    store.close()
  }

  @Test(arguments: ["", "a b", "ä", "a\n", String(repeating: "x", count: 129)])
  func refusesAnImpossibleId(_ id: String) throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    expectRefusal(.invalidArgument, "an id is 1 to 128 visible ASCII characters") {
      try store.put(tasks, id, "{}")
    }
    store.close()
  }

  @Test func refusesADocumentBeyondTheLimit() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    let body = #"{"a":""# + String(repeating: "x", count: Batch.documentLimit) + #""}"#
    expectRefusal(.invalidArgument, "a document has at most 8388608") { try store.put(tasks, "a", body) }
    store.close()
  }

  @Test func findsADocumentByAUniqueFieldAtOnce() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["key"], unique: true)])
    try store.put(tasks, "a", #"{"key":"ORC-1"}"#)
    let found = try store.store.read(try Field("key"), equalTo: "ORC-1", in: tasks) {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(found == #"{"key":"ORC-1","id":"a","revision":1}"#)
    #expect(try store.store.read(try Field("key"), equalTo: "ORC-2", in: tasks) { _ in true } == nil)
    expectRefusal(.failedPrecondition, "no unique index on title alone") {
      _ = try store.store.read(try Field("title"), equalTo: "x", in: tasks) { _ in true }
    }
    store.close()
  }

  @Test func refusesAnotherDocumentWithTheSameUniqueFields() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare(
      "core/tasks", [.init(["project", "key"], unique: true), .init(["email"], unique: true)])
    try store.put(tasks, "a", #"{"project":"p","key":"ORC-1"}"#)
    expectRefusal(.alreadyExists, "core/tasks b: another document has the same project and key") {
      try store.put(tasks, "b", #"{"project":"p","key":"ORC-1"}"#)
    }
    try store.put(tasks, "b", #"{"project":"q","key":"ORC-1"}"#)
    expectRefusal(.alreadyExists, "another document has the same project and key") {
      try store.put(tasks, "b", #"{"project":"p","key":"ORC-1"}"#, .revision(1))
    }
    // Documents without the field do not collide: both above lack `email`.
    #expect(try store.count(Query(collection: tasks)) == 2)
    store.close()
  }
}

/// Expects a refusal with this status whose sentence contains these words.
func expectRefusal(
  _ status: Status, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: StorageError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error?.status == status, sourceLocation: sourceLocation)
  #expect(
    error?.message.contains(words) == true, "the sentence is: \(error?.message ?? "none")",
    sourceLocation: sourceLocation)
}
