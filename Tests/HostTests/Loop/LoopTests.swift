import CHost
import Glibc
import Synchronization
import Testing

@testable import OrchestronHost

@Suite struct LoopTests {
  /// Turns a loop until the condition holds, for 20 s at most.
  private func turn(_ loop: Loop, until condition: () -> Bool) {
    let deadline = Clock.milliseconds() + 20_000
    let ticker = loop.startTimer(after: 20, repeating: 20) {}
    while !condition(), Clock.milliseconds() < deadline { loop.turn(wait: true) }
    loop.stopTimer(ticker)
  }

  // MARK: Timers

  @Test func firesTimersInTheOrderOfTheirTimes() throws {
    let loop = try Loop()
    var fired: [(due: Int64, delay: Int)] = []
    let start = Clock.milliseconds()
    for delay in [300, 1, 200, 100, 0] {
      // A pause of the machine between two of them moves what comes after it.
      let due = Clock.milliseconds() + Int64(delay)
      loop.startTimer(after: UInt64(delay)) { fired.append((due, delay)) }
    }
    turn(loop) { fired.count == 5 }
    let byTime = fired.sorted { ($0.due, $0.delay) < ($1.due, $1.delay) }
    #expect(fired.map(\.delay) == byTime.map(\.delay))
    #expect(Clock.milliseconds() - start >= 299)
  }

  @Test func firesARepeatingTimerUntilItIsStopped() throws {
    let loop = try Loop()
    var count = 0
    var timer: UInt64 = 0
    timer = loop.startTimer(after: 1, repeating: 1) {
      count += 1
      if count == 5 { #expect(loop.stopTimer(timer)) }
    }
    var isOver = false
    loop.startTimer(after: 40) { isOver = true }
    turn(loop) { isOver }
    #expect(count == 5)
    #expect(!loop.stopTimer(timer))
  }

  @Test func doesNotFireATimerThatWasStopped() throws {
    let loop = try Loop()
    var fired: [String] = []
    let first = loop.startTimer(after: 1) { fired.append("first") }
    var second: UInt64 = 0
    loop.startTimer(after: 2) { loop.stopTimer(second) }
    second = loop.startTimer(after: 3) { fired.append("second") }
    #expect(loop.stopTimer(first))
    #expect(!loop.stopTimer(first))
    loop.startTimer(after: 10) { fired.append("last") }
    turn(loop) { !fired.isEmpty }
    #expect(fired == ["last"])
  }

  @Test func letsATimerStartAnother() throws {
    let loop = try Loop()
    var depth = 0
    func next() {
      depth += 1
      if depth < 20 { loop.startTimer(after: 0, next) }
    }
    loop.startTimer(after: 0, next)
    turn(loop) { depth == 20 }
    #expect(depth == 20)
  }

  // MARK: Deferring and posting

  @Test func runsWhatIsDeferredInOrderAndNotAtOnce() throws {
    let loop = try Loop()
    var order: [Int] = []
    for n in 0..<5 {
      loop.defer {
        order.append(n)
        loop.defer { order.append(10 + n) }
      }
    }
    #expect(order.isEmpty)
    turn(loop) { order.count == 10 }
    #expect(order == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
  }

  @Test func doesNotStarveTimersByDeferring() throws {
    let loop = try Loop()
    var isFired = false
    func again() { if !isFired { loop.defer(again) } }
    again()
    loop.startTimer(after: 5) { isFired = true }
    turn(loop) { isFired }
    #expect(isFired)
    loop.turn(wait: false)  // the last one leaves
  }

  @Test func runsWhatIsPostedLaterAndInOrder() throws {
    let loop = try Loop()
    let order = Mutex<[Int]>([])
    for n in 0..<100 { loop.post { order.withLock { $0.append(n) } } }
    #expect(order.withLock { $0.isEmpty })
    turn(loop) { order.withLock { $0.count } == 100 }
    #expect(order.withLock { $0 } == Array(0..<100))
  }

  @Test func runsWhatManyThreadsPostOnceAndInTheOrderOfEach() throws {
    let loop = try Loop()
    let received = Mutex<[[Int]]>(Array(repeating: [], count: 8))
    let remote = loop.remote
    let threads = (0..<8).compactMap { thread in
      Threads.start(name: "test-\(thread)") {
        for n in 0..<5000 { remote.post { received.withLock { $0[thread].append(n) } } }
      }
    }
    turn(loop) { received.withLock { $0.allSatisfy { $0.count == 5000 } } }
    for thread in threads { pthread_join(thread, nil) }
    #expect(received.withLock { $0 } == Array(repeating: Array(0..<5000), count: 8))
  }

  @Test func wakesALoopThatWaits() throws {
    let loop = try Loop()
    let remote = loop.remote
    let isPosted = Mutex(false)
    let thread = Threads.start(name: "test") { remote.post { isPosted.withLock { $0 = true } } }
    while !isPosted.withLock({ $0 }) { loop.turn(wait: true) }
    if let thread { pthread_join(thread, nil) }
  }

  @Test func dropsWhatIsPostedToALoopThatIsGone() throws {
    let hasRun = Mutex(false)
    var loop: Loop? = try Loop()
    let remote = try #require(loop).remote
    remote.post { hasRun.withLock { $0 = true } }
    loop = nil
    remote.post { hasRun.withLock { $0 = true } }
    #expect(!hasRun.withLock { $0 })
  }

  @Test func letsThreadsPostWhileItGoes() throws {
    for _ in 0..<50 {
      let isEnded = Mutex(false)
      var loop: Loop? = try Loop()
      let remote = try #require(loop).remote
      let thread = Threads.start(name: "test") {
        while !isEnded.withLock({ $0 }) { remote.post {} }
      }
      loop?.turn(wait: true)
      loop = nil
      isEnded.withLock { $0 = true }
      if let thread { pthread_join(thread, nil) }
    }
  }

  @Test func knowsItsThread() throws {
    let loop = try Loop()
    #expect(loop.isCurrent)
    let remote = Mutex<Bool?>(nil)
    let shared = LoopBound(loop)
    let thread = Threads.start(name: "test") { remote.withLock { $0 = shared.value.isCurrent } }
    if let thread { pthread_join(thread, nil) }
    #expect(remote.withLock { $0 } == false)
  }
}

/// The extension by which plugins have timers.
@Suite struct TimerExtensionTests {
  private final class Ticker {
    let plugin: Plugin
    var id: UInt64 = 0
    var steps: [String] = []
    init(_ plugin: Plugin) { self.plugin = plugin }

    static func behind(_ pointer: UnsafeMutableRawPointer?) -> Ticker? {
      pointer.map { Unmanaged<Ticker>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  private func start(
    _ ticker: Ticker, repeating: UInt64, _ fn: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void
  ) {
    let task = orch_task(
      fn: fn, ud: Unmanaged.passUnretained(ticker).toOpaque(), release: { Ticker.behind($0)?.steps.append("release") })
    #expect(HostExtensions.timer.start(ticker.plugin.pointer, 1, repeating, task, &ticker.id) == 0)
  }

  @Test func releasesATimerOnceAfterItFired() throws {
    let events = try EventHost("plain")
    let ticker = Ticker(try #require(events.host.host.lifecycle.plugin("plain")))
    start(ticker, repeating: 0) { Ticker.behind($0)?.steps.append("fire") }
    events.host.turn { ticker.steps.count == 2 }
    #expect(ticker.steps == ["fire", "release"])
    #expect(HostExtensions.timer.stop(ticker.plugin.pointer, ticker.id) == Status.failedPrecondition.rawValue)
  }

  @Test func releasesATimerThatStopsItselfAfterItHasReturned() throws {
    let events = try EventHost("plain")
    let ticker = Ticker(try #require(events.host.host.lifecycle.plugin("plain")))
    start(ticker, repeating: 1) { pointer in
      guard let ticker = Ticker.behind(pointer) else { return }
      ticker.steps.append("begin")
      if ticker.steps.count == 3 { _ = HostExtensions.timer.stop(ticker.plugin.pointer, ticker.id) }
      ticker.steps.append("end")
    }
    events.host.turn { ticker.steps.contains("release") }
    #expect(ticker.steps == ["begin", "end", "begin", "end", "release"])
  }

  @Test func releasesATimerWhenThePluginStops() throws {
    let events = try EventHost("plain")
    let ticker = Ticker(try #require(events.host.host.lifecycle.plugin("plain")))
    start(ticker, repeating: 100_000) { Ticker.behind($0)?.steps.append("fire") }
    events.host.stop()
    #expect(ticker.steps.last == "release")
    #expect(ticker.steps.filter { $0 == "release" }.count == 1)
  }
}
