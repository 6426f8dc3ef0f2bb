import Glibc
import Testing

@testable import StoragePlugin

@Suite struct CrashTests {
  /// A child writes as fast as it can with many batches under way, notes what was acknowledged, and is killed at a
  /// random moment. Whatever it noted must be there once, with its event and its number.
  @Test func keepsEveryAcknowledgedBatchWhenTheProcessIsKilled() async throws {
    var total = 0
    for round in 0..<20 {
      let folder = Folder()
      let path = folder.path
      let delay = UInt32.random(in: 1000...150_000)
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, delay = delay as UInt32] in
        try writeUntilKilled(folder: path, afterMicroseconds: delay)
      }
      let noted = try acknowledged(folder: path)
      total += noted.count

      let store = try TestStore(folder.file)
      let tasks = try store.declare("core/tasks", [.init(["number"], unique: true)])
      var lastNumber: Int64 = 0
      for line in noted {
        let parts = line.split(separator: " ")
        let document = try #require(try store.read(tasks, String(parts[0])), "round \(round): \(parts[0]) is lost")
        #expect(document.contains(#""number":\#(parts[1]),"#), "round \(round): \(document)")
        lastNumber = max(lastNumber, try #require(Int64(parts[1])))
      }
      // Each document was committed with its event or not at all, acknowledged or not.
      let documents = try store.count(Query(collection: tasks))
      #expect(try store.store.eventRange() == EventRange(first: 1, last: documents))
      #expect(documents >= Int64(noted.count))
      #expect(try store.store.next("core/task-key/ORC") > lastNumber)
      #expect(try store.problems() == [])
      store.close()
    }
    #expect(total > 0)
  }

  private func acknowledged(folder: String) throws -> [Substring] {
    let file = open(folder + "/acknowledged", O_RDONLY)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = Glibc.read(file, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
    // The last line may have been cut by the kill.
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n")
    return text.hasSuffix("\n") ? lines : lines.dropLast()
  }
}

/// The child: 64 batches under way at any time, until SIGKILL comes.
private func writeUntilKilled(folder: String, afterMicroseconds delay: UInt32) throws {
  let store = try TestStore(folder + "/orchestron.db")
  let tasks = try store.declare("core/tasks", [.init(["number"], unique: true)])
  let notes = open(folder + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
  _ = try Thread("killer") {
    usleep(delay)
    kill(getpid(), SIGKILL)
  }
  var underWay = 0
  while true {
    while underWay < 64 {
      let number = try store.store.next("core/task-key/ORC")
      let id = "task-\(number)"
      let body = Array(#"{"number":\#(number),"text":"\#(String(repeating: "x", count: 500))"}"#.utf8)
      let batch = Batch(
        operations: [try Operation(.put(body), tasks, id: id, expected: .absent)],
        events: [try NewEvent(topic: "task:created", data: Array("\(number)".utf8))])
      underWay += 1
      try store.store.write(batch) { result in
        underWay -= 1
        guard case .success = result else { fatalError("a batch was refused: \(result)") }
        let line = "\(id) \(number)\n"
        _ = line.withCString { write(notes, $0, strlen($0)) }
      }
    }
    let before = underWay
    store.run { underWay < before }
  }
}
