import CSQLite
import PluginData
import PluginTesting
import Testing

@testable import Interchange

struct OriginalTests {
  @Test func readsTasksSprintsAndTheirRelations() throws {
    let result = try imported(.original, file(schema + nodes), pieces: 1000)
    #expect(
      result.tasks.map(\.sourceID) == ["original:epic-1", "original:task-1", "original:task-2", "original:todo-1"])
    #expect(
      result.sprints == [
        ImportedSprint(
          sourceID: "original:sprint-1", name: "First", goal: "Light", start: Instant("2025-09-01T00:00:00Z"),
          end: Instant(milliseconds: 1_757_894_400_000))
      ])
    let task = try result.task("original:task-1")
    #expect(
      task.fields == [
        "type": "task", "title": "Solder", "description": "With care", "status": "done", "priority": "critical",
        "assignee": "ines", "labels": ["hw"], "component": "lamp", "estimatedHours": 4, "progress": 100,
        "startDate": "2025-09-02T08:00:00.000Z", "completedDate": "2025-09-03T08:00:00.000Z",
        "checkpoints": [["name": "board", "completed": true]], "updatedAt": "2025-09-27T10:00:00.000Z",
      ])
    #expect(task.parent == "original:epic-1" && task.sprint == "original:sprint-1")
    #expect(task.timeEntries == [ImportedTimeEntry(hours: 3.5)])
    let blocked = try result.task("original:task-2")
    #expect(blocked.links == [ImportedLink(.blockedBy, "original:task-1")])
    #expect(blocked.text("status") == "blocked" && blocked.text("dueDate") == nil)
    #expect(try result.task("original:todo-1").text("component") == "garage")
  }

  @Test func reportsNodesThatAreNoTasksAndBrokenPayloads() throws {
    let report = try imported(.original, file(schema + nodes)).report
    #expect(report.skipped == [.init(reason: "node of type decision", count: 1)])
    #expect(report.problems.count == 2)
    #expect(report.problems.first?.message == "dueDate “2025-02-30” is a date that does not exist")
    #expect(report.problems.last?.message.hasPrefix("the payload of node broken is no JSON") == true)
    #expect(report.unmapped == ["sprint.burndown", "subtasks"])
  }

  @Test func readsMoreThanOneBatch() throws {
    let many =
      schema + """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)
          INSERT INTO nodes SELECT 'n' || i, 'HUMAN', 0, '[]', 'task', json_object('title', 'T' || i), '{}' FROM n;
        INSERT INTO edges SELECT 'e' || rowid, 'n' || rowid, 'n' || (rowid + 1), 'blocks', '{}' FROM nodes WHERE rowid < 1300;
        """
    let result = try imported(.original, file(many))
    #expect(result.tasks.count == 1300 && result.report.links == 1299)
    #expect(result.tasks.last?.links == [ImportedLink(.blockedBy, "original:n1299")])
  }

  @Test func readsAFileThatWasWrittenWithAWriteAheadLog() throws {
    var bytes = try file(schema + nodes)
    bytes[18] = 2
    bytes[19] = 2
    #expect(try imported(.original, bytes).tasks.count == 4)
  }

  @Test func refusesOtherFiles() throws {
    #expect(throws: ImportFailure("this is no SQLite file; the original keeps its data in .orchestron/orchestron.db")) {
      try imported(.original, "not a database")
    }
    let other = try file("CREATE TABLE other(x)")
    #expect(throws: ImportFailure("the SQLite file has no table “nodes”; is it the orchestron.db of the original?")) {
      try imported(.original, other)
    }
    // A view could do anything when it is read.
    let view = try file("CREATE TABLE edges(x); CREATE VIEW nodes AS SELECT 1 AS node_id")
    #expect(throws: ImportFailure.self) { try imported(.original, view) }
  }

  /// What a schema may do on its own must not happen, and one value may not fill the memory.
  @Test(arguments: [
    "payload TEXT AS (load_extension('/tmp/evil.so')) VIRTUAL", "payload TEXT AS (hex(zeroblob(100000000))) VIRTUAL",
    "payload TEXT AS (printf('%.*c', 900000000, 'x')) VIRTUAL",
    "payload TEXT AS (printf('%.*c', 15000000, 'x')) VIRTUAL",
  ])
  func refusesAFileThatWouldDoMoreThanHoldRows(_ column: String) throws {
    // Such a file is prepared where nothing forbids it.
    let hostile = """
      CREATE TABLE edges(edge_id, source_node_id, target_node_id, edge_type, metadata);
      CREATE TABLE nodes(node_id TEXT PRIMARY KEY, timestamp INTEGER, node_type TEXT, payload TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO nodes SELECT 'n' || i, 0, 'task', '{}' FROM n;
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'payload TEXT', '\(column.replacing("'", with: "''"))')
        WHERE name = 'nodes';
      """
    let failure = #expect(throws: ImportFailure.self) { try imported(.original, file(hostile)) }
    let beginnings = ["the SQLite file ", "nothing of the content could be read; "]
    #expect(beginnings.contains { failure?.message.hasPrefix($0) == true }, "\(failure?.message ?? "")")
  }

  @Test func refusesAViewAndIgnoresATrigger() throws {
    let view = try file(
      "CREATE TABLE edges(x); CREATE TABLE t(x); CREATE VIEW nodes AS SELECT load_extension('/tmp/evil.so') AS node_id")
    #expect(throws: ImportFailure.self) { try imported(.original, view) }
    let trigger = try file(
      schema + "CREATE TRIGGER evil AFTER INSERT ON nodes BEGIN SELECT load_extension('/tmp/evil.so'); END;")
    #expect(try imported(.original, trigger).tasks.isEmpty)
  }

  @Test func readsNothingOfAFileWhosePagesSayNonsense() throws {
    let sound = try file(schema + nodes)
    for place in stride(from: 100, to: sound.count - 8, by: 512) {
      var bytes = sound
      for offset in 0..<8 { bytes[place + offset] = 0xff }
      // Refused, or read as far as it is sound; in no case beyond it.
      _ = try? imported(.original, bytes)
    }
    var pages = sound
    for page in stride(from: 4096, to: pages.count, by: 4096) { pages[page] ^= 0x0f }
    #expect(throws: ImportFailure.self) { try imported(.original, pages) }
  }

  @Test func endsOnADamagedFile() throws {
    let bytes = try file(schema + nodes)
    for seed in SeededGenerator.seeds(100) {
      var random = SeededGenerator(seed: seed)
      var damaged = bytes
      for _ in 0..<20 {
        damaged[Int.random(in: 100..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if seed % 4 == 0 { damaged.removeLast(Int.random(in: 1...5000, using: &random)) }
      if let result = try? imported(.original, damaged) {
        #expect(result.tasks.allSatisfy { $0.sourceID.hasPrefix("original:") }, "seed \(seed)")
      }
    }
  }
}

private let schema = """
  CREATE TABLE nodes(node_id TEXT PRIMARY KEY, author TEXT, timestamp INTEGER, parent_ids TEXT, node_type TEXT,
    payload TEXT, metadata TEXT);
  CREATE TABLE edges(edge_id TEXT PRIMARY KEY, source_node_id TEXT, target_node_id TEXT, edge_type TEXT, metadata TEXT);
  CREATE INDEX idx_edges_target ON edges(target_node_id);

  """

private let nodes = """
  INSERT INTO nodes VALUES
    ('epic-1', 'HUMAN', 1758967200000, '[]', 'epic', '{"title":"Lamp","status":"todo","priority":"medium"}', '{}'),
    ('task-1', 'HUMAN', 1758967200000, '[]', 'task', '{"title":"Solder","description":"With care","status":"done",
      "priority":"CRITICAL","assignee":"ines","labels":["hw"],"component":"lamp","estimatedHours":4,"actualHours":3.5,
      "progress":100,"startDate":"2025-09-02T08:00:00.000Z","completedDate":"2025-09-03T08:00:00.000Z","subtasks":["x"],
      "checkpoints":[{"name":"board","completed":true},{"completed":false}]}', '{}'),
    ('task-2', 'HUMAN', 1758967200000, '[]', 'task', '{"title":"Test","status":"blocked","priority":"high",
      "blockedBy":["task-1"],"dueDate":"2025-02-30"}', '{}'),
    ('sprint-1', 'HUMAN', 1758967200000, '[]', 'sprint', '{"name":"First","goal":"Light",
      "startDate":"2025-09-01T00:00:00.000Z","endDate":1757894400000,"burndown":{"dates":[]}}', '{}'),
    ('decision-1', 'AI', 1758967200000, '[]', 'decision', '{"title":"Use tin"}', '{}'),
    ('todo-1', 'HUMAN', 1758967200000, '[]', 'todo', '{"title":"Sweep","status":"todo","component":"garage"}', '{}'),
    ('broken', 'HUMAN', 1758967200000, '[]', 'task', '{"title":', '{}');
  INSERT INTO edges VALUES ('e1', 'epic-1', 'task-1', 'parent_of', '{}'), ('e2', 'task-1', 'task-2', 'blocks', '{}'),
    ('e3', 'task-1', 'sprint-1', 'in_sprint', '{}'), ('e4', 'task-1', 'ines', 'assigned_to', '{}');
  """

/// The bytes of a file in which the statements have been run.
private func file(_ statements: String) throws -> [UInt8] {
  var connection: OpaquePointer?
  #expect(sqlite3_open(":memory:", &connection) == SQLITE_OK)
  defer { sqlite3_close(connection) }
  try #require(
    sqlite3_exec(connection, statements, nil, nil, nil) == SQLITE_OK, "\(String(cString: sqlite3_errmsg(connection)))")
  var size: sqlite3_int64 = 0
  let bytes = try #require(sqlite3_serialize(connection, "main", &size, 0))
  defer { sqlite3_free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
}
