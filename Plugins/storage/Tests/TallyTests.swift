import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct TallyTests {
  let folder = Folder()

  /// Random documents that come, change and go, with values that are missing, against a count of the documents.
  @Test func countsWhatTheDocumentsSay() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tallied = try store.declare("core/moves", tally: ["day", "from", "to"])
    let plain = try store.declare("core/plain")
    func value(_ name: String, _ values: [String]) -> String {
      Int.random(in: 0..<4, using: &random) == 0
        ? "" : #""\#(name)":"\#(values.randomElement(using: &random) ?? "")""#
    }
    for n in 0..<400 {
      let id = "\(n % 90)"
      let operations: [Operation]
      if n >= 90, Int.random(in: 0..<5, using: &random) == 0, try store.read(plain, id) != nil {
        operations = try [tallied, plain].map { try Operation(.delete, $0, id: id, expected: .any) }
      } else {
        let body = [
          value("day", ["1", "2", "3"]), value("from", ["todo", "done"]), value("to", ["done"]), #""n":\#(n)"#,
        ].filter { !$0.isEmpty }.joined(separator: ",")
        operations = try [tallied, plain].map {
          try Operation(.put(Array("{\(body)}".utf8)), $0, id: id, expected: .any)
        }
      }
      try store.write(Batch(operations: operations))
    }
    let filters: [[Filter]] = try [
      [], [Filter("day", .greater("1"))], [Filter("from", .exists(true)), Filter("from", .notEqual("done"))],
      [Filter("day", .any(["1", "3"])), Filter("to", .equal(.null))], [Filter("day", .equal("nothing"))],
    ]
    let keys: [[Aggregate.Key]] = try [
      [], [.init(Field("day"))], [.init(Field("to")), .init(Field("from"))], [.init(Field("from"), prefix: 1)],
    ]
    for filters in filters {
      for keys in keys {
        func groups(_ collection: Collection) throws -> String {
          try store.groups(Aggregate(collection: collection, filters: filters, keys: keys, measures: [.count(nil)]))
        }
        #expect(try groups(tallied) == groups(plain), "seed \(seed)")
      }
    }
    #expect(try store.problems() == [])
  }

  @Test func leavesToTheDocumentsWhatItDoesNotCount() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    let moves = try store.declare("core/moves", tally: ["day", "to"])
    let day = try Aggregate.Key(Field("day"))
    let from = try Aggregate.Key(Field("from"))
    let to = try Field("to")
    let (isDone, isMia) = try (Filter("to", .equal("done")), Filter("assignee", .equal("mia")))
    let hasDone = try Filter("to", .contains("done"))
    func isTallied(_ filters: [Filter], _ keys: [Aggregate.Key], _ measures: [Aggregate.Measure]) -> Bool {
      Aggregate(collection: moves, filters: filters, keys: keys, measures: measures).isTallied
    }
    #expect(isTallied([isDone], [day], [.count(nil)]))
    #expect(!isTallied([isMia], [day], [.count(nil)]))
    #expect(!isTallied([hasDone], [day], [.count(nil)]))
    #expect(!isTallied([], [from], [.count(nil)]))
    #expect(!isTallied([], [day], [.count(to)]))
    #expect(!isTallied([], [day], [.sum(to)]))
  }

  @Test func countsWhatIsThereWhenItIsDeclaredAndIsGoneWhenItIsNot() throws {
    let store = try TestStore(folder.file)
    var moves = try store.declare("core/moves")
    try store.put(moves, "a", #"{"day":"1"}"#)
    try store.put(moves, "b", #"{"day":"1","to":"done"}"#)
    func days() throws -> String {
      try store.groups(
        Aggregate(collection: moves, keys: [.init(Field("day"))], measures: [.count(nil), .count(nil)]))
    }
    moves = try store.declare("core/moves", tally: ["day"])
    #expect(try days() == #"{"groups":[["1",2,2]],"truncated":false}"#)
    moves = try store.declare("core/moves", tally: ["day", "to"])
    try store.put(moves, "c", #"{"day":"1","to":"done"}"#)
    #expect(try days() == #"{"groups":[["1",3,3]],"truncated":false}"#)
    store.close()
    let again = try TestStore(folder.file)
    #expect(try again.store.collection("core/moves").definition.tally?.text == "day,to")
    _ = try again.declare("core/moves")
    again.close()
    let database = try Database(file: folder.file, role: .reader)
    #expect(try database.integer("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%tally%'") == 0)
  }

  @Test func refusesAnImpossibleTally() throws {
    expectRefusal(.invalidArgument, "a tally has 1 to 8 different fields") { _ = try TallyDefinition([]) }
    let field = try Field("day")
    expectRefusal(.invalidArgument, "a tally has 1 to 8 different fields") { _ = try TallyDefinition([field, field]) }
    let id = try Field("id")
    expectRefusal(.invalidArgument, "neither id nor revision") { _ = try TallyDefinition([id]) }
  }
}
