import CHost

/// The end of calls, and the way of replies to whoever called.
extension Dispatcher {
  /// Tells the sink the last reply and lets the call go.
  func finish(_ call: Call, _ reply: Reply) {
    guard !call.isAnswered else { return }
    call.isAnswered = true
    inFlight -= 1
    let now = Clock.nanoseconds()
    count(reply, of: call, at: now)
    let sink = call.sink
    call.sink = .none
    if let task = call.onCancel, !call.context.isCancelled {
      call.onCancel = nil
      call.method?.plugin.release(task)
    }
    if let task = call.onWritable {
      call.onWritable = nil
      call.method?.plugin.release(task)
    }
    if call.isStarting, !call.allowsInline {
      deliverLater(reply, to: sink)
    } else {
      deliver(reply, to: sink, isLast: true, at: now)
    }
  }

  private func count(_ reply: Reply, of call: Call, at now: UInt64) {
    guard let method = call.method else { return unknownCalls += 1 }
    var status = Status.ok
    var failed: Failure?
    if case .error(let failure, _) = reply { (status, failed) = (failure.status, failure) }
    if let span = call.span { endSpan(span, of: call, failed) }
    method.didEnd(status, after: now &- call.started)
  }

  /// Answers a call whose time is over; the callee is told, its own answer will be dropped.
  func abandon(_ call: Call, _ failure: Failure) {
    call.context.isCancelled = true
    let task = call.onCancel
    call.onCancel = nil
    finish(call, .error(failure, plugin: hostName))
    if let task { call.method?.plugin.run(task, "on_cancel") }
    table.recycleIfDone(call)
  }

  /// Fails every open call to a plugin that is going away.
  func abandonCalls(to plugin: Plugin, _ failure: Failure) {
    for call in table.open(to: plugin) { abandon(call, failure) }
  }

  /// Gives up every open call that a plugin has made.
  func abandonCalls(by plugin: Plugin) {
    for call in table.open(by: plugin) { abandon(call, Failure(.cancelled, "the caller gave up")) }
  }

  /// How many calls a plugin still has to answer.
  func openCalls(to plugin: Plugin) -> Int {
    table.open(to: plugin).count
  }

  /// Tells a sink a reply.
  ///
  /// - Parameters:
  ///   - isLast: Whether nothing follows, so that the sink is let go.
  ///   - now: The monotonic clock in nanoseconds.
  func deliver(_ reply: Reply, to sink: ReplySink, isLast: Bool = false, at now: UInt64 = Clock.nanoseconds()) {
    switch sink {
    case .none: break
    case .host(let body): body(reply)
    case .plugin(let plugin, let callback): plugin.deliver(reply, to: callback, isLast: isLast, at: now)
    }
  }

  func deliverLater(_ reply: Reply, to sink: ReplySink) {
    switch reply {
    case .chunk(let buffer), .end(let buffer):
      var isEnd = false
      if case .end = reply { isEnd = true }
      var kept = buffer.pointee.release == nil ? orch_buf.copying(buffer.pointee.bytes) : buffer.pointee
      buffer.pointee.release = nil
      host.defer { [unowned self] in
        withUnsafeMutablePointer(to: &kept) { deliver(isEnd ? .end($0) : .chunk($0), to: sink, isLast: isEnd) }
        kept.drop()
      }
    case .error:
      host.defer { [unowned self] in deliver(reply, to: sink, isLast: true) }
    }
  }
}
