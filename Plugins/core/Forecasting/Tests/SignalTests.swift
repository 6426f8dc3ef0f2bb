import Glibc
import Testing

@testable import Forecasting

@Suite struct SignalTests {
  // MARK: Delay

  @Test func knowsTheShareThatLastedLonger() throws {
    let finished = (1...20).map(Double.init)
    let risk = try DelayRisk(age: 10, remaining: 5, finished: finished)
    // Of the 10 that lasted longer than 10 days, 5 lasted longer than 15.
    #expect(risk.evidence.comparable == 10)
    #expect(risk.evidence.late == 5)
    #expect(abs(risk.probability - 5.5 / 11) < 1e-12)
    #expect(try DelayRisk(age: 10, remaining: -1, finished: finished).probability == 1)
    #expect(try DelayRisk(age: 30, remaining: 1, finished: finished).probability == 0.5)
  }

  @Test func countsOpenItemsAsLongAsTheyHaveLasted() throws {
    // By hand: at 2 of 4, at 6 of 2; the open one of 4 days leaves between: (1 − 1/4) · (1 − 1/2).
    let finished = [2.0, 6] + [Double](repeating: 0.5, count: 10)
    let risk = try DelayRisk(age: 1, remaining: 6, finished: finished, open: [4, 9])
    #expect(abs(risk.probability - (0.375 * 4 + 0.5) / 5) < 1e-12)
  }

  @Test(arguments: 0..<50)
  func risesAsTheDeadlineComesNearer(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let finished = (0..<60).map { _ in -8 * log(1 - generator.unit()) }
    let open = (0..<generator.index(below: 20)).map { _ in 10 * generator.unit() }
    var last = 0.0
    for remaining in stride(from: 20.0, through: 0, by: -1) {
      let risk = try DelayRisk(age: 3, remaining: remaining, finished: finished, open: open).probability
      #expect(risk >= last && risk <= 1, "seed \(seed)")
      last = risk
    }
  }

  @Test func measuresItsErrorOnThePast() throws {
    // Cycle times that are either short or long: the age tells them apart, the share of late ones does not.
    var generator = SeededGenerator(seed: 1)
    let finished = (0..<300).map { _ in generator.unit() < 0.6 ? 1 + generator.unit() : 20 + 10 * generator.unit() }
    let error = try #require(try DelayRisk(age: 5, remaining: 10, finished: finished).error)
    #expect(error.brierScore < 0.01)
    #expect(error.baseline > 0.3)
    #expect(error.cases >= 100)
    #expect(refusal { try DelayRisk(age: 1, remaining: 1, finished: [1, 2]) } == .tooLittleHistory)
    #expect(refusal { try DelayRisk(age: -1, remaining: 1, finished: finished) } == .invalidInput)
    #expect(refusal { try DelayRisk(age: 1, remaining: .nan, finished: finished) } == .invalidInput)
    #expect(refusal { try DelayRisk(age: 1, remaining: 1, finished: [.nan] + finished) } == .invalidInput)
  }

  // MARK: Anomalies

  @Test func findsWhatIsFarFromTheUsual() throws {
    let values = [5.0, 6, 4, 5, 7, 5, 6, 4, 5, 60, 5, 6, 5]
    let anomalies = try Anomalies(.throughput, in: values)
    #expect(anomalies.findings.map(\.index) == [9])
    #expect(anomalies.findings[0].score > RobustRange.limit)
    #expect(anomalies.evidence.samples == 13)
    #expect(anomalies.evidence.median == 5)
    #expect(anomalies.evidence.usual.contains(7) && !anomalies.evidence.usual.contains(60))
  }

  @Test func isNotBlindedByManyOutliers() throws {
    // Mean and deviation would call none of these unusual.
    let values = [1.0, 1.1, 0.9, 1, 1.05, 0.95, 1, 50, 55, 52, 1.02, 0.98]
    #expect(try Anomalies(.errorRate, in: values).findings.map(\.index) == [7, 8, 9])
  }

  @Test func takesALongTailOfDurationsForUsual() throws {
    var generator = SeededGenerator(seed: 2)
    let days = (0..<1_000).map { _ in exp(1 + 0.8 * (0..<12).reduce(-6) { sum, _ in sum + generator.unit() }) }
    #expect(try Anomalies(.cycleTime, in: days).findings.count <= 3)
    #expect(try Anomalies(.errorRate, in: days).findings.count > 30)
  }

  @Test func findsNothingInEqualValues() throws {
    let equal = [Double](repeating: 3, count: 20)
    #expect(try Anomalies(.throughput, in: equal).findings.isEmpty)
    let one = try Anomalies(.throughput, in: equal + [9])
    #expect(one.findings.map(\.index) == [20])
    #expect(refusal { try Anomalies(.throughput, in: [1, 2]) } == .tooLittleHistory)
    #expect(refusal { try Anomalies(.throughput, in: equal + [-1]) } == .invalidInput)
  }

  // MARK: Workload

  @Test func holdsEachNumberAgainstItsThreshold() throws {
    var record = Workload.Record(
      inProgress: 6, inProgressHistory: [1, 2, 2, 3, 2, 1, 2, 3, 4, 2], hoursLogged: 50, hoursOfCapacity: 40,
      outOfHoursShare: 0.05, outOfHoursHistory: [])
    let workload = try Workload(record)
    #expect(workload.indicators.map(\.name) == [.workInProgress, .hoursOfCapacity])
    #expect(workload.indicators.map(\.value) == [6, 1.25])
    #expect(workload.indicators.map(\.threshold) == [3, 1.2])
    #expect(workload.indicators.allSatisfy { $0.isHigh && !$0.source.isEmpty })
    record.outOfHoursHistory = [0, 0.02, 0, 0.01, 0, 0, 0.03, 0, 0, 0.02]
    #expect(try Workload(record).indicators.last?.isHigh == false)
    record.outOfHoursShare = 0.4
    #expect(try Workload(record).indicators.last?.isHigh == true)
    record.outOfHoursShare = 1.5
    #expect(refusal { try Workload(record) } == .invalidInput)
    #expect(
      refusal {
        try Workload(
          Workload.Record(
            inProgress: 0, inProgressHistory: [], hoursLogged: 0, hoursOfCapacity: 0, outOfHoursShare: 0,
            outOfHoursHistory: []))
      } == .tooLittleHistory)
  }
}
