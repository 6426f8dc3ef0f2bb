import CHost

/// Takes calls from whoever makes them to the methods that answer, and the answers back.
///
/// Every call is answered exactly once, whatever the callee does: deadline, cancel and disconnect are decided here, and
/// an answer that comes later is dropped.
final class Dispatcher {
  /// It owns this object.
  unowned(unsafe) let host: Host
  let hostName = Text("host")
  let table = CallTable()
  private var deadlines = DeadlineQueue()
  private var deadlineTimer: UInt64?
  private var lastChain: UInt64 = 0
  var rights = RightsCache()
  var actors = ActorCache()
  /// Calls that are being dispatched within each other.
  private var depth = 0
  private var writer = JSONWriter()
  /// Unanswered calls, for the drain at shutdown.
  var inFlight = 0
  /// Calls of methods that there are not.
  var unknownCalls: UInt64 = 0

  static let maximumDepth = 32
  /// How many bytes of chunks may wait for a caller that gives credit.
  static let window = 256 << 10

  let tracing: Tracing

  init(host: Host) {
    self.host = host
    tracing = host.tracing
  }

  /// A new number for a chain of calls.
  func newChain() -> UInt64 {
    lastChain += 1
    return lastChain
  }
}

// MARK: - Calling

extension Dispatcher {
  /// Who calls, how, and where the replies go.
  struct Request {
    /// The context that caused the call.
    var context: Context
    /// The plugin that calls, or the host.
    var caller: Text
    var allowsInline = false
    var timeout: Int64 = 0
    var wantsCredit = false
    var sink: ReplySink
  }

  /// Calls `service.method` with the JSON text of its arguments.
  ///
  /// - Parameter idOut: Where the call's id is written before anything is dispatched.
  func call(
    _ name: UnsafeRawBufferPointer, _ arguments: UnsafeRawBufferPointer, _ request: consuming Request,
    idOut: UnsafeMutablePointer<UInt64>? = nil
  ) {
    host.loop.assertOnLoop()
    let call = table.take(self)
    inFlight += 1
    call.started = Clock.nanoseconds()
    idOut?.pointee = call.id
    let id = call.id
    call.sink = request.sink
    call.allowsInline = request.allowsInline && depth < Dispatcher.maximumDepth
    call.unacknowledged = request.wantsCredit ? 0 : nil
    let parent = request.context
    var deadline = parent.effectiveDeadline
    if request.timeout > 0 { deadline = min(deadline, Clock.milliseconds(after: request.timeout)) }
    call.context.reset(
      for: parent, caller: request.caller, deadline: deadline, chain: parent.chain == 0 ? newChain() : parent.chain)
    call.isAnswered = false
    call.isStarting = true
    do throws(Failure) {
      let method = try host.registry.method(named: name, isPublicOnly: parent.isFace)
      call.method = method
      if tracing.isOn { beginSpan(of: call, method, for: parent) }
      if parent.isFace, let rights = parent.rights, !rights.allow(method.declaration) {
        throw rights.refusal(of: method.declaration, to: parent.actor)
      }
      guard method.plugin.acceptsCalls else { throw method.plugin.unavailable(method.declaration.fullName) }
      try Arguments.bind(arguments, to: call, of: method.declaration)
      if depth < Dispatcher.maximumDepth {
        run(call, method, at: call.started)
      } else {
        host.defer { [unowned self] in
          if call.id == id, !call.isAnswered { run(call, method, at: Clock.nanoseconds()) }
        }
      }
    } catch {
      finish(call, .error(error, plugin: hostName))
    }
    call.isStarting = false
    if call.id == id, !call.isAnswered { watch(call, until: deadline) }
    table.recycleIfDone(call)
  }

  /// As ``call(_:_:_:idOut:)-(UnsafeRawBufferPointer,_,_,_)``, for the host's own code.
  func call(
    _ name: String, _ arguments: [UInt8], _ request: Request, idOut: UnsafeMutablePointer<UInt64>? = nil
  ) {
    var name = name
    name.withUTF8 { name in
      arguments.withUnsafeBytes { call(UnsafeRawBufferPointer(name), $0, request, idOut: idOut) }
    }
  }

  /// Gives up a call: its sink gets `cancelled`, the callee's `on_cancel` runs.
  func cancel(_ id: UInt64, because failure: Failure = Failure(.cancelled, "the caller gave up")) -> Status {
    guard let call = table.find(id), !call.isAnswered else { return .failedPrecondition }
    abandon(call, failure)
    return .ok
  }

  /// Says that a caller is done with bytes of a stream.
  func credit(_ id: UInt64, bytes: UInt64) -> Status {
    guard let call = table.find(id), let waiting = call.unacknowledged else { return .failedPrecondition }
    call.unacknowledged = max(0, waiting - Int(clamping: bytes))
    if let task = call.onWritable, call.unacknowledged ?? 0 < Dispatcher.window, let plugin = call.method?.plugin {
      call.onWritable = nil
      plugin.run(task, "on_writable")
    }
    return .ok
  }

  /// - Parameter now: The monotonic clock in nanoseconds, read not long ago: what lies between is charged to the plugin.
  private func run(_ call: Call, _ method: RegisteredMethod, at now: UInt64) {
    depth += 1
    defer { depth -= 1 }
    method.countCall()
    if method.declaration.flags.contains(.worker) {
      runOnWorker(call, method)
    } else if let invoker = method.invoker {
      runNative(call, method, invoker, at: now)
    } else {
      runHandler(call, method, at: now)
    }
  }

  private func runHandler(_ call: Call, _ method: RegisteredMethod, at now: UInt64) {
    call.isRunning = true
    let generation = call.id
    let plugin = method.plugin
    let failure = plugin.enter(method.declaration.fullName, at: now) {
      chost_handler(method.declaration.function, plugin.instance, call.pointer, $0)
    }
    guard call.id == generation else { return }
    call.isRunning = false
    if call.isAnswered { return }
    if let failure {
      finish(call, .error(failure, plugin: plugin.name))
    } else if !call.isRetained {
      plugin.fault("\(method.declaration.fullName) returned without an answer and without keeping the call")
      finish(
        call, .error(Failure(.internal, "\(method.declaration.fullName) gave no answer"), plugin: plugin.name))
    } else if method.declaration.flags.contains(.answersNow) {
      plugin.fault("\(method.declaration.fullName) promised ANSWERS_NOW and returned without an answer")
    }
  }

  private func runNative(_ call: Call, _ method: RegisteredMethod, _ invoker: NativeInvoker, at now: UInt64) {
    let plugin = method.plugin
    var result: NativeInvoker.Value = (0, 0, 0, 0)
    var status: Status?
    let thrown = plugin.enter(method.declaration.fullName, at: now) {
      status = invoker.invoke(call, self: plugin.instance, result: &result, thrown: $0)
      return status != nil
    }
    if let thrown { return finish(call, .error(thrown, plugin: plugin.name)) }
    finishNative(call, method, status ?? .internal, &result)
  }

  private func finishNative(
    _ call: Call, _ method: RegisteredMethod, _ status: Status, _ result: UnsafeMutablePointer<NativeInvoker.Value>
  ) {
    guard status == .ok else {
      let name = method.declaration.fullName
      let failure = call.context.failure(status: status, fallback: "\(name) failed with \(status.name)")
      return finish(call, .error(failure, plugin: method.plugin.name))
    }
    var json: orch_buf
    do throws(Failure) { json = try NativeResult.json(result, of: method.declaration, into: &writer) } catch {
      if error.status == .internal { method.plugin.fault(error.message) }
      return finish(call, .error(error, plugin: method.plugin.name))
    }
    if method.declaration.result == .json, let failure = invalidJSON(json, of: method) {
      finish(call, .error(failure, plugin: method.plugin.name))
    } else {
      withUnsafeMutablePointer(to: &json) { finish(call, .end($0)) }
    }
    json.drop()
  }

  /// Runs a WORKER method on the pool. The call is kept until it comes back.
  private func runOnWorker(_ call: Call, _ method: RegisteredMethod) {
    call.retain()
    let job = WorkerCall(call: call, method: method)
    method.plugin.workerCalls += 1
    let isTaken = host.workers.submit {
      job.run()
    } done: { [unowned self] in
      method.plugin.workerCalls -= 1
      if let status = job.nativeStatus {
        finishNative(call, method, status, &job.result)
      } else if let thrown = job.thrown {
        finish(call, .error(method.plugin.threw(thrown, in: method.declaration.fullName), plugin: method.plugin.name))
      } else if !call.isAnswered, !job.isAnswered, !call.isRetainedByOthers {
        method.plugin.fault("\(method.declaration.fullName) returned from its worker without an answer")
        finish(call, .error(Failure(.internal, "\(method.declaration.fullName) gave no answer"), plugin: hostName))
      }
      released(call)
    }
    if !isTaken {
      method.plugin.workerCalls -= 1
      finish(
        call,
        .error(Failure(.resourceExhausted, "too much work waits for the worker pool; try later"), plugin: hostName))
      released(call)
    }
  }
}

// MARK: - Deadlines

extension Dispatcher {
  private func watch(_ call: Call, until deadline: Int64) {
    let isEarlier = deadlines.add(call.id, at: deadline) { [unowned self] in table.find($0)?.isAnswered == false }
    if isEarlier { armDeadlineTimer() }
  }

  private func armDeadlineTimer() {
    if let timer = deadlineTimer { host.loop.stopTimer(timer) }
    deadlineTimer = nil
    guard let next = deadlines.earliest else { return }
    let delay = UInt64(max(0, next - Clock.milliseconds()))
    deadlineTimer = host.loop.startTimer(after: delay) { [unowned self] in
      deadlineTimer = nil
      while let id = deadlines.popDue(Clock.milliseconds()) {
        guard let call = table.find(id), !call.isAnswered else { continue }
        if call.prolonged > Clock.milliseconds() {
          watch(call, until: call.prolonged)
          continue
        }
        let name = call.method?.declaration.fullName ?? "the call"
        abandon(call, Failure(.deadlineExceeded, "\(name) did not answer in time"))
      }
      armDeadlineTimer()
    }
  }

  /// Gives a call more time than its deadline says, for the caller's sake.
  func prolong(_ call: Call, until time: Int64) { call.prolonged = max(call.prolonged, time) }

  /// Ends the timer, at the end of the host.
  func close() {
    if let timer = deadlineTimer { host.loop.stopTimer(timer) }
    deadlineTimer = nil
  }
}
