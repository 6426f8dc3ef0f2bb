import Glibc
import Synchronization
import Testing

@testable import OrchestronHost

@Suite struct WorkerPoolTests {
  /// A gate that threads wait at.
  private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private let waiting = Mutex(0)

    func open() { isOpen.withLock { $0 = true } }
    var count: Int { waiting.withLock { $0 } }

    func pass() {
      waiting.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }) { sched_yield() }
    }
  }

  private func turn(_ loop: Loop, until condition: () -> Bool) {
    let deadline = Clock.milliseconds() + 20_000
    let ticker = loop.startTimer(after: 5, repeating: 5) {}
    while !condition(), Clock.milliseconds() < deadline { loop.turn(wait: true) }
    loop.stopTimer(ticker)
  }

  @Test func runsEveryJobOnceOnAWorkerAndItsEndOnTheLoop() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 3)
    // One place for each job, which no other job touches.
    let runs = UnsafeMutablePointer<Int>.allocate(capacity: 2000)
    runs.initialize(repeating: 0, count: 2000)
    defer { runs.deallocate() }
    var ends = Array(repeating: 0, count: 2000)
    for n in 0..<2000 {
      let isTaken = pool.submit {
        runs[n] += WorkerPool.isCurrent ? 1 : 100
      } done: {
        ends[n] += loop.isCurrent ? 1 : 100
      }
      #expect(isTaken)
    }
    turn(loop) { ends.allSatisfy { $0 > 0 } }
    pool.stop()
    #expect((0..<2000).allSatisfy { runs[$0] == 1 })
    #expect(ends.allSatisfy { $0 == 1 })
    #expect(!WorkerPool.isCurrent)
  }

  @Test func runsAsManyJobsAtOnceAsItHasThreads() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 4)
    let gate = Gate()
    var ended = 0
    for _ in 0..<4 { #expect(pool.submit({ gate.pass() }, done: { ended += 1 })) }
    turn(loop) { gate.count == 4 }
    #expect(gate.count == 4)
    gate.open()
    turn(loop) { ended == 4 }
    pool.stop()
    #expect(ended == 4)
  }

  @Test func beginsJobsInTheirOrder() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 1)
    let order = Mutex<[Int]>([])
    var ended: [Int] = []
    for n in 0..<500 { _ = pool.submit({ order.withLock { $0.append(n) } }, done: { ended.append(n) }) }
    turn(loop) { ended.count == 500 }
    pool.stop()
    #expect(order.withLock { $0 } == Array(0..<500))
    #expect(ended == Array(0..<500))
  }

  @Test func takesBackAJobThatNoWorkerHasBegun() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 1)
    let gate = Gate()
    var outcome: [String] = []
    let running = pool.submit({ gate.pass() }, done: { outcome.append("first done") }, cancelled: {})
    turn(loop) { gate.count == 1 }
    let waiting = pool.submit({}, done: { outcome.append("done") }, cancelled: { outcome.append("cancelled") })
    #expect(pool.cancel(try #require(waiting)))
    #expect(outcome == ["cancelled"])
    #expect(!pool.cancel(try #require(waiting)))
    #expect(!pool.cancel(try #require(running)))
    gate.open()
    turn(loop) { outcome.count == 2 }
    pool.stop()
    #expect(outcome == ["cancelled", "first done"])
  }

  @Test func refusesJobsBeyondItsQueue() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 1)
    let gate = Gate()
    _ = pool.submit({ gate.pass() }, done: {})
    turn(loop) { gate.count == 1 }
    for _ in 0..<WorkerPool.queueLimit { #expect(pool.submit({}, done: {})) }
    #expect(!pool.submit({}, done: {}))
    gate.open()
    pool.stop()
  }

  @Test func dropsWaitingJobsWhenItStopsAndLeavesARunningOneAlone() throws {
    let loop = try Loop()
    let pool = WorkerPool(loop: loop, size: 1)
    let gate = Gate()
    var cancelled = 0
    _ = pool.submit({ gate.pass() }, done: {})
    turn(loop) { gate.count == 1 }
    for _ in 0..<10 { _ = pool.submit({}, done: {}, cancelled: { cancelled += 1 }) }
    pool.stop()  // returns although a worker is at work
    #expect(cancelled == 10)
    #expect(pool.submit({}, done: {}, cancelled: {}) == nil)
    gate.open()
  }
}
