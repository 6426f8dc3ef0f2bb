import Glibc
import Testing

@testable import StoragePlugin

/// A folder that is removed with its owner.
final class Folder {
  let path: String

  init() {
    var template = Array("/tmp/orchestron-storage-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      // mkdtemp answers null only when the folder cannot be made, and then no test can run.
      String(cString: mkdtemp(buffer.baseAddress!)!)
    }
  }

  deinit {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      withUnsafeBytes(of: &entry.pointee.d_name) { name in
        _ = unlink(path + "/" + String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
      }
    }
    closedir(folder)
    rmdir(path)
  }

  var file: String { path + "/orchestron.db" }

  /// The names of its files, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// A store with a loop of the test's own thread: `wait` drains until what is wanted has come.
final class TestStore {
  let store: Store
  private let woken: Signal
  var events: [DurableEvent] = []

  init(_ file: String, settings: StoreSettings = StoreSettings()) throws {
    let woken = Signal()
    self.woken = woken
    store = Store(file: file, settings: settings) { woken.raise() }
    store.onEvents = { [unowned self] in events += $0 }
    do {
      try wait { done throws(StorageError) in try store.open(done) }
    } catch {
      close()
      throw error
    }
  }

  /// Starts something and runs the loop until its completion has come.
  func wait<Value>(
    _ start: (@escaping Store.Completion<Value>) throws(StorageError) -> Void
  ) throws(StorageError) -> Value {
    var outcome: Result<Value, StorageError>?
    try start { outcome = $0 }
    run { outcome != nil }
    // `run` returns once there is an outcome.
    return try outcome!.get()
  }

  func run(until isDone: () -> Bool) {
    while !isDone() {
      woken.wait()
      store.drain()
    }
  }

  func close() {
    var isClosed = false
    store.close { isClosed = true }
    run { isClosed }
  }

  // MARK: Shorter words

  /// - Parameter search: fields with their weights.
  func declare(
    _ name: String, _ indexes: [CollectionDefinition.Index] = [], search: KeyValuePairs<String, Int> = [:],
    tally: [String] = []
  ) throws -> StoragePlugin.Collection {
    let entries = try search.map { SearchDefinition.Entry(field: try Field($0.key), weight: $0.value) }
    let definition = try CollectionDefinition(
      name, indexes: indexes, search: entries.isEmpty ? nil : try SearchDefinition(entries),
      tally: tally.isEmpty ? nil : try TallyDefinition(tally.map { try Field($0) }))
    return try wait { done throws(StorageError) in try store.declare(definition, done) }
  }

  @discardableResult
  func write(_ batch: Batch) throws(StorageError) -> BatchReply {
    try wait { done throws(StorageError) in try store.write(batch, done) }
  }

  @discardableResult
  func put(
    _ collection: StoragePlugin.Collection, _ id: String, _ body: String, _ expected: Operation.Expectation = .absent
  ) throws(StorageError) -> BatchReply {
    try write(Batch(operations: [try Operation(.put(Array(body.utf8)), collection, id: id, expected: expected)]))
  }

  func read(_ collection: StoragePlugin.Collection, _ id: String) throws -> String? {
    var id = id
    return try id.withUTF8 { id in
      try store.read(UnsafeRawBufferPointer(id), in: collection) { String(decoding: $0, as: UTF8.self) }
    }
  }

  func page(_ query: Query) throws(StorageError) -> String {
    let bytes = try wait { done throws(StorageError) in try store.page(query, done) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func count(_ query: Query) throws(StorageError) -> Int64 {
    try wait { done throws(StorageError) in try store.count(query, done) }
  }

  func groups(_ aggregate: Aggregate) throws(StorageError) -> String {
    let bytes = try wait { done throws(StorageError) in try store.groups(aggregate, done) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func search(_ search: Search) throws(StorageError) -> String {
    let bytes = try wait { done throws(StorageError) in try store.search(search, done) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func problems() throws(StorageError) -> [String] {
    try wait { done throws(StorageError) in try store.problems(done) }
  }
}

/// Wakes one waiting thread; raising it before the wait is not lost.
final class Signal: @unchecked Sendable {
  // Sendable because a POSIX semaphore is made for use from several threads.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }
  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }
  func raise() { sem_post(semaphore) }
  func wait() { while sem_wait(semaphore) != 0 {} }
}
