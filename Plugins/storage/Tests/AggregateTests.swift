import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct AggregateTests {
  let folder = Folder()

  private func filled() throws -> (store: TestStore, tasks: StoragePlugin.Collection) {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["project", "status", "at", "points"])])
    try store.put(tasks, "a", #"{"project":"p","status":"done","at":"2026-01-02T10:00:00.000Z","points":3}"#)
    try store.put(tasks, "b", #"{"project":"p","status":"done","at":"2026-01-02T11:00:00.000Z","points":0.5}"#)
    try store.put(tasks, "c", #"{"project":"p","status":"done","at":"2026-01-03T00:00:00.000Z"}"#)
    try store.put(tasks, "d", #"{"project":"p","status":"todo","points":1}"#)
    try store.put(tasks, "e", #"{"project":"q","status":"todo","points":1}"#)
    return (store, tasks)
  }

  @Test func groupsByFieldsInTheOrderOfTheirValues() throws {
    let (store, tasks) = try filled()
    var aggregate = Aggregate(collection: tasks, filters: [try Filter("project", .equal("p"))])
    aggregate.keys = [try .init(try Field("status"))]
    let points = try Field("points")
    aggregate.measures = [.count(nil), .count(points), .sum(points), .min(points), .max(points)]
    #expect(
      try store.groups(aggregate) == #"{"groups":[["done",3,2,3.5,0.5,3],["todo",1,1,1,1,1]],"truncated":false}"#)
    store.close()
  }

  @Test func groupsInstantsByTheirDay() throws {
    let (store, tasks) = try filled()
    var aggregate = Aggregate(collection: tasks)
    aggregate.keys = [try .init(try Field("project")), try .init(try Field("at"), prefix: 10)]
    aggregate.measures = [.count(nil)]
    #expect(
      try store.groups(aggregate)
        == #"{"groups":[["p",null,1],["p","2026-01-02",2],["p","2026-01-03",1],["q",null,1]],"truncated":false}"#)
    aggregate.limit = 2
    #expect(
      try store.groups(aggregate) == #"{"groups":[["p",null,1],["p","2026-01-02",2]],"truncated":true}"#)
    store.close()
  }

  @Test func measuresAllDocumentsWithoutKeys() throws {
    let (store, tasks) = try filled()
    var aggregate = Aggregate(collection: tasks)
    aggregate.measures = [.count(nil), .sum(try Field("nothing"))]
    #expect(try store.groups(aggregate) == #"{"groups":[[5,null]],"truncated":false}"#)
    aggregate.filters = [try Filter("project", .equal("r"))]
    #expect(try store.groups(aggregate) == #"{"groups":[[0,null]],"truncated":false}"#)
    aggregate.keys = [try .init(try Field("status"))]
    #expect(try store.groups(aggregate) == #"{"groups":[],"truncated":false}"#)
    store.close()
  }

  @Test func refusesWhatCannotBeAnswered() throws {
    let (store, tasks) = try filled()
    expectRefusal(.invalidArgument, "one key or measure at least") {
      _ = try store.groups(Aggregate(collection: tasks))
    }
    expectRefusal(.invalidArgument, "limit is 0") {
      _ = try store.groups(Aggregate(collection: tasks, measures: [.count(nil)], limit: 0))
    }
    expectRefusal(.invalidArgument, "a prefix has 1 to 200 characters, not 0") {
      _ = try Aggregate.Key(try Field("at"), prefix: 0)
    }
    for id in ["x", "y"] { try store.put(tasks, id, #"{"points":9223372036854775807}"#) }
    expectRefusal(.outOfRange, "a sum is larger than a whole number of 64 bits") {
      _ = try store.groups(Aggregate(collection: tasks, measures: [.sum(try Field("points"))]))
    }
    store.close()
  }

  /// The plan names a covering index: no document is read, however many there are.
  @Test func readsAnIndexAlone() throws {
    let (store, tasks) = try filled()
    store.close()
    let database = try Database(file: folder.file, role: .reader)
    var aggregate = Aggregate(collection: tasks, filters: [try Filter("project", .equal("p"))])
    aggregate.keys = [try .init(try Field("status")), try .init(try Field("at"), prefix: 10)]
    aggregate.measures = [.count(nil), .sum(try Field("points"))]
    var plan: [String] = []
    try database.rows("EXPLAIN QUERY PLAN \(aggregate.sql)") { plan.append($0.text(3)) }
    #expect(plan.first == "SEARCH core/tasks USING COVERING INDEX core/tasks(project,status,at,points) ($.project=?)")
  }

  /// Random documents against sums made in memory.
  @Test func agreesWithASimpleModel() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tasks = try store.declare("core/tasks", [.init(["a", "b", "points"])])
    var model: [String: (count: Int, sum: Int)] = [:]
    var batch = Batch()
    for n in 0..<500 {
      let (a, b) = (Int.random(in: 0..<4, using: &random), Int.random(in: 10..<40, using: &random))
      let points = Int.random(in: -5...5, using: &random)
      let body = #"{"a":"\#(a)","b":"\#(b)","points":\#(points)}"#
      batch.operations.append(try Operation(.put(Array(body.utf8)), tasks, id: "\(n)", expected: .absent))
      let key = "[\"\(a)\",\"\(b / 10)\","
      model[key] = ((model[key]?.count ?? 0) + 1, (model[key]?.sum ?? 0) + points)
    }
    try store.write(batch)
    var aggregate = Aggregate(collection: tasks)
    aggregate.keys = [try .init(try Field("a")), try .init(try Field("b"), prefix: 1)]
    aggregate.measures = [.count(nil), .sum(try Field("points"))]
    let groups = model.sorted { $0.key < $1.key }.map { "\($0.key)\($0.value.count),\($0.value.sum)]" }
    #expect(
      try store.groups(aggregate) == #"{"groups":[\#(groups.joined(separator: ","))],"truncated":false}"#,
      "seed \(seed)")
  }
}
