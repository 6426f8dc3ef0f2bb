import Glibc
import Testing

@testable import StoragePlugin

@Suite struct FileTests {
  let folder = Folder()

  /// A file with 200 documents of about 2 KB.
  private func fill() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks", [.init(["title"])])
    var batch = Batch()
    for number in 0..<200 {
      let body = #"{"title":"\#(number)","text":"\#(String(repeating: "x", count: 2000))"}"#
      batch.operations.append(try Operation(.put(Array(body.utf8)), tasks, id: "\(number)", expected: .absent))
    }
    try store.write(batch)
    store.close()
  }

  private func overwrite(at offset: Int, _ bytes: [UInt8]) {
    let file = open(folder.file, O_WRONLY)
    #expect(pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count)
    Glibc.close(file)
  }

  @Test func refusesASecondWriterAndNamesTheFirst() throws {
    let store = try TestStore(folder.file)
    let error = #expect(throws: StorageError.self) { _ = try TestStore(folder.file) }
    #expect(error?.status == .unavailable)
    #expect(error?.message.contains("\(folder.file) is already open for writing by process \(getpid())") == true)
    #expect(error?.message.hasSuffix("stop that one, or choose another storage folder") == true)
    store.close()
    try TestStore(folder.file).close()
  }

  @Test func toleratesReadersOfOtherPrograms() throws {
    let store = try TestStore(folder.file)
    let tasks = try store.declare("core/tasks")
    let reader = try Database(file: folder.file, role: .reader)
    try reader.snapshot { () throws(StorageError) in
      let before = try reader.integer("SELECT count(*) FROM \"core/tasks\"")
      for number in 0..<100 { try store.put(tasks, "\(number)", "{}") }
      let after = try reader.integer("SELECT count(*) FROM \"core/tasks\"")
      #expect(before == 0 && after == 0)
    }
    #expect(try reader.integer("SELECT count(*) FROM \"core/tasks\"") == 100)
    store.close()
  }

  /// Reads before and after every write hold a snapshot, and the log is still taken back into the file.
  @Test func keepsTheLogShortWhileItIsReadAllTheTime() throws {
    var settings = StoreSettings()
    settings.checkpointPages = 64
    let store = try TestStore(folder.file, settings: settings)
    let tasks = try store.declare("core/tasks")
    let text = String(repeating: "x", count: 8000)
    for number in 0..<1000 {
      try store.put(tasks, "\(number)", #"{"text":"\#(text)"}"#)
      #expect(try store.read(tasks, "\(number)") != nil)
    }
    var info = stat()
    #expect(stat(folder.file + "-wal", &info) == 0)
    #expect(info.st_size < 4 << 20, "the log has \(info.st_size) bytes")
    store.close()
  }

  @Test func syncsEveryCommitAndWritesAhead() throws {
    try fill()
    let database = try Database(file: folder.file, role: .writer)
    try database.migrate(now: 0)
    #expect(try database.first("PRAGMA journal_mode") == "wal")
    #expect(try database.first("PRAGMA synchronous") == 2)
    #expect(try database.first("PRAGMA foreign_keys") == 1)
    #expect(try database.first("PRAGMA page_size") == 4096)
    #expect(try database.first("PRAGMA wal_autocheckpoint") == 0)
    #expect(try database.integer("PRAGMA mmap_size") > 0)
  }

  @Test func refusesAFileOfANewerProgramAndNamesBothVersions() throws {
    try fill()
    do {
      let database = try Database(file: folder.file, role: .writer)
      try database.run("INSERT INTO migrations(version, name, time) VALUES(9, 'from the future', 0)")
    }
    expectRefusal(.failedPrecondition, "has schema version 9, and this program knows versions up to 4") {
      _ = try TestStore(folder.file)
    }
  }

  @Test func appliesTheStepsThatAreMissingAndUndoesOneThatFails() throws {
    let first = Migration(version: 1, name: "first", sql: "CREATE TABLE a(x)")
    let second = Migration(version: 2, name: "second", sql: "CREATE TABLE b(x); INSERT INTO a VALUES(2)")
    let broken = Migration(version: 3, name: "broken", sql: "CREATE TABLE c(x); INSERT INTO nowhere VALUES(3)")
    let database = try Database(file: folder.file, role: .writer)
    try database.migrate([first], now: 10)
    try database.migrate([first, second], now: 20)
    expectRefusal(.internal, "no such table: nowhere") { try database.migrate([first, second, broken], now: 30) }
    #expect(try database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0)
    #expect(try database.first("SELECT group_concat(version || '@' || time) FROM migrations") == "1@10,2@20")
    #expect(try database.integer("SELECT count(*) FROM a") == 1)
  }

  @Test func refusesADatabaseOfAnotherProgram() throws {
    do {
      let database = try Database(file: folder.file, role: .writer)
      try database.execute("CREATE TABLE theirs(x)")
    }
    expectRefusal(.failedPrecondition, "is a database of another program") { _ = try TestStore(folder.file) }
  }

  @Test func refusesAFileThatIsNoDatabase() throws {
    let file = open(folder.file, O_WRONLY | O_CREAT, 0o600)
    let text = String(repeating: "not a database ", count: 1000)
    #expect(write(file, text, text.utf8.count) > 0)
    Glibc.close(file)
    expectRefusal(.dataLoss, "is not an SQLite database, or its header is damaged") { _ = try TestStore(folder.file) }
  }

  @Test func refusesAFolderThatIsMissing() {
    expectRefusal(.permissionDenied, "cannot be opened (No such file or directory)") {
      _ = try TestStore("\(folder.path)/nowhere/orchestron.db")
    }
  }

  @Test func namesTheDamagedFile() throws {
    try fill()
    // The first page stays, so that the file opens; every other page turns to noise.
    overwrite(at: 4096, Array(repeating: 0xa5, count: 300_000))
    expectRefusal(.dataLoss, "\(folder.file) is damaged") {
      let store = try TestStore(folder.file)
      defer { store.close() }
      let tasks = try store.store.collection("core/tasks")
      _ = try store.read(tasks, "7")
    }
  }

  @Test func findsAPageThatWasDamaged() throws {
    try fill()
    overwrite(at: 4096 * 40, Array(repeating: 0x5a, count: 4096))
    let store = try TestStore(folder.file)
    let problems = try? store.problems()
    // Either the check lists what it found, or it could not read on and said so.
    #expect(problems != [])
    store.close()
  }

  @Test func namesAFileThatWasCutShort() throws {
    try fill()
    truncate(folder.file, 4096 * 20)
    expectRefusal(.dataLoss, "\(folder.file) is damaged") {
      let store = try TestStore(folder.file)
      defer { store.close() }
      let tasks = try store.store.collection("core/tasks")
      for number in 0..<200 { _ = try store.read(tasks, "\(number)") }
    }
  }

  @Test func findsADocumentThatDoesNotHoldItsOwnRevision() throws {
    try fill()
    do {
      let database = try Database(file: folder.file, role: .writer)
      try database.run(#"UPDATE "core/tasks" SET revision = 7 WHERE id = '3'"#)
    }
    let store = try TestStore(folder.file)
    #expect(try store.problems() == ["\(folder.file): core/tasks 3 does not hold what its row says of it"])
    store.close()
  }

  @Test func refusesWhatTheDiskCannotHoldAndKeepsTheRest() async {
    // In a process of its own, because a limit on the size of files stands in for a disk that is full.
    await #expect(processExitsWith: .success) {
      let folder = Folder()
      let store = try TestStore(folder.file)
      let tasks = try store.declare("core/tasks")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4 << 20, rlim_max: 4 << 20)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)

      let big = Array(#"{"text":"\#(String(repeating: "x", count: 6 << 20))"}"#.utf8)
      var replies: [Int: Result<BatchReply, StorageError>] = [:]
      for number in 0..<30 {
        let body = number == 17 ? big : Array("{}".utf8)
        let batch = Batch(operations: [try Operation(.put(body), tasks, id: "\(number)", expected: .absent)])
        try store.store.write(batch) { replies[number] = $0 }
      }
      store.run { replies.count == 30 }
      for (number, reply) in replies {
        switch reply {
        case .success: #expect(number != 17)
        case .failure(let error):
          #expect(number == 17)
          #expect(error.status == .unavailable)
          #expect(error.message.contains("reading or writing \(folder.file) failed"), "\(error.message)")
        }
      }
      #expect(try store.problems() == [])
      #expect(try store.count(Query(collection: tasks)) == 29)
      store.close()
    }
  }

  @Test func saysThatTheDiskIsFull() throws {
    let database = try Database(file: folder.file, role: .writer)
    try database.migrate(now: 0)
    var connection = WriterConnection(database: database, collections: [], settings: StoreSettings())
    let definition = try CollectionDefinition("core/tasks")
    _ = connection.commit([WriteJob(id: 1, work: .declare(definition), sequences: [:])])
    // SQLite answers a page limit as it answers a full disk.
    try database.execute("PRAGMA max_page_count = 40")
    let tasks = Collection(definition)
    func job(_ id: UInt64, bytes: Int) throws -> WriteJob {
      let body = Array(#"{"text":"\#(String(repeating: "x", count: bytes))"}"#.utf8)
      return WriteJob(
        id: id, work: .batch(Batch(operations: [try Operation(.put(body), tasks, id: "\(id)", expected: .absent)])),
        sequences: [:])
    }
    let finished = connection.commit([try job(2, bytes: 10), try job(3, bytes: 1 << 20), try job(4, bytes: 10)])
    var committed: [UInt64] = []
    for finished in finished {
      switch finished.outcome {
      case .success: committed.append(finished.id)
      case .failure(let error):
        #expect(error.status == .resourceExhausted)
        #expect(
          error.message == "the disk that holds \(folder.file) is full; nothing of this change was stored; "
            + "free some space and repeat it")
      }
    }
    #expect(finished.map(\.id) == [2, 3, 4])
    #expect(committed == [2, 4])
    #expect(try database.first("SELECT group_concat(id) FROM \"core/tasks\"") == "2,4")
    #expect(try database.problems() == [])
  }
}
