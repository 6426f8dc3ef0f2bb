import Testing

@testable import OrchestronHost

/// Sampled times of many short stays.
@Suite struct StopwatchTests {
  /// Holds the thread until that many nanoseconds have passed.
  private func spin(_ nanoseconds: UInt64) {
    let end = Clock.nanoseconds() + nanoseconds
    while Clock.nanoseconds() < end {}
  }

  @Test func chargesFewStaysExactly() {
    let stopwatch = Stopwatch()
    for _ in 0..<16 {
      let stay = stopwatch.begin()
      spin(1000)
      #expect(stay.weight == 1)
      #expect(stopwatch.end(stay) >= 1000)
    }
  }

  @Test func chargesManyStaysBySamples() {
    let stopwatch = Stopwatch()
    let (count, length) = (2000, UInt64(20_000))
    var charged: UInt64 = 0
    var timed = 0
    let start = Clock.nanoseconds()
    for _ in 0..<count {
      let stay = stopwatch.begin()
      spin(length)
      charged += stopwatch.end(stay) * stay.weight
      timed += stay.weight > 0 ? 1 : 0
    }
    let real = Clock.nanoseconds() - start
    #expect(timed == 16 + (count - 16) / 16)
    #expect(charged >= UInt64(count) * length / 10 * 9)
    #expect(charged <= real * 20, "at most what a pause of the machine within one sample makes of it")
  }

  @Test func seesALongStayThatIsNoSample() {
    let stopwatch = Stopwatch()
    for _ in 0..<20 { _ = stopwatch.end(stopwatch.begin()) }
    let stay = stopwatch.begin()
    spin(40_000_000)
    #expect(stay.weight == 0)
    #expect(stopwatch.end(stay) > 20_000_000)
  }

  @Test func leavesOutWhatIsSkipped() {
    let stopwatch = Stopwatch()
    for _ in 0..<20 { _ = stopwatch.end(stopwatch.begin()) }
    spin(40_000_000)
    let afterwards = Clock.nanosecondsOfTick()
    stopwatch.skip()
    let stay = stopwatch.begin()
    #expect(stay.weight == 0)
    #expect(stay.started >= afterwards)
  }
}
