import Interchange
import PluginKit

/// A run of tests as it is stored: its sums, and the tests that stood out.
///
/// `{id,project,at,day,tests,passed,failed,errors,skipped,seconds,durations?,failing:[…],flaky:[…],slowest:[{name,seconds}]}`
struct TestRunItem: Entity {
  static let collection = "core/test-runs"
  static let noun = "testRun"
  static let order: [String] = []
  /// The most tests that are named.
  static let nameLimit = 200

  var fields: Fields
  var project: String { fields["project"]?.string ?? "" }

  init(fields: Fields) {
    self.fields = fields
  }

  init(_ run: TestRun, id: String, project: ProjectItem, at moment: Instant) {
    func count(_ outcome: TestRun.Outcome) -> Value { .int(Int64(run.count(outcome))) }
    func names(_ tests: [TestRun.Test]) -> Value {
      .array(tests.prefix(TestRunItem.nameLimit).map { .string(TestRunItem.name(of: $0)) })
    }
    var fields: Fields = [
      "id": .string(id), "project": .string(project.id), "at": .string(moment.text),
      "day": .string(project.zone.day(at: moment).text), "tests": .int(Int64(run.tests.count)),
      "passed": count(.passed), "failed": count(.failed), "errors": count(.error), "skipped": count(.skipped),
      "seconds": .double(run.seconds),
    ]
    if let durations = Percentiles(run.tests.compactMap(\.seconds)) {
      fields["durations"] = [
        "p50": .double(durations.p50), "p85": .double(durations.p85), "p95": .double(durations.p95),
      ]
    }
    fields["failing"] = names(run.tests.filter { $0.outcome == .failed || $0.outcome == .error })
    fields["flaky"] = names(run.tests.filter(\.isFlaky))
    let slowest = run.tests.compactMap { test in test.seconds.map { (test, $0) } }.sorted { $0.1 > $1.1 }.prefix(20)
    fields["slowest"] = .array(
      slowest.map { .object(["name": .string(TestRunItem.name(of: $0.0)), "seconds": .double($0.1)]) })
    self.fields = fields
  }

  /// Tests that passed of those that ran to an end, 0 to 1; nil when none did.
  static func passRate(of runs: [Fields]) -> Double? {
    func sum(_ name: String) -> Int64 { runs.reduce(0) { $0 + ($1[name]?.int ?? 0) } }
    let ran = sum("tests") - sum("skipped")
    return ran > 0 ? Double(sum("passed")) / Double(ran) : nil
  }

  private static func name(of test: TestRun.Test) -> String {
    let group = test.group.isEmpty ? test.suites.last ?? "" : test.group
    return String((group.isEmpty ? test.name : "\(group).\(test.name)").unicodeScalars.prefix(500))
  }
}

/// What tests executed, as it is stored: the sums, and the files with the most lines that no test reaches.
///
/// `{id,project,at,day,lines:{found,hit},branches,functions,fileCount,files:[{path,found,hit}]}`
struct CoverageItem: Entity {
  static let collection = "core/coverage"
  static let noun = "coverage"
  static let order: [String] = []
  static let fileLimit = 1000

  var fields: Fields
  var project: String { fields["project"]?.string ?? "" }

  init(fields: Fields) {
    self.fields = fields
  }

  init(_ coverage: Coverage, id: String, project: ProjectItem, at moment: Instant) {
    func value(_ count: Coverage.Count) -> Value {
      ["found": .int(Int64(count.found)), "hit": .int(Int64(count.hit))]
    }
    let worst = coverage.files.sorted { left, right in
      (right.lines.found - right.lines.hit, left.path) < (left.lines.found - left.lines.hit, right.path)
    }
    fields = [
      "id": .string(id), "project": .string(project.id), "at": .string(moment.text),
      "day": .string(project.zone.day(at: moment).text), "lines": value(coverage.lines),
      "branches": value(coverage.branches), "functions": value(coverage.functions),
      "fileCount": .int(Int64(coverage.files.count)),
      "files": .array(
        worst.prefix(CoverageItem.fileLimit).map { file in
          [
            "path": .string(file.path), "found": .int(Int64(file.lines.found)), "hit": .int(Int64(file.lines.hit)),
          ]
        }),
    ]
  }
}
