import Glibc
import Synchronization
import Testing

@testable import StoragePlugin

/// What is declared on a store that is large already.
@Suite struct LongWorkTests {
  private static let size = 20_000

  /// What was said of one step.
  private struct Said {
    let what: String
    let done: UInt64
    let total: UInt64
  }

  private final class Listener: Sendable {
    private let said = Mutex<[Said]>([])
    func hear(_ what: String, _ done: UInt64, _ total: UInt64) {
      said.withLock { $0.append(Said(what: what, done: done, total: total)) }
    }
    var all: [Said] { said.withLock { $0 } }
  }

  /// A writer's connection to a file with `size` documents and no index.
  private func open(_ file: String) throws -> Database {
    let database = try Database(file: file, role: .writer)
    try database.migrate(now: 0)
    _ = try database.declare(try CollectionDefinition("core/tasks"))
    try database.execute(
      """
      WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < \(LongWorkTests.size))
      INSERT INTO "core/tasks"(id, revision, body)
      SELECT 'task-' || i, 1, json_object('id', 'task-' || i, 'revision', 1, 'project', i % 7, 'number', i,
        'title', 'task ' || i || ' of many') FROM numbers
      """)
    return database
  }

  private func wanted() throws -> CollectionDefinition {
    try CollectionDefinition(
      "core/tasks", indexes: [.init(["project", "-number"]), .init(["number"], unique: true)],
      search: SearchDefinition([.init(field: try Field("title"), weight: 1)]),
      tally: TallyDefinition([try Field("project")]))
  }

  @Test func saysHowFarItHasCome() throws {
    let folder = Folder()
    let database = try open(folder.file)
    let listener = Listener()
    database.longWork = LongWork(every: 0) { listener.hear($0, $1, $2) }
    let wanted = try wanted()
    try database.transaction { () throws(StorageError) in _ = try database.declare(wanted) }
    let said = listener.all
    #expect(Set(said.map(\.what)) == ["brings core/tasks up to date"])
    #expect(zip(said, said.dropFirst()).allSatisfy { $0.done < $1.done }, "\(said)")
    #expect(said.last?.done == said.last?.total, "\(said)")
    // The estimate is one: half of what it takes, or twice, would still do.
    let before = try #require(said.dropLast().last)
    #expect(Double(before.done) / Double(before.total) > 0.5, "\(said)")
    #expect(said.contains { Double($0.done) / Double($0.total) < 0.1 }, "\(said)")
    #expect(said.contains { (0.4...0.6).contains(Double($0.done) / Double($0.total)) }, "\(said)")
    #expect(try database.problems() == [])
  }

  @Test func leavesNothingOfWhatItGaveUp() throws {
    let folder = Folder()
    let database = try open(folder.file)
    let before = try database.integer("SELECT count(*) FROM sqlite_schema")
    let wanted = try wanted()
    // Each time a little later, until it is done before that.
    for round in 1... {
      let heard = Atomic<Int>(0)
      let work = LateWork()
      database.longWork = LongWork(every: 0) { _, _, _ in
        if heard.add(1, ordering: .relaxed).newValue == round * 5 { work.giveUp() }
      }
      work.work = database.longWork
      do throws(StorageError) {
        try database.transaction { () throws(StorageError) in _ = try database.declare(wanted) }
        #expect(round > 3)
        break
      } catch {
        #expect(error.status == .unavailable)
        #expect(error.message.contains("that is begun anew at the next start"), "\(error.message)")
        #expect(try database.integer("SELECT count(*) FROM sqlite_schema") == before)
        #expect(try database.integer("SELECT count(*) FROM indexes") == 0)
      }
    }
    #expect(try database.problems() == [])
  }

  /// Work that is given up by what hears of it.
  private final class LateWork: @unchecked Sendable {
    // Sendable because the database of the test calls on the test's own thread.
    var work: LongWork?
    func giveUp() { work?.giveUp() }
  }

  @Test func saysThatItGoesOnWhileItWaitsForTheDisk() throws {
    let listener = Listener()
    let work = LongWork { listener.hear($0, $1, $2) }
    let answer = try work.waiting(for: "writes") { () throws(StorageError) in
      while listener.all.count < 6 { sched_yield() }
      return 7
    }
    #expect(answer == 7)
    let said = listener.all
    #expect(said.dropLast().contains { $0.done > 0 } && said.dropLast().allSatisfy { $0.total == 0 }, "\(said)")
    #expect(said.last?.done == said.last?.total, "\(said)")
  }

  @Test func keepsWhatWasDeclaredBeforeItStopped() throws {
    let folder = Folder()
    _ = try open(folder.file)
    let store = try TestStore(folder.file)
    _ = try store.declare("core/notes", [.init(["day"])])
    store.store.giveUpLongWork()
    // What is small is no long work.
    _ = try store.declare("core/people", [.init(["name"])])
    let refusal = #expect(throws: StorageError.self) { try store.declare("core/tasks", [.init(["number"])]) }
    #expect(refusal?.message.contains("storage stops while it") == true)
    let people = try store.store.collection("core/people")
    try store.put(people, "ada", #"{"name":"Ada"}"#)
    #expect(try store.read(people, "ada") != nil)
    store.close()
  }
}
