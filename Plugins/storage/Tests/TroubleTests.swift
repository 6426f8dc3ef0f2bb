import CSQLite
import Glibc
import PluginTesting
import Testing

@testable import StoragePlugin

/// Disks that lie, fill up and rot.
@Suite struct TroubleTests {
  let folder = Folder()

  private func job(_ id: UInt64, _ collection: StoragePlugin.Collection, bytes: Int = 2) throws -> WriteJob {
    let body = Array(#"{"text":"\#(String(repeating: "x", count: bytes))"}"#.utf8)
    return WriteJob(
      id: id, work: .batch(Batch(operations: [try Operation(.put(body), collection, id: "\(id)", expected: .absent)])),
      sequences: [:])
  }

  private func error(_ finished: [Finished]) -> StorageError? {
    guard case .failure(let error)? = finished.first?.outcome else { return nil }
    return error
  }

  @Test func writesNothingMoreAfterTheDiskDidNotConfirmAWrite() throws {
    let database = try Database(file: folder.file, role: .writer)
    try database.migrate(now: 0)
    var connection = WriterConnection(database: database, collections: [], settings: StoreSettings())
    let definition = try CollectionDefinition("core/tasks")
    let tasks = Collection(definition)
    #expect(error(connection.commit([WriteJob(id: 1, work: .declare(definition), sequences: [:])])) == nil)
    #expect(error(connection.commit([try job(2, tasks)])) == nil)

    // The log's own file, whose sync is made to fail once, as a disk's does.
    var log: UnsafeMutablePointer<sqlite3_file>?
    sqlite3_file_control(database.connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
    let file = try #require(log)
    let whole = try #require(file.pointee.pMethods)
    var failing = whole.pointee
    failing.xSync = { _, _ in SQLITE_IOERR | 4 << 8 }
    withUnsafePointer(to: failing) { failing in
      file.pointee.pMethods = failing
      #expect(error(connection.commit([try! job(3, tasks), try! job(4, tasks)]))?.status == .unavailable)
      file.pointee.pMethods = whole
    }
    // The next sync would say that all is well, about pages that the system may have dropped.
    let refused = error(connection.commit([try job(5, tasks)]))
    #expect(refused?.status == .unavailable)
    #expect(refused?.message.contains("did not confirm a write to \(folder.file); nothing more is written") == true)
    #expect(refused?.isLasting == true)
    #expect(try database.first("SELECT group_concat(id) FROM \"core/tasks\"") == "2")
  }

  @Test func worksAgainWhenTheDiskHasRoomAgain() throws {
    let database = try Database(file: folder.file, role: .writer)
    try database.migrate(now: 0)
    var connection = WriterConnection(database: database, collections: [], settings: StoreSettings())
    let definition = try CollectionDefinition("core/tasks")
    let tasks = Collection(definition)
    _ = connection.commit([WriteJob(id: 1, work: .declare(definition), sequences: [:])])
    try database.execute("PRAGMA max_page_count = 40")
    #expect(error(connection.commit([try job(2, tasks, bytes: 1 << 20)]))?.status == .resourceExhausted)
    try database.execute("PRAGMA max_page_count = 10000")
    #expect(error(connection.commit([try job(2, tasks, bytes: 1 << 20)])) == nil)
    #expect(try database.problems() == [])
  }

  @Test func readsTheOtherCollectionsWhenOneIsDamaged() throws {
    var store = try TestStore(folder.file)
    let sound = try store.declare("core/sound")
    let rotten = try store.declare("core/rotten")
    for number in 0..<50 {
      try store.put(rotten, "\(number)", #"{"text":"\#(String(repeating: "x", count: 3000))"}"#)
      try store.put(sound, "\(number)", "{}")
    }
    store.close()
    let roots = try Database(file: folder.file, role: .reader)
    let page = try roots.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'core/rotten'")
    let file = open(folder.file, O_WRONLY)
    let noise = [UInt8](repeating: 0xa5, count: 4096)
    #expect(pwrite(file, noise, 4096, off_t((page - 1) * 4096)) == 4096)
    close(file)

    store = try TestStore(folder.file)
    expectRefusal(.dataLoss, "\(folder.file) is damaged") { _ = try store.page(Query(collection: rotten)) }
    #expect(store.store.fault?.status == .dataLoss)
    expectRefusal(.dataLoss, "restore the last backup") { try store.put(rotten, "new", "{}") }
    #expect(try store.read(sound, "7") != nil)
    #expect(ids(try store.page(Query(collection: sound, limit: 100))).count == 50)
    try store.put(sound, "new", "{}")
    store.close()
  }

  /// A log that was cut anywhere gives the batches before the cut, whole and in order.
  @Test func keepsWhatStandsBeforeACutInTheLog() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["a"])])
    for number in 0..<60 {
      let operations = try ["x", "y"].map { half in
        try Operation(.put(Array(#"{"a":\#(number)}"#.utf8)), tasks, id: "\(number)\(half)", expected: .absent)
      }
      try store.write(Batch(operations: operations))
    }
    let database = try contents(folder.file)
    let log = try contents(folder.file + "-wal")
    store.close()

    for round in 0..<10 {
      let path = folder.path + "/cut\(round).db"
      write(database, path)
      write(Array(log.prefix(Int.random(in: 0...log.count, using: &random))), path + "-wal")
      let cut = try TestStore(path)
      if let tasks = try? cut.store.collection("core/tasks") {
        let found = Set(ids(try cut.page(Query(collection: tasks, limit: 200))))
        let expected = Set((0..<found.count / 2).flatMap { ["\($0)x", "\($0)y"] })
        #expect(found == expected, "seed \(seed), round \(round)")
      }
      #expect(try cut.problems() == [], "seed \(seed), round \(round)")
      cut.close()
    }
  }

  /// A file of the first version, with its virtual columns and a log of events.
  @Test func bringsAFileOfTheFirstVersionUpToDate() throws {
    do {
      let database = try Database(file: folder.file, role: .writer)
      try database.migrate(Array(migrations.prefix(1)), now: 0)
      try database.execute(
        """
        CREATE TABLE "core/tasks"(
          n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        ALTER TABLE "core/tasks" ADD COLUMN "$.key" ANY GENERATED ALWAYS AS (json_extract(body, '$.key')) VIRTUAL;
        ALTER TABLE "core/tasks" ADD COLUMN "$.old" ANY GENERATED ALWAYS AS (json_extract(body, '$.old')) VIRTUAL;
        CREATE UNIQUE INDEX "core/tasks(key)" ON "core/tasks"("$.key");
        INSERT INTO collections(name) VALUES('core/tasks');
        INSERT INTO indexes(collection, fields, isUnique) VALUES('core/tasks', 'key', 1);
        INSERT INTO "core/tasks"(id, revision, body) VALUES('a', 3, '{"id":"a","revision":3,"key":"K-1","old":7}');
        """)
    }
    let store = try TestStore(folder.file)
    let tasks = try store.store.collection("core/tasks")
    let found = try store.store.read(Field("key"), equalTo: "K-1", in: tasks) { String(decoding: $0, as: UTF8.self) }
    #expect(found == #"{"id":"a","revision":3,"key":"K-1","old":7}"#)
    try store.put(tasks, "a", #"{"key":"K-2"}"#, .revision(3))
    #expect(try store.problems() == [])
    let database = try Database(file: folder.file, role: .reader)
    #expect(
      try database.first("SELECT group_concat(name || hidden) FROM pragma_table_xinfo('core/tasks')")
        == "n0,id0,revision0,body0,$.key0")
    store.close()
  }

  private func contents(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var info = stat()
    #expect(fstat(file, &info) == 0)
    return [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { buffer, count in
      count = max(0, read(file, buffer.baseAddress, buffer.count))
    }
  }

  private func write(_ bytes: [UInt8], _ path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
    close(file)
  }
}
