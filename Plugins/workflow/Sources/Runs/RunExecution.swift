import PluginKit

/// Carries out one run: stage by stage, action by action, and writes down each step, so that another process can go on
/// where this one ended.
@Loop
final class RunExecution {
  private(set) var run: Run
  private let definition: Definition
  private let project: Value
  private let host: Host
  private let store: Store
  private let performer: Performer
  private var task: Task<Void, any Error>?
  private var isCancelled = false
  /// The host stops: the run is left as it is, for the next process.
  private var isAbandoned = false
  private let clock = Stopwatch()
  /// Bytes of the parameters of an action, as they are kept in the history.
  private static let inputLimit = 65_536

  init(_ run: Run, _ definition: Definition, project: Value, host: Host, store: Store, performer: Performer) {
    self.run = run
    self.definition = definition
    self.project = project
    self.host = host
    self.store = store
    self.performer = performer
  }

  /// Begins, or goes on with what another process began.
  ///
  /// - Parameter done: Is told when nothing happens any more.
  func start(done: @escaping @Loop () -> Void) {
    task = Loop.task {
      await self.execute()
      done()
    }
  }

  /// Ends the run as soon as its present action can be given up.
  func cancel() {
    isCancelled = true
    task?.cancel()
  }

  /// Leaves the run to the next process.
  func abandon() {
    isAbandoned = true
    task?.cancel()
  }

  /// Waits until nothing happens any more.
  func ended() async {
    _ = await task?.result
  }

  // MARK: Order

  private func execute() async {
    if run.error == nil { run.error = await runStages()?.fields }
    if run.error != nil, !isOver {
      await save()
      await runFailureActions()
    }
    guard !isAbandoned else { return }
    run.status = isCancelled ? .cancelled : run.error == nil ? .completed : .failed
    run.endedAt = .now
    await finish()
  }

  private var isOver: Bool { isCancelled || isAbandoned }

  /// - Returns: Why the run failed.
  private func runStages() async -> Failure? {
    for stage in definition.stages {
      do throws(ExpressionError) {
        guard try stage.condition?.holds(variables) ?? true else {
          for action in stage.actions { skip(action, stage) }
          continue
        }
      } catch {
        return Failure(.invalidArgument, "the condition of stage \(stage.name) has no value: \(error)")
      }
      let stageClock = Stopwatch()
      for action in stage.actions {
        let failure = await run(action, stage) { [self] in
          let left = stage.timeoutSeconds.map { $0 * 1000 - stageClock.milliseconds } ?? .max
          return min(left, definition.timeoutSeconds * 1000 - clock.milliseconds)
        }
        if isOver { return nil }
        if let failure, !action.continuesOnFailure { return failure }
      }
    }
    return nil
  }

  private func runFailureActions() async {
    for action in definition.onFailure {
      // The time of the run may be over, and that may be just what is to be told.
      _ = await run(action, nil) { .max }
      if isOver { return }
    }
  }

  // MARK: One action

  /// - Parameter timeLeft: Milliseconds that remain for it.
  /// - Returns: Why it failed.
  private func run(_ action: Action, _ stage: Stage?, timeLeft: @Loop () -> Int64) async -> Failure? {
    var step =
      run.step(action.name) ?? Step(stage: stage?.name, name: action.name, action: action.kind.rawValue)
    switch step.status {
    case .completed, .skipped, .cancelled: return nil
    case .failed: return step.failure(in: stage)
    case .running: break
    }
    if step.startedAt != nil, !action.isIdempotent {
      return await end(
        &step, stage,
        Failure(
          .aborted, "the host stopped while it ran; whether it was done is not known, and doing it twice could do harm")
      )
    }
    if step.startedAt == nil {
      do throws(ExpressionError) {
        guard try action.condition?.holds(variables) ?? true else {
          skip(action, stage)
          return nil
        }
        step.input = try action.parameters.filled(variables)
        guard step.input.jsonByteCount <= RunExecution.inputLimit else {
          throw ExpressionError("the parameters have more than \(RunExecution.inputLimit) bytes", at: 0)
        }
      } catch {
        step.startedAt = .now
        return await end(&step, stage, Failure(.invalidArgument, "the parameters have no value: \(error)"))
      }
    }
    return await attempt(action, &step, stage, timeLeft)
  }

  private func attempt(
    _ action: Action, _ step: inout Step, _ stage: Stage?, _ timeLeft: @Loop () -> Int64
  ) async -> Failure? {
    while true {
      let milliseconds = min(action.timeoutSeconds * 1000, timeLeft())
      guard milliseconds > 0 else {
        step.startedAt = step.startedAt ?? .now
        return await end(&step, stage, Failure(.deadlineExceeded, "the time of the run or of its stage was over"))
      }
      step.attempts += 1
      step.startedAt = step.startedAt ?? .now
      run.record(step)
      // What may not be done twice is written down before; all else is simply done again.
      if !action.isIdempotent { await save() }
      guard !isOver else { return await stopped(&step) }
      let outcome = await performer.perform(
        action, step.input.object ?? Fields(), for: run, within: milliseconds)
      step.output = outcome.output
      guard let failure = outcome.failure else { return await end(&step, stage, nil) }
      guard !isOver else { return await stopped(&step) }
      guard step.attempts <= action.retries.limit, failure.status.mayPass else {
        return await end(&step, stage, failure)
      }
      step.error = failure.fields
      run.record(step)
      try? await host.sleep(milliseconds: action.retries.delay(after: step.attempts))
      guard !isOver else { return await stopped(&step) }
    }
  }

  private func skip(_ action: Action, _ stage: Stage?) {
    guard run.step(action.name) == nil else { return }
    run.record(
      Step(stage: stage?.name, name: action.name, action: action.kind.rawValue, status: .skipped))
  }

  /// The run was cancelled, or is left to the next process, which sees the step as running.
  private func stopped(_ step: inout Step) async -> Failure? {
    guard isCancelled else { return nil }
    step.status = .cancelled
    step.endedAt = .now
    run.record(step)
    return nil
  }

  private func end(_ step: inout Step, _ stage: Stage?, _ failure: Failure?) async -> Failure? {
    step.status = failure == nil ? .completed : .failed
    step.endedAt = .now
    step.error = failure?.fields
    run.record(step)
    await save()
    return failure == nil ? nil : step.failure(in: stage)
  }

  // MARK: Variables

  /// What expressions see now.
  private var variables: [String: CELValue] {
    var variables = run.occurrence.variables(project: project, now: .now)
    var steps = Fields()
    for step in run.steps {
      steps[step.name] = [
        "status": .string(step.status.rawValue), "output": step.output, "error": step.error.map(Value.object) ?? .null,
      ]
    }
    variables["steps"] = .map(.fields(steps))
    variables["run"] = .map(.fields(run.summary))
    variables["error"] = CELValue(run.error.map(Value.object) ?? .null)
    return variables
  }

  // MARK: Storing

  /// Writes the run down. A run whose steps cannot be written does not go on.
  private func save() async {
    guard !isAbandoned else { return }
    var batch = Store.Batch()
    batch.put(run.fields, run.id, in: .runs)
    await write(batch)
  }

  private func finish() async {
    var batch = Store.Batch()
    batch.put(run.fields, run.id, in: .runs)
    batch.tell(
      run.status == .completed
        ? "workflow:completed" : run.status == .failed ? "workflow:failed" : "workflow:cancelled",
      run.eventData)
    await write(batch)
  }

  /// Writes in a task of its own, which the cancellation of the run does not reach.
  private func write(_ batch: Store.Batch) async {
    let writing = Loop.task { [store] in try await store.write(batch) }
    if case .failure(let error) = await writing.result {
      host.log(.error, "run \(run.id) of workflow \(run.name) cannot be written down and waits for a restart: \(error)")
      isAbandoned = true
    }
  }
}

extension Run {
  /// The data of an event about it: that of its workflow, with the run.
  var eventData: Fields {
    [
      "id": .string(workflow), "name": .string(name), "actor": .string(actor), "depth": .int(Int64(depth)),
      "run": .object(summary),
    ]
  }
}

extension Step {
  /// Why it failed, as the run tells it.
  fileprivate func failure(in stage: Stage?) -> Failure? {
    guard let error else { return nil }
    let status = PluginKit.Status(name: error["status"]?.string ?? "") ?? .internal
    let place = stage.map { "\($0.name) / \(name)" } ?? name
    return Failure(status, "\(place): \(error["message"]?.string ?? "")")
  }
}

extension Status {
  /// Whether trying again may help: what is wrong with the call itself stays wrong.
  fileprivate var mayPass: Bool {
    switch self {
    case .invalidArgument, .permissionDenied, .unauthenticated, .unimplemented, .outOfRange: false
    default: true
    }
  }
}
