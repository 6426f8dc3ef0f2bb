import PluginKit

extension Probe {
  /// Methods whose handlers may wait.
  @MethodBuilder<Probe>
  static var asynchronous: [Method<Probe>] {
    Method.async("asyncNow", [.read, .answersNow], doc: "Answers without waiting.", result: .json) { _, call in
      call.answer(copying: Loop.isCurrent ? "true" : "false")
    }
    Method.async("asyncSleep", .read, doc: "Answers after 20 ms.", result: .json) { probe, call in
      try await probe.host.sleep(milliseconds: 20)
      call.answer(copying: Loop.isCurrent ? "true" : "false")
    }
    Method.async("asyncFail", .read, doc: "Waits and fails.") { probe, _ in
      try await probe.host.sleep(milliseconds: 5)
      throw Failure(.aborted, "somebody was faster")
    }
    Method.async("asyncForever", .read, doc: "Waits until it is cancelled.") { probe, _ in
      try await probe.host.sleep(milliseconds: 1_000_000)
    }
    Method.async("asyncCall", .read, doc: "Calls another plugin.", result: .json) { probe, call in
      let body = try await probe.host.call("other.get", "{}", context: call.context)
      call.answer(sharing: body)
    }
    Method.async("asyncWork", .read, doc: "Works on a worker.", result: .json) { probe, call in
      let sum = try await probe.host.work { (1...1000).reduce(0, +) }
      call.answer(copying: String(sum))
    }
    Method.async("asyncMany", .read, doc: "Runs more jobs than one turn allows.", result: .json) { _, call in
      let tasks = (1...2500).map { number in
        Loop.task {
          await Task.yield()
          return number
        }
      }
      var sum = 0
      for task in tasks { sum += try await task.value }
      call.answer(copying: String(sum))
    }
  }
}
