import PluginKit

/// Carries out runs, so many at a time.
@Loop
final class Runner {
  private let host: Host
  private let store: Store
  private let performer: Performer
  private let projects: ProjectCache
  private let chains: Chains
  private let limit: Int
  private var waiting: [RunExecution] = []
  private var active: [String: RunExecution] = [:]
  private var isStopping = false

  init(host: Host, store: Store, performer: Performer, projects: ProjectCache, chains: Chains, limit: Int) {
    self.host = host
    self.store = store
    self.performer = performer
    self.projects = projects
    self.chains = chains
    self.limit = limit
  }

  /// How many runs are under way or wait for their turn.
  var count: Int { waiting.count + active.count }

  /// Carries out a run that is stored.
  func enqueue(_ run: Run, _ definition: Definition) {
    waiting.append(
      RunExecution(
        run, definition, project: projects.project(of: run.occurrence), host: host, store: store, performer: performer))
    advance()
  }

  private func advance() {
    while active.count < limit, !waiting.isEmpty, !isStopping {
      start(waiting.removeFirst())
    }
  }

  private func start(_ execution: RunExecution) {
    let id = execution.run.id
    active[id] = execution
    execution.start { [self] in
      active[id] = nil
      chains.end(execution.run)
      advance()
    }
  }

  /// The run as it is now; nil when it is not under way.
  func run(_ id: String) -> Run? {
    active[id]?.run ?? waiting.first { $0.run.id == id }?.run
  }

  /// Cancels a run and waits until it has ended.
  ///
  /// - Returns: The run; nil when it is not under way.
  func cancel(_ id: String) async -> Run? {
    if let place = waiting.firstIndex(where: { $0.run.id == id }) {
      // It has nothing to give up: it begins and ends at once.
      let execution = waiting.remove(at: place)
      execution.cancel()
      start(execution)
      await execution.ended()
      return execution.run
    }
    guard let execution = active[id] else { return nil }
    execution.cancel()
    await execution.ended()
    return execution.run
  }

  /// Cancels all runs of a workflow.
  func cancelAll(of workflow: String) async {
    for id in (waiting + active.values).map(\.run).filter({ $0.workflow == workflow }).map(\.id) {
      _ = await cancel(id)
    }
  }

  /// Leaves all runs to the next process.
  func stop() async {
    isStopping = true
    waiting = []
    let executions = Array(active.values)
    for execution in executions { execution.abandon() }
    for execution in executions { await execution.ended() }
  }

  /// Goes on with what another process left.
  func resume() async throws(Failure) {
    var query = Store.Query(collection: .runs)
    query.filters = [("status", "equal", "running")]
    query.order = ["startedAt"]
    var definitions: [String: Definition] = [:]
    for fields in try await store.all(query) {
      guard var run = Run(fields) else { continue }
      let version = versionID(run.workflow, run.definition)
      if definitions[version] == nil {
        definitions[version] = try await store.get(version, in: .versions).flatMap { try? Definition(stored: $0) }
      }
      if let definition = definitions[version] {
        enqueue(run, definition)
      } else {
        run.status = .failed
        run.endedAt = .now
        run.error = Failure(.notFound, "the definition that it followed is gone").fields
        var batch = Store.Batch()
        batch.put(run.fields, run.id, in: .runs)
        batch.tell("workflow:failed", run.eventData)
        try await store.write(batch)
      }
    }
  }
}
