import Testing

@testable import StoragePlugin

@Suite struct SQLTests {
  let folder = Folder()

  private func filled(_ settings: StoreSettings = StoreSettings()) throws -> TestStore {
    let store = try TestStore(folder.file, settings: settings)
    let view = try ViewDefinition(
      "tasks",
      columns: [
        .init("id", Field("id")), .init("status", Field("status")), .init("points", Field("points")),
        .init("labels", Field("labels")),
      ])
    let definition = try CollectionDefinition("core/tasks", indexes: [.init(["status"])], view: view)
    let tasks = try store.wait { done throws(StorageError) in try store.store.declare(definition, done) }
    _ = try store.declare("core/secrets")
    try store.put(tasks, "a", #"{"status":"todo","points":1.5,"labels":["x","y"]}"#)
    try store.put(tasks, "b", #"{"status":"done","points":3}"#)
    try store.put(tasks, "c", #"{"status":"done"}"#)
    return store
  }

  private func ask(_ store: TestStore, _ text: String, _ parameters: [Value] = [], limit: Int = 1000)
    throws(StorageError)
    -> String
  {
    let question = SQLQuestion(text: text, parameters: parameters, limit: limit)
    let bytes = try store.wait { done throws(StorageError) in try store.store.ask(question, done) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (
      "SELECT status, count(*) AS n, sum(points) FROM tasks GROUP BY 1 ORDER BY 1; -- the end",
      #"{"columns":["status","n","sum(points)"],"rows":[["done",2,3],["todo",1,1.5]],"truncated":false}"#
    ),
    (
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3) SELECT x FROM c",
      #"{"columns":["x"],"rows":[[1],[2],[3]],"truncated":false}"#
    ),
    (
      "SELECT t.id, j.value FROM tasks t, json_each(t.labels) j ORDER BY 2 DESC",
      #"{"columns":["id","value"],"rows":[["a","y"],["a","x"]],"truncated":false}"#
    ),
    (
      "SELECT id, row_number() OVER (ORDER BY points DESC) r FROM tasks WHERE points IS NOT NULL",
      #"{"columns":["id","r"],"rows":[["b",1],["a",2]],"truncated":false}"#
    ),
    (
      "SELECT 6 / 2, 'a/b', id /* \" / */ FROM tasks WHERE id = 'a' -- [/",
      #"{"columns":["6 / 2","'a/b'","id"],"rows":[[3,"a/b","a"]],"truncated":false}"#
    ),
    (
      "SELECT NULL, 1e999, 'ä\"'", #"{"columns":["NULL","1e999","'ä\"'"],"rows":[[null,null,"ä\""]],"truncated":false}"#
    ),
    ("SELECT COUNT(*) FROM TASKS", #"{"columns":["COUNT(*)"],"rows":[[3]],"truncated":false}"#),
    ("SELECT count(*) FROM (SELECT * FROM tasks)", #"{"columns":["count(*)"],"rows":[[3]],"truncated":false}"#),
  ])
  func answersASelectOverTheViews(_ text: String, _ expected: String) throws {
    let store = try filled()
    #expect(try ask(store, text) == expected)
    store.close()
  }

  @Test func bindsParametersAndEndsAtTheLimit() throws {
    let store = try filled()
    #expect(
      try ask(store, "SELECT id FROM tasks WHERE status = ?1 ORDER BY id", ["done"], limit: 1)
        == #"{"columns":["id"],"rows":[["b"]],"truncated":true}"#)
    expectRefusal(.invalidArgument, "1 parameters are given, the text has 0") {
      _ = try ask(store, "SELECT 1", ["done"])
    }
    store.close()
  }

  @Test(arguments: [
    #"SELECT * FROM "core/tasks""#, #"SELECT * FROM "core/secrets""#, "SELECT * FROM events", "SELECT * FROM meta",
    "SELECT * FROM sqlite_schema", "SELECT * FROM main.sqlite_master", "SELECT * FROM sqlite_temp_schema",
    "DELETE FROM tasks", "INSERT INTO events(topic) VALUES(1)", "UPDATE tasks SET status = 1", "DROP VIEW tasks",
    "CREATE TABLE t(x)", "CREATE TEMP TABLE t(x)", "CREATE TEMP VIEW v AS SELECT 1", "ATTACH '/etc/passwd' AS p",
    "PRAGMA writable_schema = 1", "PRAGMA query_only", "VACUUM INTO '/tmp/stolen.db'", "BEGIN", "ANALYZE", "REINDEX",
    "SELECT load_extension('x')", "SELECT randomblob(9)", "SELECT zeroblob(9)", "SELECT sqlite_version()",
    "SELECT printf('%1000000d', 1)", "SELECT * FROM pragma_database_list", "SELECT fts5('x')",
    "SELECT * FROM pragma_table_info('core/tasks')", "EXPLAIN DELETE FROM tasks", "SAVEPOINT x", "SELECT * FROM dbstat",
    #"SELECT count(*) FROM "core/secrets""#, "SELECT count(*) FROM Events", "SELECT count(*) FROM Sqlite_Master",
    "SELECT 1 FROM core", #"WITH tasks AS (SELECT body FROM "core/tasks") SELECT * FROM tasks"#,
    "WITH tasks AS (SELECT body FROM [core/tasks]) SELECT * FROM tasks", "SELECT * FROM `core/secrets`",
    "WITH tasks AS (SELECT data FROM events) SELECT * FROM tasks", "/* ' */ SELECT * FROM \"core/tasks\" --'",
    "SELECT '''' FROM \"core/tasks\"", "SELECT \"a\"\"/b\"", "/* * / **/ SELECT * FROM [core/tasks]",
    "WITH tasks AS (SELECT name AS id FROM sqlite_schema) SELECT * FROM tasks",
    "WITH d AS (SELECT body FROM \"core/tasks\") SELECT * FROM d",
  ])
  func refusesEverythingElse(_ text: String) throws {
    let store = try filled()
    let error = #expect(throws: StorageError.self) { _ = try ask(store, text) }
    #expect(error?.status == .permissionDenied || error?.status == .invalidArgument, "\(error?.message ?? "")")
    #expect(try ask(store, "SELECT count(*) FROM tasks").contains("[[3]]"))
    store.close()
  }

  @Test(arguments: [
    ("", "it has none"), ("-- nothing", "it has none"), ("SELECT 1; SELECT 2", "several statements"),
    ("SELEC 1", "the SQL cannot be answered: near \"SELEC\""), ("SELECT nope FROM tasks", "no such column: nope"),
    ("SELECT 1\u{0}", "no zero among them"), ("SELECT ((((", "the SQL cannot be answered"),
  ])
  func explainsAMistake(_ text: String, _ words: String) throws {
    let store = try filled()
    expectRefusal(.invalidArgument, words) { _ = try ask(store, text) }
    store.close()
  }

  @Test(arguments: [
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c ORDER BY x DESC",
    "WITH RECURSIVE c(s) AS (SELECT 'a' UNION ALL SELECT substr(s || s, 1, 2000000) FROM c) SELECT sum(length(s)) FROM c",
  ])
  func stopsWhatDoesNotEnd(_ text: String) throws {
    var settings = StoreSettings()
    settings.queryMilliseconds = 100
    let store = try filled(settings)
    expectRefusal(.deadlineExceeded, "the SQL took too long and was stopped") { _ = try ask(store, text) }
    store.close()
  }

  @Test func refusesATextThatGrowsWithoutEnd() throws {
    let store = try filled()
    let text = "WITH RECURSIVE c(s) AS (SELECT 'a' UNION ALL SELECT s || s FROM c) SELECT max(length(s)) FROM c"
    expectRefusal(.invalidArgument, "a text of more than 4194304 bytes would be needed") { _ = try ask(store, text) }
    store.close()
  }

  @Test func endsAnAnswerThatGrowsTooLarge() throws {
    let store = try filled()
    let answer = try ask(
      store,
      """
      WITH RECURSIVE s(t) AS (SELECT 'aaaaaaaaaa' UNION ALL SELECT t || t FROM s WHERE length(t) < 1000000),
        c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100)
      SELECT (SELECT max(t) FROM s) FROM c
      """)
    #expect(answer.hasSuffix(#""truncated":true}"#) && answer.utf8.count < 24 << 20)
    store.close()
  }

  @Test func followsTheDeclaredViews() throws {
    let store = try filled()
    let other = try CollectionDefinition(
      "plan/items", view: ViewDefinition("items", columns: [.init("p85", Field("forecast.p85"))]))
    let items = try store.wait { done throws(StorageError) in try store.store.declare(other, done) }
    try store.put(items, "a", #"{"forecast":{"p85":7}}"#)
    #expect(try ask(store, "SELECT p85 FROM items").contains("[[7]]"))
    let thief = try CollectionDefinition("x/y", view: ViewDefinition("Items", columns: [.init("a", Field("a"))]))
    expectRefusal(.alreadyExists, "plan/items already shows a view Items") {
      _ = try store.wait { done throws(StorageError) in try store.store.declare(thief, done) }
    }
    _ = try store.declare("plan/items")
    expectRefusal(.invalidArgument, "no such table: items") { _ = try ask(store, "SELECT p85 FROM items") }
    store.close()
  }

  @Test(arguments: ["", "a b", "sqlite_x", "a.b", "a\"", "1a", String(repeating: "x", count: 129)])
  func refusesAnImpossibleName(_ name: String) {
    expectRefusal(.invalidArgument, "no name of a view or column") {
      _ = try ViewDefinition(name, columns: [.init("a", Field("a"))])
    }
  }
}
