import CHost

/// Instances made and unmade, in order and out of order.
extension Subject {
  /// Milliseconds that `create` may take.
  private static let createLimit: UInt64 = 100

  func checkCreate() throws(Failure) {
    let bench = try bench()
    var quickest = UInt64.max
    // A busy machine may slow one attempt down, not all.
    for _ in 0..<3 where quickest > Subject.createLimit * 1_000_000 {
      report.step("create")
      let begin = Clock.nanoseconds()
      let instance = try bench.create()
      quickest = min(quickest, Clock.nanoseconds() - begin)
      report.step("destroy")
      bench.destroy(instance)
    }
    if quickest > Subject.createLimit * 1_000_000 {
      report.fail(
        "create takes \(quickest / 1_000_000) ms, more than the 100 ms that it may hold the loop; "
          + "move the work to start, or to the worker pool")
    }
    bench.reportFaults()
  }

  /// What was never started can be destroyed, and nothing comes afterwards.
  func checkCreateAndDestroy() throws(Failure) {
    let bench = try bench()
    for _ in 0..<3 {
      report.step("create")
      let instance = try bench.create()
      bench.adopt(instance)
      bench.settle()
      report.step("destroy without start")
      bench.destroy(instance)
      report.step("after destroy")
      bench.settle()
    }
    bench.reportFaults()
  }

  /// Two instances at once, as when a new generation takes over.
  func checkCreateTwice() throws(Failure) {
    let bench = try bench()
    report.step("create")
    let first = try bench.create()
    report.step("a second create")
    let second: UnsafeMutableRawPointer?
    do throws(Failure) { second = try bench.create() } catch {
      throw Failure(error.status, "a second instance cannot be made while the first one lives: \(error.message)")
    }
    if let first, first == second {
      report.fail("two instances are one: create gave the same pointer twice")
    }
    bench.settle()
    report.step("destroy of the first of two instances")
    bench.destroy(first)
    bench.settle()
    report.step("destroy of the second of two instances")
    if first == nil || first != second { bench.destroy(second) }
    bench.reportFaults()
  }

  func checkStopWithoutStart() throws(Failure) {
    let bench = try bench()
    report.step("create")
    let instance = try bench.create()
    bench.adopt(instance)
    if let descriptor = bench.plugin.descriptor, descriptor.pointee.stop != nil {
      report.step("stop without start")
      var outcome: Failure??
      bench.host.lifecycle.wait(bench.plugin, "stop without start", limit: 5_000) { token in
        bench.plugin.enter("stop") { chost_stop(descriptor, instance, token, $0) }
      } done: {
        outcome = .some($0)
      }
      bench.turn(upTo: 10, until: { outcome != nil })
      if let failure = outcome ?? nil { report.fail(failure.message) }
    }
    report.step("destroy")
    bench.destroy(instance)
    bench.reportFaults()
  }

  /// The whole life, led by the host.
  func checkStartAndStop() throws(Failure) {
    let bench = try runningHost()
    report.step("health")
    _ = bench.host.health
    report.step("drain, stop and destroy")
    bench.stop()
    bench.warnings(with: "did not complete").forEach(report.fail)
    bench.reportFaults()
  }
}
