import PluginKit

/// Begins runs: decides whether what happened starts a workflow, and writes down the runs together with how far the event
/// log has been read, so that each event starts its runs exactly once.
@Loop
final class Launcher {
  /// How many runs may cause each other.
  static let depthLimit = 8

  private let host: Host
  private let store: Store
  private let catalogue: Catalogue
  private let projects: ProjectCache
  private let chains: Chains
  private let runner: Runner
  private let identities: Identities
  private var rates: [String: RunRate] = [:]
  private var pending: [Launch] = []
  private var writing: Task<Void, any Error>?
  private var isStopping = false

  private enum Outcome: Sendable {
    case begun
    /// Somebody has asked for it before, and was answered this.
    case repeated([UInt8])
    case failed(Failure)
  }

  /// What is written down together.
  private struct Launch {
    var runs: [(run: Run, definition: Definition)] = []
    /// Events that tell of runs that did not begin.
    var stops: [Fields] = []
    /// How far the event log has been read with it.
    var position: EventFeed.Position?
    /// Makes a repetition harmless; such a launch is written down alone.
    var idempotency: Store.Idempotency?
    /// Is told what became of it.
    var done: (@Loop (Outcome) -> Void)?

    var isEmpty: Bool { runs.isEmpty && stops.isEmpty }
  }

  init(
    host: Host, store: Store, catalogue: Catalogue, projects: ProjectCache, chains: Chains, runner: Runner,
    identities: Identities
  ) {
    self.host = host
    self.store = store
    self.catalogue = catalogue
    self.projects = projects
    self.chains = chains
    self.runner = runner
    self.identities = identities
  }

  /// Whether all that began is written down.
  var isIdle: Bool { pending.isEmpty && writing == nil }

  // MARK: Deciding

  /// Begins the runs that an event of the log starts.
  func consider(_ occurrence: Occurrence, at position: EventFeed.Position) {
    var launch = Launch()
    let variables = variables(of: occurrence)
    for workflow in catalogue.enabled {
      guard workflow.enabledAt.map({ occurrence.time >= $0 }) ?? true,
        let index = workflow.definition.triggers.firstIndex(where: { $0.matches(occurrence) })
      else { continue }
      begin(workflow, index, occurrence, variables, &launch)
    }
    guard !launch.isEmpty else { return }
    launch.position = position
    enqueue(launch)
  }

  /// Begins the run of a schedule that is due.
  func consider(_ occurrence: Occurrence, of workflow: Workflow, trigger index: Int) {
    var launch = Launch()
    begin(workflow, index, occurrence, variables(of: occurrence), &launch)
    if !launch.isEmpty { enqueue(launch) }
  }

  /// Begins a run because somebody asked for it, whatever the condition of the workflow says.
  ///
  /// - Returns: The run as JSON; as it was then when the call repeats an earlier one.
  func launch(
    _ workflow: Workflow, trigger: Fields, _ occurrence: Occurrence, _ idempotency: Store.Idempotency? = nil
  ) async throws(Failure) -> [UInt8] {
    var launch = Launch()
    let depth = chains.depth(after: occurrence)
    if let refusal = refusal(workflow, depth, occurrence, &launch) {
      if !launch.isEmpty { enqueue(launch) }
      throw refusal
    }
    let last = catalogue[workflow.id]?.progress.lastTriggeredAt
    let run = makeRun(workflow, trigger, occurrence, depth)
    launch.runs.append((run, workflow.definition))
    launch.idempotency = idempotency
    launch.idempotency?.reply = run.fields.json
    let waiter = Waiter<Outcome>()
    launch.done = { waiter.finish($0) }
    enqueue(launch)
    let outcome = await waiter.wait(on: host, onCancel: {})
    if case .begun = outcome { return run.fields.json }
    // It was counted in advance, because what is written down has the count.
    chains.end(run)
    catalogue.note(workflow.id) {
      $0.runCount -= 1
      if $0.lastTriggeredAt == run.startedAt { $0.lastTriggeredAt = last }
    }
    switch outcome {
    case .repeated(let reply): return reply
    case .failed(let failure): throw failure
    case .begun, nil: throw Failure(.internal, "the run was not written down")
    }
  }

  private func variables(of occurrence: Occurrence) -> [String: CELValue] {
    occurrence.variables(project: projects.project(of: occurrence), now: .now)
  }

  private func begin(
    _ workflow: Workflow, _ index: Int, _ occurrence: Occurrence, _ variables: [String: CELValue],
    _ launch: inout Launch
  ) {
    if let condition = workflow.definition.condition {
      do throws(ExpressionError) {
        guard try condition.holds(variables) else { return }
      } catch {
        return catalogue.note(workflow.id, conditionError: error.description, at: .now)
      }
    }
    let depth = chains.depth(after: occurrence)
    guard refusal(workflow, depth, occurrence, &launch) == nil else { return }
    let type = workflow.definition.triggers[index].type
    let run = makeRun(workflow, ["type": .string(type), "index": .int(Int64(index))], occurrence, depth)
    launch.runs.append((run, workflow.definition))
  }

  private func makeRun(_ workflow: Workflow, _ trigger: Fields, _ occurrence: Occurrence, _ depth: Int) -> Run {
    let now = Instant.now
    let run = Run(
      id: identities.next(at: now), workflow: workflow.id, name: workflow.definition.name,
      definition: workflow.revision, trigger: trigger, occurrence: occurrence, depth: depth, startedAt: now)
    catalogue.note(workflow.id) {
      $0.runCount += 1
      $0.lastTriggeredAt = now
    }
    chains.begin(run)
    return run
  }

  /// Why a run may not begin; nil when it may. What is to be told of it is added to the launch.
  private func refusal(
    _ workflow: Workflow, _ depth: Int, _ occurrence: Occurrence, _ launch: inout Launch
  ) -> Failure? {
    let sentence: String
    let reason: String
    if depth > Launcher.depthLimit {
      reason = "depth"
      sentence = "more than \(Launcher.depthLimit) runs have caused each other; a workflow sets itself off"
    } else {
      switch rates[workflow.id, default: RunRate()].next(at: .now) {
      case .start: return nil
      case .stop: return Failure(.resourceExhausted, "more than \(RunRate.limit) runs within a minute")
      case .stopAndTell:
        reason = "rate"
        sentence = "more than \(RunRate.limit) runs within a minute"
      }
    }
    let message = "workflow \(workflow.definition.name) was stopped: \(sentence)"
    host.log(.warn, message)
    launch.stops.append([
      "id": .string(workflow.id), "name": .string(workflow.definition.name),
      "actor": .string(Run.actor(of: workflow.id)), "depth": .int(Int64(depth)), "reason": .string(reason),
      "message": .string(message), "event": .object(occurrence.fields),
    ])
    return Failure(.resourceExhausted, message)
  }

  // MARK: Writing down

  private func enqueue(_ launch: Launch) {
    pending.append(launch)
    guard writing == nil else { return }
    writing = Loop.task {
      await self.drain()
      self.writing = nil
    }
  }

  /// Writes down what waits, in its order, as much at once as has come together meanwhile.
  private func drain() async {
    while !pending.isEmpty, !isStopping {
      let group = nextGroup
      do throws(Failure) {
        let earlier = try await store.write(batch(of: group))
        pending.removeFirst(group.count)
        for launch in group { finish(launch, earlier) }
      } catch {
        guard !isStopping else { break }
        // Whoever asked for a run is told; of all others nobody else would know.
        if group.count > 1 || !error.isFinal || group[0].done == nil {
          host.log(.error, "runs cannot be written down: \(error.message)")
        }
        if group.count == 1, error.isFinal {
          pending.removeFirst()
          group[0].done?(.failed(error))
        } else if error.isFinal {
          // One of them cannot be written: each has to stand for itself.
          await drainOneByOne(group.count)
        } else {
          try? await host.sleep(milliseconds: 1000)
        }
      }
    }
  }

  private func drainOneByOne(_ count: Int) async {
    for _ in 0..<count where !isStopping {
      let launch = pending[0]
      var failure: Failure?
      do throws(Failure) {
        try await store.write(batch(of: [launch]))
      } catch {
        if !error.isFinal { return }
        failure = error
      }
      pending.removeFirst()
      if let failure { launch.done?(.failed(failure)) } else { finish(launch, nil) }
    }
  }

  /// Launches that are written in one batch.
  private static let groupLimit = 32

  private var nextGroup: [Launch] {
    let group = pending.prefix { $0.idempotency == nil }.prefix(Launcher.groupLimit)
    return Array(group.isEmpty ? pending.prefix(1) : group)
  }

  private func batch(of group: [Launch]) -> Store.Batch {
    var batch = Store.Batch()
    var touched: [String] = []
    for launch in group {
      for (run, _) in launch.runs {
        batch.put(run.fields, run.id, in: .runs, expected: 0)
        batch.tell("workflow:triggered", run.eventData)
        if !touched.contains(run.workflow) { touched.append(run.workflow) }
      }
      for stop in launch.stops { batch.tell("workflow:stopped", stop) }
    }
    for id in touched {
      if let workflow = catalogue[id] { batch.put(workflow.progress.fields, id, in: .progress) }
    }
    if let position = group.last(where: { $0.position != nil })?.position { batch.put(position) }
    if group.count == 1 { batch.idempotency = group[0].idempotency }
    return batch
  }

  /// - Parameter earlier: What was answered the first time, when the launch was a repetition.
  private func finish(_ launch: Launch, _ earlier: [UInt8]?) {
    if let earlier {
      launch.done?(.repeated(earlier))
    } else {
      for (run, definition) in launch.runs { runner.enqueue(run, definition) }
      launch.done?(.begun)
    }
  }

  /// Ends what is being written and leaves the rest: its events start it again.
  func stop() async {
    isStopping = true
    _ = await writing?.result
    for launch in pending { launch.done?(.failed(Failure(.unavailable, "the plugin workflow stops"))) }
  }
}

extension Failure {
  /// Whether the same write fails again.
  fileprivate var isFinal: Bool {
    switch status {
    case .unavailable, .resourceExhausted, .deadlineExceeded, .cancelled, .internal, .dataLoss: false
    default: true
    }
  }
}
