import Testing

@testable import StoragePlugin

@Suite struct SequenceTests {
  let folder = Folder()

  @Test func countsFromOneAndGoesOnAfterAReopening() throws {
    var store = try TestStore(folder.file)
    var tasks = try store.declare("core/tasks")
    for number in 1...3 {
      #expect(try store.store.next("core/task-key/ORC") == Int64(number))
      try store.put(tasks, "\(number)", #"{"number":\#(number)}"#)
    }
    #expect(try store.store.next("core/task-key/OTHER") == 1)
    store.close()

    store = try TestStore(folder.file)
    tasks = try store.store.collection("core/tasks")
    #expect(try store.store.next("core/task-key/ORC") == 4)
    // Nothing was committed after this number was given, so that nobody can have seen it.
    #expect(try store.store.next("core/task-key/OTHER") == 1)
    store.close()
  }

  @Test func neverGivesANumberAgainThatACommittedDocumentMayHave() throws {
    var store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    // Given in one order and committed in another, with a refused batch in between.
    let numbers = try (0..<3).map { _ in try store.store.next("s") }
    #expect(numbers == [1, 2, 3])
    expectRefusal(.invalidArgument, "not valid JSON") { try store.put(tasks, "c", #"{"number":3"#) }
    try store.put(tasks, "a", #"{"number":1}"#)
    store.close()
    store = try TestStore(folder.file)
    #expect(try store.store.next("s") == 4)
    store.close()
  }

  @Test func refusesAnImpossibleName() throws {
    let store = try TestStore(folder.file)
    for name in ["", String(repeating: "x", count: 201)] {
      expectRefusal(.invalidArgument, "the name of a sequence has 1 to 200 bytes") { _ = try store.store.next(name) }
    }
    store.close()
  }
}
