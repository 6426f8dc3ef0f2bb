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
  private let turns = Turns()
  /// The tasks that were committed while somebody reads the links: what was read of them may be older. Nil otherwise.
  private var noted: Set<String>?

  init(documents: Documents) {
    self.documents = documents
  }

  /// The index that finds the tasks that wait for others, so that loading takes as long as there are links.
  nonisolated static let index = Documents.Index(fields: ["id", "blockedBy?"])

  /// What a task waits for, as it is read.
  private struct Waiting: Sendable {
    let id: String
    let key: String
    let blockers: [String]

    init(_ json: JSONValue) {
      id = json["id"].string ?? ""
      key = json["key"].string ?? ""
      blockers = json["blockedBy"].elements.compactMap(\.string)
    }
  }

  /// Reads the links that there are. Done once, when somebody needs them first.
  func load(_ context: Context?) async throws(Failure) {
    try await turns.run("load") { () throws(Failure) in
      guard !isLoaded else { return }
      var query = Documents.Query(TaskItem.collection)
      query.match("blockedBy", "exists", true)
      query.order = ["id"]
      query.fields = ["id", "key", "blockedBy"]
      noted = []
      defer { noted = nil }
      let found = try await documents.map(query, context) { Waiting($0) }
      for (place, task) in found.enumerated() {
        // Others have their turn on the loop between.
        if place % 5000 == 4999 { await Task.yield() }
        if noted?.contains(task.id) != true { keep(task.blockers, of: task.id, task.key) }
      }
      isLoaded = true
    }
  }

  /// Takes note of a task that was committed.
  func note(_ task: TaskItem) {
    noted?.insert(task.id)
    keep(task.references(Dependencies.Kind.blockedBy.rawValue), of: task.id, task.key)
  }

  private func keep(_ references: [String], of id: String, _ key: String) {
    blockers[id] = references.isEmpty ? nil : references
    keys[id] = references.isEmpty ? nil : key
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
    guard start != end else { return [end] }
    var seen: Set<String> = [start]
    // Each with the place of the one that waits for it, so that the way back needs no look-up.
    var waiting = [(id: start, from: 0)]
    var place = 0
    while place < waiting.count {
      let id = waiting[place].id
      for next in (own.isEmpty ? nil : own[id]) ?? blockers(of: id) where seen.insert(next).inserted {
        guard next != end else { return way(back: place, through: waiting) + [end] }
        waiting.append((next, place))
      }
      place += 1
    }
    return nil
  }

  private func way(back place: Int, through waiting: [(id: String, from: Int)]) -> [String] {
    var (way, place) = ([waiting[place].id], place)
    while place > 0 {
      place = waiting[place].from
      way.append(waiting[place].id)
    }
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
