import CHost

/// Methods that promise to run on any thread, run on several at once.
extension Subject {
  private static let threads = 4
  private static let rounds = 100

  func checkAnyThread() throws(Failure) {
    let bench = try runningHost()
    for service in bench.host.registry.all where service.plugin === bench.plugin {
      for method in service.methods where method.declaration.flags.contains(.anyThread) { try run(method, bench) }
    }
    report.step("stop, after calls from several threads")
    bench.stop()
    bench.reportFaults()
  }

  private func run(_ method: RegisteredMethod, _ bench: TestBench) throws(Failure) {
    let declaration = method.declaration
    let arguments = JSON.object(Subject.ordinaryArguments(of: declaration))
    report.step("\(declaration.fullName) on \(Subject.threads) threads at once, with \(arguments.text.shortened)")
    let text = Text(arguments.text)
    let dispatcher = bench.host.dispatcher
    var finished = 0
    for _ in 0..<Subject.threads {
      let call = Call(index: 0, dispatcher: dispatcher)
      call.method = method
      let deadline = Clock.milliseconds() + 10_000
      let context = Context(actor: Text("user:check"), caller: dispatcher.hostName, deadline: deadline, chain: 1)
      call.context.reset(for: context, caller: dispatcher.hostName, deadline: deadline, chain: 1)
      do throws(Failure) {
        try Arguments.bind(text.str.bytes, to: call, of: declaration)
      } catch {
        throw Failure(error.status, "no arguments could be made up for \(declaration.fullName): \(error.message)")
      }
      let job = LoopBound((call, method))
      let done = LoopBound { finished += 1 }
      let mailbox = bench.host.loop.remote
      Threads.startDetached(name: "orch-check") {
        for _ in 0..<Subject.rounds {
          let one = WorkerCall(call: job.value.0, method: job.value.1)
          one.run()
          one.dropResult(of: job.value.1.declaration)
        }
        mailbox.post { done.value() }
      }
    }
    guard bench.turn(upTo: 20, until: { finished == Subject.threads }) else {
      throw Failure(.deadlineExceeded, "\(declaration.fullName) did not return on other threads within 20 s")
    }
  }
}

extension WorkerCall {
  /// Releases the buffer that a native function may have given.
  fileprivate func dropResult(of method: MethodDeclaration) {
    guard nativeStatus == .ok else { return }
    switch method.result {
    case .string, .bytes, .json:
      withUnsafeMutablePointer(to: &result) { value in
        var buffer = UnsafeRawPointer(value).load(as: orch_buf.self)
        buffer.drop()
      }
    default: break
    }
  }
}
