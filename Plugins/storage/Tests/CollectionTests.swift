import Testing

@testable import StoragePlugin

@Suite struct CollectionTests {
  let folder = Folder()

  @Test(arguments: [
    "", "tasks", "/tasks", "core/", "Core/tasks", "core/tasks/x", "core/ta sks", #"core/"; DROP"#, "1core/tasks",
    "core/" + String(repeating: "x", count: 130),
  ])
  func refusesAnImpossibleName(_ name: String) {
    expectRefusal(.invalidArgument, "is not a collection") { _ = try CollectionDefinition(name) }
  }

  @Test(arguments: ["", ".", "a.", ".a", "a..b", "a b", "a'", "a\"", "a.1", "1a", "a-b", "ä", "a[0]", "a.b;c"])
  func refusesAnImpossibleField(_ path: String) {
    expectRefusal(.invalidArgument, "is not a field") { _ = try Field(path) }
  }

  @Test func refusesACollectionThatNobodyDeclared() throws {
    let store = try TestStore(folder.file)
    expectRefusal(.notFound, "there is no collection core/tasks; its owner must declare it first") {
      _ = try store.store.collection("core/tasks")
    }
    store.close()
  }

  @Test func takesAnotherSetOfIndexesAndKeepsTheDocuments() throws {
    let store = try TestStore(folder.file)
    var tasks = try store.declare("core/tasks", [.init(["status"]), .init(["key"], unique: true)])
    try store.put(tasks, "a", #"{"status":"todo","key":"1","rank":"b"}"#)
    tasks = try store.declare("core/tasks", [.init(["status", "-rank"])])
    try store.put(tasks, "b", #"{"status":"todo","key":"1","rank":"c"}"#)
    let page = try store.page(
      Query(collection: tasks, filters: [try Filter("status", .equal("todo"))], order: [try OrderedField("-rank")]))
    #expect(ids(page) == ["b", "a"])
    // And back again. A write that was made for the collection of before goes by what it is now.
    _ = try store.declare("core/tasks", [.init(["status"]), .init(["late"])])
    try store.put(tasks, "c", #"{"status":"todo","late":1}"#)
    #expect(try store.problems() == [])
    _ = try store.declare("core/tasks", [.init(["status"])])
    #expect(try store.problems() == [])
    store.close()

    let database = try Database(file: folder.file, role: .reader)
    #expect(
      try database.first("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE sql LIKE 'CREATE INDEX%core/tasks%'")
        == .text("core/tasks(status)"))
  }

  @Test func refusesAUniqueIndexOverEqualDocuments() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", #"{"key":"1"}"#)
    try store.put(tasks, "b", #"{"key":"1"}"#)
    expectRefusal(.failedPrecondition, "core/tasks already has documents with equal key") {
      _ = try store.declare("core/tasks", [.init(["key"], unique: true)])
    }
    #expect(try store.count(Query(collection: tasks)) == 2)
    store.close()
  }

  @Test func usesADeclaredIndexInsteadOfReadingEveryDocument() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["project", "status", "-rank"])])
    store.close()
    let database = try Database(file: folder.file, role: .reader)
    let condition = Condition(
      [try Filter("project", .equal("p")), try Filter("status", .equal("todo"))], of: tasks)
    var plan: [String] = []
    let order = try Field("rank")
    try database.rows(
      "EXPLAIN QUERY PLAN SELECT n, body FROM \(tasks.table)\(condition.sql) "
        + "ORDER BY \(tasks.expression(order)) DESC, n DESC LIMIT 50"
    ) { plan.append($0.text(3)) }
    #expect(plan.count == 1)
    #expect(plan.first?.contains("USING INDEX core/tasks(project,status,-rank)") == true, "the plan is \(plan)")
  }
}

/// The ids of the documents of a page, in their order.
func ids(_ page: String) -> [String] {
  page.split(separator: #""id":""#).dropFirst().map { String($0.prefix { $0 != "\"" }) }
}

/// The cursor of a page.
func next(_ page: String) -> String? {
  let text = page.split(separator: #""next":"#).last?.dropLast() ?? ""
  return text == "null" ? nil : String(text.dropFirst().dropLast())
}
