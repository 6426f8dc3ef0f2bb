/// What valgrind is to watch: instances made and unmade, and everything that the examples do.
extension Subject {
  /// How often each example runs, so that what is lost by every call stands out from what is made once.
  private static let rounds = 3

  func checkLeaks() throws(Failure) {
    let bench = try runningHost()
    for _ in 0..<Subject.rounds {
      for method in bench.methods {
        let examples = (method.examples?.array ?? []).map { $0["args"] ?? [:] }
        for arguments in examples.isEmpty ? [.object(Subject.ordinaryArguments(of: method))] : examples {
          report.step("\(method.fullName) with \(arguments.text.shortened)")
          _ = bench.call(method.fullName, arguments.bytes, timeout: 2_000)
        }
      }
    }
    report.step("stop")
    bench.stop()
    for _ in 0..<Subject.rounds {
      report.step("create and destroy")
      guard let instance = try? bench.create() else { break }
      bench.destroy(instance)
    }
    bench.settle()
  }
}
