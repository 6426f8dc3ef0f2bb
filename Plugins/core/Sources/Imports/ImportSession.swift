import Interchange
import PluginKit
import Synchronization

/// An import that is under way: what has been read of its content and is not stored yet, and what the links at its end
/// need to know.
///
/// It lives in memory. After a restart the content is sent again from its beginning, and as many items are passed over
/// as are stored.
@Loop
final class ImportSession {
  /// As it is stored, or for a dry run would be.
  var item: ImportItem
  let reader: ImportReader
  /// Bytes that the reader has taken.
  var received = 0
  /// Whether the reader knows that there is no more.
  var isComplete = false
  /// Relations that have been settled.
  var linked = 0
  /// Items that were read and are not applied.
  private(set) var waiting: [ImportedItem] = []
  private var next = 0
  /// Items that have been applied or passed over since the content began.
  private(set) var passed = 0
  /// What became of the ends of relations, in sentences; the first ones.
  private(set) var problems: [String] = []
  private(set) var relations: [Relation] = []
  private(set) var sprints: [String: ImportedSprint] = [:]
  /// Other names of tasks, and their source ids.
  private var aliases: [String: String] = [:]
  /// The source ids of all tasks so far; kept for dry runs alone, where they cannot be looked up.
  private var sources: Set<String> = []

  /// What a task says of other tasks of its source.
  struct Relation: Sendable {
    let source: String
    let parent: String?
    let links: [ImportedLink]
  }

  init(_ item: ImportItem, reader: ImportReader) {
    self.item = item
    self.reader = reader
  }

  func take(_ items: [ImportedItem]) {
    waiting = Array(waiting[next...]) + items
    next = 0
  }

  /// The items that go into the next batch: fewer where they are long, so that storage takes what they become at once.
  ///
  /// - Parameter count: How many of those that wait are in a batch already.
  func batch(after count: Int = 0) -> ArraySlice<ImportedItem> {
    let start = next + count
    var (end, size) = (start, 0)
    while end < waiting.count, end - start < ImportSession.batchLimit, size < ImportSession.batchSize {
      size += waiting[end].size
      end += 1
    }
    return waiting[start..<end]
  }

  private static let batchLimit = 400
  private static let batchSize = 512 << 10

  /// Remembers items that are stored, and goes on behind them.
  func pass(_ items: ArraySlice<ImportedItem>) {
    for item in items {
      switch item {
      case .sprint(let sprint): sprints[sprint.sourceID] = sprint
      case .task(let task):
        for alias in task.aliases { aliases[alias] = task.sourceID }
        if self.item.isDry { sources.insert(task.sourceID) }
        if task.parent != nil || !task.links.isEmpty {
          relations.append(Relation(source: task.sourceID, parent: task.parent, links: task.links))
        }
      case .project, .person: break
      }
    }
    passed += items.count
    next += items.count
  }

  /// The source id of the task that goes by a name.
  func source(of name: String) -> String { aliases[name] ?? name }

  /// Whether a task is part of what a dry run has read.
  func hasRead(_ source: String) -> Bool { sources.contains(source) }

  func note(problem: String) {
    if problems.count < ImportReportText.limit, !problems.contains(problem) { problems.append(problem) }
  }
}

extension ImportedItem {
  /// Bytes of what it says, about.
  fileprivate var size: Int {
    guard case .task(let task) = self else { return 64 }
    let texts = (task.fields["description"]?.string?.utf8.count ?? 0) + 256
    return task.comments.reduce(texts) { $0 + $1.text.utf8.count + 256 } + task.timeEntries.count * 256
  }
}

/// Reads content away from the loop. One call waits for the other.
final class ImportReader: Sendable {
  private let importer: Mutex<Importer>

  init(_ format: ImportFormat, _ options: ImportOptions, host: Host) {
    importer = Mutex(Importer(format, options: options) { Value(try host.parse($0)) })
  }

  /// What was read, and why it cannot be read on.
  struct Reading: Sendable {
    var items: [ImportedItem] = []
    var failure: ImportFailure?
  }

  /// Reads the next piece of the content; nil says that it is complete. To be called on a worker.
  func read(_ bytes: [UInt8]?) -> Reading {
    importer.withLock { importer in
      if let bytes { importer.feed(bytes) } else { importer.end() }
      var reading = Reading()
      do throws(ImportFailure) {
        while let item = try importer.next() { reading.items.append(item) }
      } catch {
        reading.failure = error
      }
      return reading
    }
  }

  var report: ImportReport { importer.withLock { $0.report } }
}
