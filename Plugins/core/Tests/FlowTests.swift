import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct PercentilesTests {
  @Test func areValuesThatWereObserved() throws {
    let figures = try #require(Percentiles((1...20).map(Double.init).shuffled()))
    #expect(figures.p50 == 10)
    #expect(figures.p85 == 17)
    #expect(figures.p95 == 19)
    #expect(Percentiles([]) == nil)
    #expect(Percentiles([4])?.p95 == 4)
  }
}

@Suite struct CumulativeFlowTests {
  /// Random walks of tasks, counted once more by looking at each task on each day.
  @Test func countsWhereEachTaskIsAtTheEndOfEachDay() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let first = Day(year: 2026, month: 1, day: 1)
    var places: [[TaskStatus?]] = []
    var steps: [CumulativeFlow.Step] = []
    for _ in 0..<40 {
      var now: TaskStatus?
      var days: [TaskStatus?] = []
      for day in 0..<60 {
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
          let next: TaskStatus? = (TaskStatus.allCases + [nil]).randomElement(using: &random) ?? nil
          guard next != now else { continue }
          steps.append(.init(day: first + day, from: now, to: next, count: 1))
          now = next
        }
        days.append(now)
      }
      places.append(days)
    }
    let shown = 20..<60
    let flow = CumulativeFlow(
      steps.sorted { $0.day < $1.day }, from: first + shown.lowerBound, to: first + (shown.upperBound - 1))
    for status in TaskStatus.allCases {
      let counts = shown.map { day in places.count { $0[day] == status } }
      #expect(flow.counts[status] == counts, "seed \(seed), \(status)")
    }
    #expect(flow.days.count == shown.count)
  }
}

@Suite struct ThroughputTests {
  @Test func countsDaysWithoutAnyAndWholeWeeks() {
    // A Thursday.
    let first = Day(year: 2026, month: 1, day: 1)
    let throughput = Throughput([first: 2, first + 4: 1, first + 10: 3, first + 11: 5], from: first, to: first + 11)
    #expect(throughput.counts == [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 5])
    #expect(throughput.total == 11)
    #expect(throughput.weeks.map(\.count) == [4])
    #expect(throughput.weeks.first?.first.weekday == 0)
  }
}

@Suite struct CriticalPathTests {
  @Test func isTheChainWithTheMostHours() throws {
    let path = try #require(
      CriticalPath(
        ["a": 1, "b": 5, "c": 2, "d": 4, "e": 100], blockers: ["b": ["a"], "c": ["a"], "d": ["b", "c", "done"]], to: "d"
      ))
    #expect(path.tasks == ["a", "b", "d"])
    #expect(path.hours == 10)
    #expect(CriticalPath(["e": 100, "a": 1], blockers: [:])?.tasks == ["e"])
    #expect(CriticalPath([:], blockers: [:]) == nil)
  }

  @Test func agreesWithTryingEveryChain() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let count = Int.random(in: 1...9, using: &random)
      var hours: [String: Double] = [:]
      var blockers: [String: [String]] = [:]
      for task in 0..<count {
        hours["\(task)"] = Double(Int.random(in: 0...9, using: &random))
        blockers["\(task)"] = (0..<task).filter { _ in Bool.random(using: &random) }.map { "\($0)" }
      }
      func longest(_ task: Int) -> Double {
        (hours["\(task)"] ?? 0) + ((blockers["\(task)"] ?? []).compactMap { Int($0) }.map(longest).max() ?? 0)
      }
      let path = CriticalPath(hours, blockers: blockers)
      #expect(path?.hours == (0..<count).map(longest).max(), "seed \(seed)")
      #expect(path?.tasks.compactMap { hours[$0] }.reduce(0, +) == path?.hours, "seed \(seed)")
    }
  }

  @Test func walksALongChainWithoutRecursion() {
    let tasks = Dictionary(uniqueKeysWithValues: (0..<50_000).map { (String($0), 1.0) })
    let blockers = Dictionary(uniqueKeysWithValues: (1..<50_000).map { (String($0), [String($0 - 1)]) })
    #expect(CriticalPath(tasks, blockers: blockers)?.hours == 50_000)
  }
}

@Suite struct ErrorPatternTests {
  @Test(arguments: [
    ("Timeout after 30 s", "timeout after NUM s"), ("bad address 0x7FFF12", "bad address 0xADDR"),
    ("no 0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60\n  here", "no UUID here"), ("  a\t b ", "a b"), ("0x", "NUMx"),
  ])
  func replacesWhatDiffers(message: String, pattern: String) {
    #expect(ErrorPattern.normalized(message) == pattern)
  }
}

@Suite struct ReportDocumentTests {
  private let report = ReportDocument(
    title: "<script>", subtitle: "2026-01-31",
    sections: [.init(heading: "Finished", items: ["ORC-1 *bold* [link](x)", "a\n# b"]), .init(heading: "None")])

  @Test func escapesWhatPeopleWrote() {
    #expect(report.html.contains("<h1>&lt;script&gt;</h1>"))
    #expect(!report.html.contains("<script>"))
    #expect(report.markdown.contains(#"- ORC-1 \*bold\* \[link\](x)"#))
    #expect(report.markdown.contains("- a \\# b\n"))
    #expect(report.markdown.contains("## None\n\nNothing.\n"))
  }
}
