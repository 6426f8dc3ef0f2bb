import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct QueryTests {
  let folder = Folder()

  @Test(arguments: [
    (#"status = todo"#, ["a", "d"]),
    (#"status != todo"#, ["b", "c", "e"]),
    (#"points < 3"#, ["a", "b"]),
    (#"points <= 3"#, ["a", "b", "c"]),
    (#"points > 2.5"#, ["c", "d"]),
    (#"points >= 5"#, ["d"]),
    (#"status in"#, ["a", "b", "d"]),
    (#"title prefix"#, ["a", "b"]),
    (#"points exists"#, ["a", "b", "c", "d"]),
    (#"points missing"#, ["e"]),
    (#"points = null"#, ["e"]),
    (#"labels contains"#, ["b", "c"]),
    (#"nested.deep = 1"#, ["e"]),
    (#"done = true"#, ["c"]),
    (#"id = b"#, ["b"]),
    (#"revision = 1"#, ["a", "b", "c", "d", "e"]),
  ])
  func answersEachKindOfFilter(_ name: String, _ expected: [String]) throws {
    let tests: [String: (String, Filter.Test)] = [
      "status = todo": ("status", .equal("todo")), "status != todo": ("status", .notEqual("todo")),
      "points < 3": ("points", .less(3)), "points <= 3": ("points", .lessOrEqual(3)),
      "points > 2.5": ("points", .greater(2.5)), "points >= 5": ("points", .greaterOrEqual(5)),
      "status in": ("status", .any(["todo", "done"])), "title prefix": ("title", .prefix("Straße")),
      "points exists": ("points", .exists(true)), "points missing": ("points", .exists(false)),
      "points = null": ("points", .equal(nil)), "labels contains": ("labels", .contains("api")),
      "nested.deep = 1": ("nested.deep", .equal(1)), "done = true": ("done", .equal(true)),
      "id = b": ("id", .equal("b")), "revision = 1": ("revision", .equal(1)),
    ]
    let (field, test) = try #require(tests[name])
    // The same answers with and without an index on the field.
    for indexes in [[], [try CollectionDefinition.Index([field])]] {
      let store = try TestStore(folder.path + "/\(indexes.count).db")
      defer { store.close() }
      let tasks = try store.declare("core/tasks", indexes)
      try store.put(tasks, "a", #"{"status":"todo","points":1,"title":"Straße 1","labels":["web"]}"#)
      try store.put(tasks, "b", #"{"status":"done","points":2,"title":"Straßen","labels":["web","api"]}"#)
      try store.put(tasks, "c", #"{"status":"review","points":3,"title":"Strass","labels":["api"],"done":true}"#)
      try store.put(tasks, "d", #"{"status":"todo","points":5,"title":"x"}"#)
      try store.put(tasks, "e", #"{"title":"y","nested":{"deep":1}}"#)
      let query = Query(collection: tasks, filters: [try Filter(field, test)])
      #expect(ids(try store.page(query)) == expected)
      #expect(try store.count(query) == Int64(expected.count))
    }
  }

  @Test func answersTheStoredBytes() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    try store.put(tasks, "a", #"{"n":1.0}"#)
    try store.put(tasks, "b", #"{"t":"\u00e9 \"quoted\""}"#)
    #expect(
      try store.page(Query(collection: tasks, filters: [try Filter("x", .exists(true))]))
        == #"{"items":[],"next":null}"#)
    #expect(
      try store.page(Query(collection: tasks))
        == #"{"items":[{"n":1.0,"id":"a","revision":1},{"t":"\u00e9 \"quoted\"","id":"b","revision":1}],"next":null}"#)
    store.close()
  }

  @Test func answersOnlyTheFieldsThatAreAskedFor() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["status", "points", "done"])])
    try store.put(
      tasks, "a", #"{"status":"to\"do","points":1.5,"done":true,"labels":["x", 1],"flag":true,"big":1e400}"#)
    var query = Query(collection: tasks)
    for path in ["id", "status", "points", "done", "labels", "flag", "big", "gone"] {
      query.fields.append(try Field(path))
    }
    #expect(
      try store.page(query)
        == #"{"items":[{"id":"a","status":"to\"do","points":1.5,"done":1,"labels":["x",1],"flag":true,"big":1e400,"#
        + #""gone":null}],"next":null}"#)
    store.close()
  }

  @Test func walksTheDocumentsOfOneIdPrefix() throws {
    let store = try TestStore(folder.file)
    let revisions = try store.declare("core/revisions")
    for task in ["a", "b", "c"] {
      for number in 1...9 { try store.put(revisions, "\(task).0000000\(number)", "{}") }
    }
    var query = Query(
      collection: revisions, filters: [try Filter("id", .prefix("b.")), try Filter("id", .lessOrEqual("b.00000006"))],
      order: [try OrderedField("-id")], limit: 4)
    var walked: [String] = []
    repeat {
      let page = try store.page(query)
      walked += ids(page)
      query.after = next(page)
    } while query.after != nil
    #expect(walked == (1...6).reversed().map { "b.0000000\($0)" })
    store.close()
  }

  @Test func treatsHostileValuesAsValues() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["title"])])
    let title = #"'; DROP TABLE "core/tasks"; --"#
    try store.put(tasks, "a", #"{"title":"\#(title.replacing("\"", with: "\\\""))"}"#)
    #expect(
      ids(try store.page(Query(collection: tasks, filters: [try Filter("title", .equal(.text(title)))]))) == ["a"])
    store.close()
  }

  @Test func refusesACursorOfAnotherQueryOrAnAlteredOne() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    for id in ["a", "b", "c"] { try store.put(tasks, id, #"{"rank":"\#(id)"}"#) }
    var query = Query(collection: tasks, order: [try OrderedField("rank")], limit: 1)
    let cursor = try #require(next(try store.page(query)))
    query.after = cursor
    #expect(ids(try store.page(query)) == ["b"])
    query.limit = 2
    #expect(ids(try store.page(query)) == ["b", "c"])

    var other = query
    other.order = [try OrderedField("-rank")]
    expectRefusal(.invalidArgument, "belongs to another query") { _ = try store.page(other) }
    other = query
    other.filters = [try Filter("rank", .exists(true))]
    expectRefusal(.invalidArgument, "belongs to another query") { _ = try store.page(other) }
    for index in cursor.indices {
      var altered = Array(cursor)
      altered[cursor.distance(from: cursor.startIndex, to: index)] = altered[0] == "A" ? "B" : "A"
      guard String(altered) != cursor else { continue }
      query.after = String(altered)
      expectRefusal(.invalidArgument, "the cursor was altered") { _ = try store.page(query) }
    }
    for text in ["", "*", "AAAA", String(repeating: "A", count: 1000), "ä"] {
      query.after = text
      expectRefusal(.invalidArgument, "the cursor was altered") { _ = try store.page(query) }
    }
    store.close()
  }

  @Test func refusesAnImpossibleLimit() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    for limit in [0, -1, 10_001, Int.max] {
      expectRefusal(.invalidArgument, "limit is \(limit); it may be 1 to 10000") {
        _ = try store.page(Query(collection: tasks, limit: limit))
      }
    }
    store.close()
  }

  @Test func stopsAQueryThatTakesTooLong() throws {
    var settings = StoreSettings()
    settings.queryMilliseconds = 0
    let store = try TestStore(folder.file, settings: settings)
    let tasks = try store.declare("core/tasks")
    var batch = Batch()
    for number in 0..<5000 {
      batch.operations.append(try Operation(.put(Array("{}".utf8)), tasks, id: "\(number)", expected: .absent))
    }
    try store.write(batch)
    expectRefusal(.deadlineExceeded, "add an index or narrow the filter") {
      _ = try store.count(Query(collection: tasks, filters: [try Filter("title", .equal("x"))]))
    }
    store.close()
  }

  /// Random documents, filters, orders and page sizes: walking the pages gives what sorting in memory gives.
  @Test func pagesThroughEveryDocumentOnceInOrder() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tasks = try store.declare("core/tasks", [.init(["a", "-b"]), .init(["-b"])])
    let values: [Value] = [nil, 1, 2, 2.5, "x", "y", "yy", true]
    var model: [(n: Int, fields: [Value])] = []
    var batch = Batch()
    for n in 0..<200 {
      let fields = (0..<3).map { _ in values.randomElement(using: &random) ?? nil }
      let members = zip(["a", "b", "c"], fields).map { #""\#($0)":\#(json($1))"# }
      let body = "{\(members.joined(separator: ","))}"
      batch.operations.append(try Operation(.put(Array(body.utf8)), tasks, id: "\(n)", expected: .absent))
      model.append((n, fields))
    }
    try store.write(batch)

    for round in 0..<60 {
      var order: [OrderedField] = []
      for name in ["a", "b", "c"].shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)) {
        order.append(try OrderedField(Bool.random(using: &random) ? name : "-" + name))
      }
      var query = Query(collection: tasks, order: order, limit: Int.random(in: 1...70, using: &random))
      let wanted = values.randomElement(using: &random) ?? nil
      if Bool.random(using: &random) { query.filters = [try Filter("a", .equal(wanted))] }

      let matching = model.filter { query.filters.isEmpty || compare($0.fields[0], wanted) == 0 }
      let sorted = matching.sorted { left, right in
        for field in order {
          let index = ["a", "b", "c"].firstIndex(of: field.field.path) ?? 0
          let order = compare(left.fields[index], right.fields[index])
          if order != 0 { return field.descending ? order > 0 : order < 0 }
        }
        return order.last?.descending == true ? left.n > right.n : left.n < right.n
      }
      var walked: [String] = []
      repeat {
        let page = try store.page(query)
        walked += ids(page)
        query.after = next(page)
      } while query.after != nil
      #expect(walked == sorted.map { String($0.n) }, "seed \(seed), round \(round)")
    }
  }

  private func json(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    }
  }

  /// SQLite's order: null, numbers, text.
  private func compare(_ left: Value, _ right: Value) -> Int {
    func rank(_ value: Value) -> (Int, Double, String) {
      switch value {
      case .null: (0, 0, "")
      case .bool(let value): (1, value ? 1 : 0, "")
      case .int(let value): (1, Double(value), "")
      case .double(let value): (1, value, "")
      case .text(let value): (2, 0, value)
      }
    }
    return rank(left) < rank(right) ? -1 : rank(left) > rank(right) ? 1 : 0
  }
}
