import Testing

@testable import StoragePlugin

@Suite struct SparseIndexTests {
  let folder = Folder()
  let sparse = Result { try CollectionDefinition.Index(["sprint", "rank"], sparse: true) }

  /// Three tasks, of which one has no sprint.
  private func fill(_ store: TestStore, _ tasks: Collection) throws {
    try store.put(tasks, "a", #"{"sprint":"s1","rank":"b"}"#)
    try store.put(tasks, "b", #"{"sprint":"s1","rank":"a"}"#)
    try store.put(tasks, "c", #"{"rank":"c"}"#)
  }

  @Test func answersTheSameWithAndWithoutASparseIndex() throws {
    let store = try TestStore(folder.file)
    let filters: [[Filter]] = try [
      [Filter("sprint", .equal(.text("s1")))], [Filter("sprint", .equal(.null))], [Filter("sprint", .exists(true))],
      [Filter("sprint", .exists(false))], [Filter("sprint", .any([.text("s1"), .text("s2")]))],
      [Filter("sprint", .notEqual(.text("s1")))], [Filter("sprint", .prefix("s"))],
      [Filter("sprint", .less(.text("t")))], [],
    ]
    let order = [try OrderedField("rank")]
    var tasks = try store.declare("core/tasks")
    try fill(store, tasks)
    let plain = try filters.map { ids(try store.page(Query(collection: tasks, filters: $0, order: order))) }
    #expect(plain.map(\.count) == [2, 1, 2, 1, 2, 1, 2, 2, 3])
    tasks = try store.declare("core/tasks", [sparse.get()])
    #expect(try filters.map { ids(try store.page(Query(collection: tasks, filters: $0, order: order))) } == plain)
    #expect(try store.problems() == [])
    store.close()
  }

  @Test func leavesOutWhatHasNoValueAndIsUsedForWhatHasOne() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [sparse.get()])
    try fill(store, tasks)
    store.close()

    let database = try Database(file: folder.file, role: .reader)
    #expect(
      try database.integer("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%WHERE \"$.sprint\" IS NOT NULL'") == 1)
    for filter in [try Filter("sprint", .equal(.text("s1"))), try Filter("sprint", .any([.text("s1"), .text("s2")]))] {
      let sql = "SELECT body FROM \(tasks.table)\(Condition([filter], of: tasks).sql)"
      var plan = ""
      try database.rows("EXPLAIN QUERY PLAN \(sql)") { plan += $0.text(3) }
      #expect(plan.contains("USING INDEX core/tasks(sprint,rank)"), "\(plan)")
    }
  }

  @Test func isBuiltAnewWhenItBecomesSparseOrDoesNotStaySo() throws {
    let full = try CollectionDefinition.Index(["sprint", "rank"])
    let store = try TestStore(folder.file)
    var tasks = try store.declare("core/tasks", [full])
    try fill(store, tasks)
    tasks = try store.declare("core/tasks", [sparse.get()])
    tasks = try store.declare("core/tasks", [full])
    #expect(try store.count(Query(collection: tasks)) == 3)
    store.close()
    let again = try TestStore(folder.file)
    #expect(try again.store.collection("core/tasks").definition.indexes == [full])
    _ = try again.declare("core/tasks", [sparse.get()])
    again.close()
    let last = try TestStore(folder.file)
    #expect(try last.store.collection("core/tasks").definition.indexes == [sparse.get()])
    last.close()
  }

  @Test func findsDocumentsThatHaveAFieldItDoesNotHold() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["id", "blockedBy?"])])
    try store.put(tasks, "a", #"{"blockedBy":["b"],"key":"A"}"#)
    try store.put(tasks, "b", #"{"key":"B"}"#)
    let query = Query(
      collection: tasks, filters: [try Filter("blockedBy", .exists(true))], order: [try OrderedField("id")],
      fields: [try Field("key"), try Field("blockedBy")])
    #expect(try store.page(query) == #"{"items":[{"key":"A","blockedBy":["b"]}],"next":null}"#)
    store.close()

    let again = try TestStore(folder.file)
    #expect(try again.store.collection("core/tasks").definition == tasks.definition)
    again.close()
    let database = try Database(file: folder.file, role: .reader)
    var plan = ""
    try database.rows(
      "EXPLAIN QUERY PLAN SELECT body FROM \(tasks.table)\(query.condition.sql) ORDER BY id, n LIMIT 5"
    ) { plan += $0.text(3) }
    #expect(plan == "SCAN core/tasks USING INDEX core/tasks(id,blockedBy?)")
    expectRefusal(.invalidArgument, "an index has 1 to 12 fields") {
      _ = try CollectionDefinition.Index(["blockedBy?"])
    }
  }
}
