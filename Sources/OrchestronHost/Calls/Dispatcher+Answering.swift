import CHost

/// What a handler may do with its call.
extension Dispatcher {
  /// The answer of a handler. Takes the buffer in every case.
  func answer(_ call: Call, _ json: orch_buf, isValidated: Bool) -> Status {
    var json = json
    if !host.loop.isCurrent { return answerFromElsewhere(call, json, isValidated: isValidated) }
    defer { json.drop() }
    if let status = refuseAnswer(call) { return status }
    guard let method = call.method else { return .failedPrecondition }
    if !isValidated, let failure = invalidJSON(json, of: method) {
      finish(call, .error(failure, plugin: method.plugin.name))
      return .invalidArgument
    }
    withUnsafeMutablePointer(to: &json) { finish(call, .end($0)) }
    table.recycleIfDone(call)
    return .ok
  }

  /// The failure of a handler.
  func fail(_ call: Call, _ failure: Failure) -> Status {
    if !host.loop.isCurrent { return failFromElsewhere(call, failure) }
    if let status = refuseAnswer(call) { return status }
    finish(call, .error(failure, plugin: call.method?.plugin.name ?? hostName))
    table.recycleIfDone(call)
    return .ok
  }

  /// One chunk of a stream. Takes the buffer when the answer is `ok` or `cancelled`.
  func emit(_ call: Call, _ json: orch_buf) -> Status {
    var json = json
    guard let method = call.method else { return .failedPrecondition }
    guard method.declaration.flags.contains(.stream) else {
      method.plugin.faultFromElsewhere("\(method.declaration.fullName) emitted a chunk, but is not declared as STREAM")
      return .failedPrecondition
    }
    guard host.loop.isCurrent else {
      let name = method.declaration.fullName
      method.plugin.faultFromElsewhere("\(name) emitted a chunk away from the loop thread; use post")
      return .failedPrecondition
    }
    if let status = refuseAnswer(call) {
      if status == .cancelled { json.drop() }
      return status
    }
    if let waiting = call.unacknowledged {
      guard waiting < Dispatcher.window else { return .resourceExhausted }
      call.unacknowledged = waiting + json.n
    }
    if let failure = invalidJSON(json, of: method, isChunk: true) {
      abandon(call, failure)
      return .invalidArgument
    }
    withUnsafeMutablePointer(to: &json) { buffer in
      if call.isStarting, !call.allowsInline {
        deliverLater(.chunk(buffer), to: call.sink)
      } else {
        deliver(.chunk(buffer), to: call.sink)
      }
    }
    json.drop()
    return .ok
  }

  func onCancel(_ call: Call, _ task: orch_task) {
    if call.context.isCancelled {
      call.method?.plugin.run(task, "on_cancel")
    } else {
      if let old = call.onCancel { call.method?.plugin.release(old) }
      call.onCancel = task
    }
  }

  func onWritable(_ call: Call, _ task: orch_task) {
    if call.unacknowledged ?? 0 < Dispatcher.window {
      host.defer { [weak plugin = call.method?.plugin] in plugin?.run(task, "on_writable") }
    } else {
      if let old = call.onWritable { call.method?.plugin.release(old) }
      call.onWritable = task
    }
  }

  /// One release of a retained call. [any-thread]
  func released(_ call: Call) {
    guard call.release() else { return }
    if host.loop.isCurrent {
      lastRelease(call)
    } else {
      let released = LoopBound((self, call))
      host.loop.post { released.value.0.lastRelease(released.value.1) }
    }
  }

  private func lastRelease(_ call: Call) {
    guard !call.isRetained, !call.isRunning else { return }
    if !call.isAnswered, !call.isStarting, let method = call.method {
      method.plugin.fault("\(method.declaration.fullName) released its call without an answer")
      finish(
        call, .error(Failure(.internal, "\(method.declaration.fullName) gave no answer"), plugin: method.plugin.name))
    }
    table.recycleIfDone(call)
  }

  /// The reason why an answer does not count, or nil when it does.
  private func refuseAnswer(_ call: Call) -> Status? {
    guard call.isAnswered else { return nil }
    if call.context.isCancelled { return .cancelled }
    call.method?.plugin.fault("\(call.method?.declaration.fullName ?? "a call") answered twice")
    return .failedPrecondition
  }

  /// What is wrong with an answer that has to be one JSON text of the declared type.
  func invalidJSON(_ json: orch_buf, of method: RegisteredMethod, isChunk: Bool = false) -> Failure? {
    let declaration = method.declaration
    guard json.n == 0 || json.p != nil else {
      method.plugin.fault("\(declaration.fullName) answered \(json.n) bytes at NULL")
      return Failure(.internal, "\(declaration.fullName) answered bytes at NULL")
    }
    guard json.n > 0 else {
      let accepts = declaration.result == .nothing || declaration.result == .json
      return accepts || isChunk ? nil : Failure(.internal, "\(declaration.fullName) answered nothing")
    }
    do { try host.answerDocument.parse(json.bytes) } catch {
      method.plugin.fault("\(declaration.fullName) answered invalid JSON: \(error.message)")
      return Failure(.internal, "\(declaration.fullName) answered invalid JSON")
    }
    let root = host.answerDocument.root
    guard isChunk || declaration.result.accepts(root) || (root.isNull && declaration.result == .nothing) else {
      method.plugin.fault("\(declaration.fullName) answered no \(declaration.result.name)")
      return Failure(.internal, "\(declaration.fullName) answered no \(declaration.result.name)")
    }
    if host.isDebug, !isChunk, let violation = declaration.resultSchema?.validate(root).first {
      method.plugin.fault("\(declaration.fullName) answered against its schema: \(violation.path) \(violation.message)")
    }
    return nil
  }
}

// MARK: - From other threads

extension Dispatcher {
  private func answerFromElsewhere(_ call: Call, _ json: orch_buf, isValidated: Bool) -> Status {
    var json = json
    guard WorkerCall.isRunning(call) else {
      json.drop()
      return refuseThread(of: call)
    }
    let answer = LoopBound((self, call, json.release == nil ? orch_buf.copying(json.bytes) : json))
    WorkerCall.current?.isAnswered = true
    host.loop.post {
      let (dispatcher, call, json) = answer.value
      _ = dispatcher.answer(call, json, isValidated: isValidated)
    }
    return .ok
  }

  private func failFromElsewhere(_ call: Call, _ failure: Failure) -> Status {
    guard WorkerCall.isRunning(call) else {
      return refuseThread(of: call)
    }
    let answer = LoopBound((self, call))
    WorkerCall.current?.isAnswered = true
    host.loop.post { _ = answer.value.0.fail(answer.value.1, failure) }
    return .ok
  }

  private func refuseThread(of call: Call) -> Status {
    call.method?.plugin.faultFromElsewhere(
      "\(call.method?.declaration.fullName ?? "a call") was answered from a thread that does not run it; use post")
    return .failedPrecondition
  }
}
