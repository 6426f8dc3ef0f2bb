import PluginKit

/// Which task waits for which, of all projects, in memory: what a look-up per task would make too slow.
///
/// It follows what is committed. Whoever adds a link takes the turn of all links, so that no two of them close a cycle
/// together.
@Loop
final class DependencyGraph {
  private let documents: Documents
  private(set) var blockers: [String: [String]] = [:]
  /// What people call the tasks that wait for others, so that a long way is told without reading its tasks.
  private var keys: [String: String] = [:]
  private var isLoaded = false

  init(documents: Documents) {
    self.documents = documents
  }

  /// Reads the links that there are. Done once, when somebody needs them first.
  func load(_ context: Context?) async throws(Failure) {
    guard !isLoaded else { return }
    var query = Documents.Query(TaskItem.collection)
    query.match("blockedBy", "exists", true)
    query.fields = ["id", "key", "blockedBy"]
    let found = try await documents.all(query, context)
    guard !isLoaded else { return }
    for fields in found { note(TaskItem(fields: fields)) }
    isLoaded = true
  }

  /// Takes note of a task that was committed.
  func note(_ task: TaskItem) {
    let references = task.references(Dependencies.Kind.blockedBy.rawValue)
    blockers[task.id] = references.isEmpty ? nil : references
    keys[task.id] = references.isEmpty ? nil : task.key
  }

  /// The key of a task that waits for others; nil for any other.
  func key(of id: String) -> String? { keys[id] }

  /// The tasks that one waits for itself.
  func blockers(of id: String) -> [String] { blockers[id] ?? [] }

  /// What each task waits for, when some tasks are not as they were committed.
  func blockers(with differing: [TaskItem]) -> [String: [String]] {
    var blockers = blockers
    for task in differing {
      let references = task.references(Dependencies.Kind.blockedBy.rawValue)
      blockers[task.id] = references.isEmpty ? nil : references
    }
    return blockers
  }

  /// How one task waits for another: the shortest way, both ends included; nil when it does not.
  ///
  /// - Parameter differing: Tasks that are not as they were committed: those of a branch, or of a change under way.
  func way(from start: String, to end: String, with differing: [TaskItem] = []) -> [String]? {
    let own = Dictionary(
      differing.map { ($0.id, $0.references(Dependencies.Kind.blockedBy.rawValue)) }, uniquingKeysWith: { $1 })
    var before: [String: String] = [start: start]
    var waiting = [start]
    var place = 0
    while place < waiting.count, before[end] == nil {
      let id = waiting[place]
      place += 1
      for next in own[id] ?? blockers(of: id) where before[next] == nil {
        before[next] = id
        waiting.append(next)
      }
    }
    guard before[end] != nil else { return nil }
    var way = [end]
    while let last = way.last, last != start, let next = before[last] { way.append(next) }
    return way.reversed()
  }
}

extension DependencyGraph {
  /// How many tasks wait for each task that another waits for, done or not.
  var waiting: [String: Int] {
    var waiting: [String: Int] = [:]
    for ids in blockers.values {
      for id in ids { waiting[id, default: 0] += 1 }
    }
    return waiting
  }
}
