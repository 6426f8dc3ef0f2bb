import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct SearchTests {
  let folder = Folder()

  @Test(arguments: [
    ("login", #""login""#, #"("login" *) NOT ("login")"#),
    ("fix login", #""fix" "login""#, #"("fix" "login" *) NOT ("login")"#),
    ("  fix\tlog-in ", #""fix" "log-in""#, nil),
    (#""exact words" more"#, #""exact words" "more""#, #"("exact words" "more" *) NOT ("more")"#),
    (#"more "exact words""#, #""more" "exact words""#, nil),
    (#"more "not clos"#, #""more" "not clos""#, nil),
    ("api -draft", #"("api") NOT ("draft")"#, nil),
    ("-draft api", #"("api") NOT ("draft")"#, #"("api" *) NOT ("api" OR "draft")"#),
    (#"-"old api" new -draft"#, #"("new") NOT ("old api" OR "draft")"#, nil),
    ("a", #""a""#, nil),
    ("NEAR(a b) AND OR* {x} : ^y +", #""NEAR(a" "b)" "AND" "OR*" "{x}" "^y""#, nil),
    ("-- - fix", #""fix""#, #"("fix" *) NOT ("fix")"#),
    ("a\u{0}b cde", #""a b" "cde""#, #"("a b" "cde" *) NOT ("cde")"#), ("ab cd", #""ab" "cd""#, nil),
  ])
  func readsWordsPhrasesAndExclusions(_ text: String, _ expression: String, _ beginnings: String?) throws {
    let read = try SearchText(text)
    #expect(read.expression == expression)
    #expect(read.beginnings == beginnings)
  }

  @Test(arguments: ["", "   ", "-draft", "!!! ???", "\"\"", "-", "🙂"])
  func refusesATextWithoutAWord(_ text: String) {
    expectRefusal(.invalidArgument, "a search needs a word to look for") { _ = try SearchText(text) }
  }

  @Test func refusesATextWithoutEnd() {
    expectRefusal(.invalidArgument, "the search text has 1001 bytes") {
      _ = try SearchText(String(repeating: "a", count: 1001))
    }
    expectRefusal(.invalidArgument, "the search text has 33 words") {
      _ = try SearchText(String(repeating: "a ", count: 33))
    }
  }

  private func filled() throws -> (store: TestStore, tasks: StoragePlugin.Collection) {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["project"])], search: ["title": 5, "description": 1])
    try store.put(tasks, "a", #"{"project":"p","title":"Fix the login page","description":"It breaks"}"#)
    try store.put(tasks, "b", #"{"project":"p","title":"Paint a wall","description":"A login page is on it, green"}"#)
    try store.put(tasks, "c", #"{"project":"q","title":"Straße und Café","description":"logins of users"}"#)
    try store.put(tasks, "d", #"{"project":"q","description":7}"#)
    return (store, tasks)
  }

  @Test(arguments: [
    ("login", ["a", "c", "b"]), ("LOGINS", ["a", "c", "b"]), ("log", ["a", "c", "b"]), (#""login page""#, ["a", "b"]),
    (#""page login""#, []), ("login -wall", ["a", "c"]), ("cafe", ["c"]), ("7", ["d"]), ("login green", ["b"]),
    ("breaking", ["a"]), ("nothing", []),
  ])
  func findsWords(_ text: String, _ expected: [String]) throws {
    let (store, tasks) = try filled()
    #expect(ids(try store.search(Search(collection: tasks, text: text))) == expected)
    store.close()
  }

  @Test func ranksTheTitleBeforeTheDescriptionAndFilters() throws {
    let (store, tasks) = try filled()
    var search = Search(collection: tasks, text: "login", filters: [try Filter("project", .equal("p"))])
    #expect(ids(try store.search(search)) == ["a", "b"])
    search.limit = 1
    let first = try store.search(search)
    #expect(ids(first) == ["a"])
    search.after = next(first)
    let second = try store.search(search)
    #expect(ids(second) == ["b"] && next(second) == nil)
    search.filters = []
    expectRefusal(.invalidArgument, "belongs to another query") { _ = try store.search(search) }
    store.close()
  }

  @Test func findsWordsBeforeThoseThatOnlyBeginAlikePageByPage() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tasks = try store.declare("core/tasks", search: ["title": 5])
    for (id, title) in [("a", "queue"), ("b", "que queue"), ("c", "quest"), ("d", "que"), ("e", "que quest")] {
      try store.put(tasks, id, #"{"title":"\#(title)"}"#)
    }
    var search = Search(collection: tasks, text: "que", limit: 2)
    var found: [String] = []
    repeat {
      let page = try store.search(search)
      found += ids(page)
      search.after = next(page)
    } while search.after != nil
    #expect(found == ["d", "e", "b", "c", "a"])
  }

  /// Filters of every kind, with indexes and without, find what a look at each document finds.
  @Test func findsTheSameWithAndWithoutAnIndexOfTheFilters() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    var tasks = try store.declare("core/tasks", search: ["title": 1])
    let states = ["todo", "done", "review"]
    for n in 0..<60 {
      let sprint = n % 4 == 0 ? "" : #","sprint":"s\#(n % 4)""#
      try store.put(tasks, "\(n)", #"{"title":"word w\#(n % 5)x","status":"\#(states[n % 3])","n":\#(n)\#(sprint)}"#)
    }
    let filters: [[Filter]] = try [
      [Filter("status", .equal("done"))], [Filter("status", .any(["done", "todo"])), Filter("sprint", .equal(.null))],
      [Filter("sprint", .equal("s1")), Filter("n", .less(.int(30)))], [Filter("status", .notEqual("done"))],
      [Filter("sprint", .exists(false)), Filter("status", .equal("todo"))],
    ]
    func found() throws -> [[String]] {
      try filters.map { ids(try store.search(Search(collection: tasks, text: "word w2x", filters: $0))) }
    }
    let plain = try found()
    #expect(plain.map(\.count) == [4, 2, 1, 8, 1])
    tasks = try store.declare(
      "core/tasks", [.init(["status", "n"]), .init(["sprint", "status"], sparse: true), .init(["n", "title?"])],
      search: ["title": 1])
    #expect(try found() == plain)
  }

  @Test func followsEveryChangeOfADocument() throws {
    let (store, tasks) = try filled()
    func find(_ text: String) throws -> [String] { ids(try store.search(Search(collection: tasks, text: text))) }
    try store.put(tasks, "a", #"{"title":"Write the manual"}"#, .revision(1))
    #expect(try find("breaks") == [] && find("manual") == ["a"])
    try store.put(tasks, "a", #"{"title":"Write the manual","status":"done"}"#, .any)
    #expect(try find("manual") == ["a"])
    try store.write(Batch(operations: [try Operation(.delete, tasks, id: "a", expected: .any)]))
    #expect(try find("manual") == [])
    // Nothing of a refused batch is found.
    #expect(throws: StorageError.self) {
      try store.write(
        Batch(operations: [
          try Operation(.put(Array(#"{"title":"ghost"}"#.utf8)), tasks, id: "x", expected: .absent),
          try Operation(.check, tasks, id: "none", expected: .any),
        ]))
    }
    #expect(try find("ghost") == [])
    store.close()
  }

  @Test func takesAnotherSetOfSearchedFields() throws {
    let (store, _) = try filled()
    var tasks = try store.declare("core/tasks", search: ["description": 1])
    #expect(ids(try store.search(Search(collection: tasks, text: "fix"))) == [])
    #expect(ids(try store.search(Search(collection: tasks, text: "breaks"))) == ["a"])
    tasks = try store.declare("core/tasks")
    expectRefusal(.failedPrecondition, "core/tasks has no fields to search") {
      _ = try store.search(Search(collection: tasks, text: "fix"))
    }
    #expect(try store.problems() == [])
    store.close()
  }

  @Test func refusesAnImpossibleDeclaration() throws {
    expectRefusal(.invalidArgument, "search has 1 to 16 different fields, not 0") { _ = try SearchDefinition([]) }
    let field = try Field("title")
    expectRefusal(.invalidArgument, "the weight of title is 0; a weight is 1 to 100") {
      _ = try SearchDefinition([.init(field: field, weight: 0)])
    }
    expectRefusal(.dataLoss, "damaged search declaration") { _ = try SearchDefinition(text: "title") }
  }

  /// Random texts of everything that means something to somebody: each is answered, or refused with our own sentence.
  @Test func neverAnswersASyntaxError() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let (store, tasks) = try filled()
    defer { store.close() }
    let parts = [
      "login", "\"", "-", "*", "(", ")", "AND", "OR", "NOT", "NEAR", "^", ":", "+", "{", "}", " ", "  ", "\u{0}", "'",
      ",",
      "é", "e\u{301}", "🙂", "日本語", "\u{200d}", "\\", "c0", ";", "--", "/*", "\n", "7", "\u{10FFFF}", "\u{E000}", "ß",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        .joined()
      do throws(StorageError) {
        _ = try store.search(Search(collection: tasks, text: text))
      } catch {
        #expect(
          error.status == .invalidArgument && error.sqliteCode == 0, "seed \(seed), text \(text): \(error.message)")
      }
    }
  }

  /// Random documents and words against a search that looks into every document, page by page.
  @Test func agreesWithASimpleModel() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tasks = try store.declare("core/tasks", search: ["title": 3, "labels": 1])
    let words = (0..<30).map { "w\($0)x" }
    var model: [String: Set<String>] = [:]
    for n in 0..<300 {
      let id = "\(n % 150)"
      let title = (0..<Int.random(in: 0...5, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      let label = words.randomElement(using: &random) ?? ""
      try store.put(tasks, id, #"{"title":"\#(title.joined(separator: " "))","labels":["\#(label)"]}"#, .any)
      model[id] = Set(title + [label])
    }
    for _ in 0..<40 {
      let wanted = Set(
        (0..<Int.random(in: 1...2, using: &random)).map { _ in words.randomElement(using: &random) ?? "" })
      let left = words.randomElement(using: &random) ?? ""
      let expected = model.filter { wanted.isSubset(of: $0.value) && !$0.value.contains(left) }.map(\.key)
      var search = Search(collection: tasks, text: "\(wanted.joined(separator: " ")) -\(left)", limit: 3)
      var found: [String] = []
      repeat {
        let page = try store.search(search)
        found += ids(page)
        search.after = next(page)
      } while search.after != nil
      #expect(found.count == Set(found).count && Set(found) == Set(expected), "seed \(seed), text \(search.text)")
    }
  }
}
