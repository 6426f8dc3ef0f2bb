import CSQLite
import Glibc
import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct CopyTests {
  let folder = Folder()

  private func fill(_ store: TestStore, _ count: Int) throws -> StoragePlugin.Collection {
    let tasks = try store.declare(
      "core/tasks", [.init(["key"], unique: true), .init(["key", "title?"])], search: ["title": 5], tally: ["key"])
    for number in 0..<count {
      try store.put(tasks, "\(number)", #"{"key":"K-\#(number)","title":"task \#(number)"}"#)
    }
    try store.put(tasks, "0", #"{"key":"K-0","title":"changed"}"#, .any)
    _ = try store.store.next("core/K")
    try store.write(Batch(events: [try NewEvent(topic: "x:y", data: Array("1".utf8))]))
    return tasks
  }

  private func export(_ store: TestStore) throws -> [String] {
    let copy = try StoreCopy(of: store.store.file)
    var export = Export()
    var lines: [String] = []
    while !export.isFinished {
      lines += try export.lines(from: copy, byteLimit: 500).map { String(decoding: $0, as: UTF8.self) }
    }
    return lines
  }

  private func take(_ lines: [String], _ store: TestStore) throws(StorageError) -> Imported {
    let text = Array(lines.joined(separator: "\n").utf8)
    return try store.wait { done throws(StorageError) in try store.store.take(text, done) }
  }

  @Test func copiesTheFileWhileItIsWrittenAndLeavesNothingBehind() throws {
    let store = try TestStore(folder.file)
    let tasks = try fill(store, 50)
    do {
      let copy = try StoreCopy(of: folder.file)
      try store.put(tasks, "later", "{}")
      let database = try Database(file: copy.file, role: .reader)
      try database.checkOrigin()
      #expect(try database.integer("SELECT count(*) FROM \"core/tasks\"") == 50)
      #expect(try database.problems() == [])
      #expect(try copy.bytes(at: 0, count: 15) == Array("SQLite format 3".utf8))
    }
    store.close()
    #expect(folder.names == ["orchestron.db", "orchestron.db.lock"])
  }

  @Test func removesCopiesThatACrashHasLeft() throws {
    for name in [".copy-abcdef", ".copy-123456"] { close(open(folder.file + name, O_CREAT | O_WRONLY, 0o600)) }
    let store = try TestStore(folder.file)
    store.close()
    #expect(folder.names == ["orchestron.db", "orchestron.db.lock"])
  }

  @Test func restoresABackupAtTheNextStartUnderAnotherHistory() throws {
    var store = try TestStore(folder.file)
    _ = try fill(store, 20)
    let log = store.store.log
    let copy = try StoreCopy(of: folder.file)
    let tasks = try store.store.collection("core/tasks")
    try store.put(tasks, "lost", "{}")
    let backup = try copy.bytes(at: 0, count: 10 << 20)
    let restore = Restore(file: folder.file)
    #expect(try !restore.receive(Array(backup[..<1000]), at: 0, of: backup.count))
    expectRefusal(.failedPrecondition, "1000 of \(backup.count) bytes of the backup have come") {
      _ = try restore.receive([1], at: 999, of: backup.count)
    }
    #expect(try restore.receive(Array(backup[1000...]), at: 1000, of: backup.count))
    // Nothing changes under those who work.
    #expect(try store.read(tasks, "lost") != nil)
    store.close()

    store = try TestStore(folder.file)
    #expect(store.store.log != log && store.store.log.count == 32)
    #expect(try store.read(tasks, "lost") == nil && store.read(tasks, "0") != nil)
    #expect(try store.problems() == [])
    #expect(try store.store.eventRange() == EventRange(first: 1, last: 1))
    store.close()
    let replaced = try Database(file: folder.file + ".replaced", role: .reader)
    #expect(try replaced.integer("SELECT count(*) FROM \"core/tasks\"") == 21)
  }

  @Test func refusesADamagedOrForeignBackup() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    _ = try fill(store, 300)
    let copy = try StoreCopy(of: folder.file)
    var backup = try copy.bytes(at: 0, count: 10 << 20)
    let restore = Restore(file: folder.file)
    for offset in stride(from: 4096, to: backup.count, by: 4096) { backup[offset] ^= 0xff }
    expectRefusal(.dataLoss, "damaged") { _ = try restore.receive(backup, at: 0, of: backup.count) }
    expectRefusal(.dataLoss, "not an SQLite database") {
      _ = try restore.receive(Array(repeating: 7, count: 5000), at: 0, of: 5000)
    }
    let foreign = try Database(file: folder.path + "/foreign.db", role: .writer)
    try foreign.execute("PRAGMA journal_mode = DELETE; CREATE TABLE t(x)")
    let bytes = try Foreign.bytes(folder.path + "/foreign.db")
    expectRefusal(.failedPrecondition, "a database of another program") {
      _ = try restore.receive(bytes, at: 0, of: bytes.count)
    }
    #expect(access(folder.file + ".restore", F_OK) != 0 && access(folder.file + ".restore.part", F_OK) != 0)
  }

  @Test func callsABackupByNoNameOfItsOwnFiles() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    _ = try fill(store, 300)
    var damaged = try StoreCopy(of: folder.file).bytes(at: 0, count: 10 << 20)
    for offset in stride(from: 4096, to: damaged.count, by: 4096) { damaged[offset] ^= 0xff }
    let foreign = try Database(file: folder.path + "/foreign.db", role: .writer)
    try foreign.execute("PRAGMA journal_mode = DELETE; CREATE TABLE t(x)")
    let newer = try StoreCopy(of: folder.file)
    try Database(file: newer.file, role: .writer).execute(
      "INSERT INTO migrations VALUES(99, 'later', 0); PRAGMA journal_mode = DELETE")
    let backups = [
      damaged, Array(repeating: 7, count: 5000), try Foreign.bytes(folder.path + "/foreign.db"),
      try newer.bytes(at: 0, count: 10 << 20), Array(damaged[..<4096]),
    ]
    for backup in backups {
      let error = #expect(throws: StorageError.self) {
        try Restore(file: folder.file).receive(backup, at: 0, of: backup.count)
      }
      #expect(error?.message.hasPrefix("the backup ") == true, "\(error?.message ?? "")")
      #expect(error?.message.contains(folder.path) == false && error?.message.contains(".part") == false)
    }
  }

  @Test(arguments: [
    ("CREATE TABLE evil(a); CREATE INDEX evilIndex ON evil(hex(zeroblob(20000000)))", #"table "evil""#),
    ("CREATE TABLE evil(a CHECK (load_extension('x')))", #"table "evil""#),
    ("CREATE VIEW evil AS SELECT load_extension('x')", #"view "evil""#),
    ("CREATE INDEX evil ON \"core/tasks\"(hex(body))", #"index "evil""#),
    ("CREATE TRIGGER evil AFTER INSERT ON \"core/tasks\" BEGIN DELETE FROM events; END", #"trigger "evil""#),
    ("CREATE VIRTUAL TABLE evil USING fts5(a)", #"table "evil"#),
    (
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'body     TEXT NOT NULL', 'body TEXT CHECK (load_extension(id))')
      WHERE name = 'core/tasks'
      """, #"table "core/tasks""#
    ),
    (
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'revision INTEGER NOT NULL', 'revision INTEGER DEFAULT (abs(1))')
      WHERE name = 'core/tasks'
      """, #"table "core/tasks""#
    ),
    ("ALTER TABLE meta ADD COLUMN evil TEXT CHECK (length(evil) > 0)", #"table "meta""#),
    (
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'count + 1', 'count + length(hex(new.body))')
      WHERE name = 'core/tasks:tally insert'
      """, #"trigger "core/tasks:tally insert", which is not as this program makes it"#
    ),
    ("DROP TRIGGER \"core/tasks:search insert\"", #"lacks the trigger "core/tasks:search insert""#),
    ("UPDATE collections SET name = 'core/tasks\"; DROP TABLE events'", "is not a collection"),
  ])
  func refusesABackupWhoseSchemaSomebodyHasChanged(change: String, says: String) throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    _ = try fill(store, 3)
    let copy = try StoreCopy(of: folder.file)
    var connection: OpaquePointer?
    #expect(sqlite3_open(copy.file, &connection) == SQLITE_OK)
    let made = sqlite3_exec(connection, change, nil, nil, nil)
    let reason = connection.map { String(cString: sqlite3_errmsg($0)) } ?? ""
    sqlite3_close(connection)
    try #require(made == SQLITE_OK, "\(reason)")
    let backup = try copy.bytes(at: 0, count: 64 << 20)
    let error = #expect(throws: StorageError.self) {
      _ = try Restore(file: folder.file).receive(backup, at: 0, of: backup.count)
    }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    #expect(access(folder.file + ".restore", F_OK) != 0)
  }

  @Test func takesABackupWhateverTheOrderInWhichItsColumnsCame() throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    _ = try fill(store, 3)
    _ = try store.declare("core/tasks", [.init(["rank"]), .init(["a"])])
    _ = try store.declare(
      "core/tasks", [.init(["b", "title?"]), .init(["a"]), .init(["key"], unique: true)], search: ["title": 1],
      tally: ["z"])
    let copy = try StoreCopy(of: folder.file)
    let backup = try copy.bytes(at: 0, count: 64 << 20)
    #expect(try Restore(file: folder.file).receive(backup, at: 0, of: backup.count))
  }

  @Test(arguments: 1...3) func takesABackupOfAnOlderSchema(version: Int64) throws {
    let path = folder.path + "/older.db"
    do {
      let database = try Database(file: path, role: .writer)
      try database.migrate(migrations.filter { $0.version <= version }, now: 0)
      try database.execute("INSERT INTO collections(name) VALUES('core/tasks')")
      try database.execute(
        "CREATE TABLE \"core/tasks\"(\n  n        INTEGER PRIMARY KEY,\n  id       TEXT NOT NULL UNIQUE,\n"
          + "  revision INTEGER NOT NULL,\n  body     TEXT NOT NULL\n) STRICT")
      try database.execute("PRAGMA journal_mode = DELETE")
    }
    let backup = try Foreign.bytes(path)
    #expect(try Restore(file: folder.file).receive(backup, at: 0, of: backup.count))
  }

  @Test func exportsAndImportsEverything() throws {
    let store = try TestStore(folder.file)
    _ = try fill(store, 40)
    let lines = try export(store)
    store.close()
    #expect(lines.first == #"{"orchestron":"export","format":1}"#)
    #expect(
      lines[2] == #"{"collection":"core/tasks","document":{"key":"K-0","title":"changed","id":"0","revision":2}}"#)
    #expect(lines.last == #"{"end":{"documents":40,"sequences":1}}"#)

    let other = try TestStore(folder.path + "/other.db")
    let imported = try take(lines, other)
    #expect(imported == Imported(documents: 40, present: 0, sequences: ["core/K": 1]))
    #expect(try export(other) == lines)
    #expect(try other.problems() == [])
    #expect(try other.store.next("core/K") == 2)
    let tasks = try other.store.collection("core/tasks")
    #expect(ids(try other.search(Search(collection: tasks, text: "changed"))) == ["0"])
    other.close()
  }

  /// Cut anywhere and resumed from anywhere before, in pieces of any size, an import gives the same store.
  @Test func importsTheSameHoweverItIsInterrupted() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    _ = try fill(store, 60)
    let lines = try export(store)
    store.close()
    let other = try TestStore(folder.path + "/other.db")
    defer { other.close() }
    var place = 0
    while place < lines.count {
      let end = min(lines.count, place + Int.random(in: 1...15, using: &random))
      _ = try take(Array(lines[place..<end]), other)
      place = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0...end, using: &random) : end
    }
    #expect(try export(other) == lines, "seed \(seed)")
  }

  @Test(arguments: [
    ("{", "line 2: this is not JSON"), ("7", "line 2: this is no line of an export"),
    (#"{"collection":"core/tasks","document":{"id":"a"}}"#, "line 2: a document is an object with its id and revision"),
    (#"{"collection":"core/tasks","document":{"id":"a","revision":0}}"#, "line 2: a document is an object"),
    (#"{"collection":"core/tasks","document":[]}"#, "line 2: a document is an object"),
    (#"{"collection":"core/none","document":{"id":"a","revision":1}}"#, "line 2: there is no collection core/none"),
    (#"{"collection":"core/tasks","document":{"id":"a b","revision":1}}"#, "an id is 1 to 128 visible"),
    (#"{"collection":"Core","indexes":[]}"#, "line 2: \"Core\" is not a collection"),
    (#"{"collection":"core/x","indexes":[{"fields":7}]}"#, "line 2: "),
    (#"{"sequence":"","value":1}"#, "line 2: a sequence has a name"), (#"{"sequence":"x","value":"y"}"#, "line 2: "),
    (#"{"orchestron":"export","format":2}"#, "line 2: the export has another format than 1"),
    (
      #"{"collection":"core/tasks","document":{"id":"z","revision":1,"key":"K-0"}}"#,
      "another document has the same key"
    ),
  ])
  func namesTheLineThatItCannotTake(_ line: String, _ words: String) throws {
    let store = try TestStore(folder.file)
    defer { store.close() }
    let tasks = try fill(store, 1)
    let good = #"{"collection":"core/tasks","document":{"id":"good","revision":1}}"#
    let error = #expect(throws: StorageError.self) { _ = try take([good, line], store) }
    #expect(error?.message.contains(words) == true, "the sentence is: \(error?.message ?? "")")
    #expect(error?.status != .internal)
    // All lines or none.
    #expect(try store.read(tasks, "good") == nil)
  }
}

private enum Foreign {
  static func bytes(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, read(file, buffer.baseAddress, 1 << 16))
    }
  }
}
