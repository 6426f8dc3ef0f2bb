import PluginData

/// A run of tests.
public struct TestRun: Sendable, Equatable {
  public enum Outcome: String, Sendable, CaseIterable {
    case passed
    case failed
    /// It ended in another way than by its own checks.
    case error
    case skipped
  }

  public struct Test: Sendable, Equatable {
    /// The suites around it, outermost first, without those that have no name.
    public var suites: [String]
    /// The class or file as the report has it; empty when it has none.
    public var group: String
    public var name: String
    public var outcome: Outcome
    public var seconds: Double?
    /// Of a test that did not pass: the message, or the beginning of the text.
    public var message: String?
    /// How often it was repeated after a failure.
    public var reruns = 0

    /// Failed at first and passed when it was repeated.
    public var isFlaky: Bool { outcome == .passed && reruns > 0 }
  }

  public internal(set) var tests: [Test] = []
  /// When the first suite says that it began.
  public internal(set) var startedAt: Instant?
  /// The time of the suites as they state it, or of the tests where they do not.
  public internal(set) var seconds: Double = 0

  public func count(_ outcome: Outcome) -> Int { tests.count { $0.outcome == outcome } }

  /// Passed of all that ran to an end, 0 to 1; nil when none did.
  public var passRate: Double? {
    let ran = tests.count - count(.skipped)
    return ran > 0 ? Double(count(.passed)) / Double(ran) : nil
  }
}

/// Reads test reports in the XML of JUnit, in the dialects of Ant, Maven Surefire, Gradle, pytest, Jest, Go and Swift.
public enum JUnitReader {
  /// - Parameter timeZone: The zone of times without one, which is the usual form.
  /// - Throws: When the content is no such report.
  public static func read(_ content: [UInt8], timeZone: TimeZone = .utc) throws(IngestFailure) -> TestRun {
    var report = Report(timeZone)
    try XMLEvents.read(content) { (event) throws(IngestFailure) in try report.read(event) }
    return report.finished
  }
}

private struct Report {
  private let timeZone: TimeZone
  private var run = TestRun()
  private var suites: [String] = []
  private var test: TestRun.Test?
  private var isFirst = true
  /// The text of a failure, while it comes.
  private var text: String?
  /// The depth of suites whose time is counted: those within have it in their sum.
  private var timedDepth: Int?
  private var untimed: Double = 0

  init(_ timeZone: TimeZone) {
    self.timeZone = timeZone
  }

  var finished: TestRun {
    var run = run
    if run.seconds == 0 { run.seconds = untimed }
    return run
  }

  mutating func read(_ event: XMLEvents.Event) throws(IngestFailure) {
    switch event {
    case .start(let name, let attributes):
      if isFirst, name != "testsuites", name != "testsuite" {
        throw IngestFailure(
          "this is no JUnit report: it begins with <\(name)> instead of <testsuites> or <testsuite>")
      }
      isFirst = false
      begin(name, attributes)
    // A message longer than a screen says no more.
    case .text(let part): if let text, text.utf8.count < 2000 { self.text = text + part }
    case .end(let name): end(name)
    }
  }

  private mutating func begin(_ name: String, _ attributes: [String: String]) {
    switch name {
    case "testsuites", "testsuite":
      suites.append(attributes["name"] ?? "")
      if run.startedAt == nil, let time = attributes["timestamp"] { run.startedAt = moment(time) }
      if timedDepth == nil, let seconds = seconds(attributes) {
        timedDepth = suites.count
        run.seconds += seconds
      }
    case "testcase":
      test = TestRun.Test(
        suites: suites.filter { !$0.isEmpty }, group: attributes["classname"] ?? attributes["class"] ?? "",
        name: attributes["name"] ?? "", outcome: .passed, seconds: seconds(attributes))
      // Some write the outcome as a word.
      switch attributes["status"]?.lowercased() {
      case "skipped", "disabled", "notrun": test?.outcome = .skipped
      default: break
      }
    case "failure": fail(.failed, attributes)
    case "error": fail(.error, attributes)
    case "skipped":
      test?.outcome = .skipped
      test?.message = attributes["message"]
    case "flakyFailure", "flakyError", "rerunFailure", "rerunError": test?.reruns += 1
    default: break
    }
  }

  private mutating func fail(_ outcome: TestRun.Outcome, _ attributes: [String: String]) {
    // Several checks of one test may fail; the first says most.
    guard test != nil, test?.outcome == .passed || test?.outcome == .skipped else { return }
    test?.outcome = outcome
    test?.message = attributes["message"]?.shortened(to: 2000)
    if test?.message == nil { text = "" }
  }

  private mutating func end(_ name: String) {
    switch name {
    case "testsuites", "testsuite":
      if timedDepth == suites.count { timedDepth = nil }
      suites.removeLast()
    case "testcase":
      guard let test else { return }
      run.tests.append(test)
      untimed += test.seconds ?? 0
      self.test = nil
    case "failure", "error":
      guard let text else { return }
      let message = text.trimmed.shortened(to: 2000)
      if test?.message == nil, !message.isEmpty { test?.message = message }
      self.text = nil
    default: break
    }
  }

  private func moment(_ text: String) -> Instant? {
    switch try? DateText.read(text, order: .dayFirst, zone: timeZone).reading {
    case .moment(let moment, _): moment
    case .day(let day): timeZone.moment(of: day)
    case nil: nil
    }
  }

  /// Some put separators between thousands.
  private func seconds(_ attributes: [String: String]) -> Double? {
    guard let text = attributes["time"] else { return nil }
    guard let seconds = Double(text.filter { $0 != "," }), seconds.isFinite, seconds >= 0 else { return nil }
    return seconds
  }
}
