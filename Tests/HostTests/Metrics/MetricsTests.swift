import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// What plugins measure, by the table that they get, and how it is read.
@Suite struct MetricsTests {
  private final class Scene {
    let host: TestHost
    let plugin: Plugin

    init() throws {
      host = try TestHost([try Fixtures.path("plain")])
      try host.start()
      plugin = try #require(host.host.lifecycle.plugin("plain"))
    }

    func define(
      _ kind: Int, _ name: String, unit: String = "1", labels: String = "", bounds: [Double] = []
    ) -> (status: Status, handle: UInt64) {
      var handle: UInt64 = 0
      let status = [name, unit, labels].withCStrings { texts in
        bounds.withUnsafeBufferPointer { bounds in
          var metric = orch_metric()
          metric.size = UInt32(MemoryLayout<orch_metric>.size)
          metric.kind = UInt32(kind)
          metric.name = texts[0]
          metric.unit = texts[1]
          metric.doc = texts[3]
          metric.labels = texts[2]
          metric.bounds = bounds.baseAddress
          metric.n_bounds = bounds.count
          return HostExtensions.metrics.define(plugin.pointer, &metric, &handle)
        }
      }
      return (Status(code: status), handle)
    }

    func add(_ handle: UInt64, _ value: Double) { HostExtensions.metrics.add(plugin.pointer, handle, value) }

    /// What a reader is told, by name and labels.
    var figures: [String: Figure] {
      var figures: [String: Figure] = [:]
      host.host.readFigures(
        into: FigureSink { figure in
          let figure = figure.pointee
          let buckets = UnsafeBufferPointer(
            start: figure.buckets, count: figure.buckets == nil ? 0 : figure.n_bounds + 1)
          figures["\(figure.name.string){\(figure.labels.string)}"] = Figure(
            value: figure.value, buckets: Array(buckets))
        })
      return figures
    }

    struct Figure: Equatable {
      var value: Double
      var buckets: [UInt64] = []
    }
  }

  private let counter = Int(ORCH_METRIC_COUNTER)
  private let gauge = Int(ORCH_METRIC_GAUGE)
  private let histogram = Int(ORCH_METRIC_HISTOGRAM)

  @Test func countsSetsAndObserves() throws {
    let scene = try Scene()
    let jobs = scene.define(counter, "jobs").handle
    let depth = scene.define(gauge, "depth").handle
    let wait = scene.define(histogram, "wait_seconds", unit: "seconds", bounds: [1, 10]).handle
    scene.add(jobs, 2)
    scene.add(depth, 5)
    scene.add(depth, -1.5)
    for value in [0.5, 1, 5, 50] { HostExtensions.metrics.observe(scene.plugin.pointer, wait, value) }
    let figures = scene.figures
    #expect(figures["orchestron_plain_jobs{}"]?.value == 2)
    #expect(figures["orchestron_plain_depth{}"]?.value == 3.5)
    #expect(figures["orchestron_plain_wait_seconds{}"] == .init(value: 56.5, buckets: [2, 1, 1]))
  }

  @Test func ignoresWhatIsNoNumberAndWhatDoesNotFitTheKind() throws {
    let scene = try Scene()
    let jobs = scene.define(counter, "jobs").handle
    let wait = scene.define(histogram, "wait", bounds: [1]).handle
    for value in [-1, .nan, .infinity] { scene.add(jobs, value) }
    HostExtensions.metrics.set(scene.plugin.pointer, jobs, 7)
    HostExtensions.metrics.observe(scene.plugin.pointer, jobs, 7)
    HostExtensions.metrics.observe(scene.plugin.pointer, wait, .nan)
    scene.add(wait, 1)
    for handle in [0, 99, UInt64.max] { scene.add(handle, 1) }
    #expect(scene.figures["orchestron_plain_jobs{}"]?.value == 0)
    #expect(scene.figures["orchestron_plain_wait{}"] == .init(value: 0, buckets: [0, 0]))
  }

  @Test func refusesTheHandleOfAnotherPlugin() throws {
    let host = try TestHost([try Fixtures.path("plain"), try Fixtures.path("handler-throws")])
    try host.start()
    let plugins = host.host.lifecycle.plugins
    try #require(plugins.count == 2)
    let definition = Metrics.Definition(kind: .counter, name: "jobs", unit: "", doc: "Jobs.")
    let handle = try host.host.metrics.define(definition, labels: "", of: plugins[0])
    HostExtensions.metrics.add(plugins[1].pointer, handle, 1)
    HostExtensions.metrics.add(plugins[0].pointer, handle, 1)
    #expect(host.host.metrics.families.first?.series.first?.cell.pointee.value == 1)
  }

  @Test func takesTheSameLabelsInAnyOrderAsTheSameSeries() throws {
    let scene = try Scene()
    let first = scene.define(counter, "jobs", labels: #"kind="a\"b\\",to="x""#)
    #expect(first.status == .ok)
    #expect(scene.define(counter, "jobs", labels: #"to="x",kind="a\"b\\""#).handle == first.handle)
    #expect(scene.define(counter, "jobs", labels: #"to="y""#).handle != first.handle)
    scene.add(first.handle, 1)
    #expect(scene.figures[#"orchestron_plain_jobs{kind="a\"b\\",to="x"}"#]?.value == 1)
  }

  @Test(arguments: [
    #"kind"#, #"kind="#, #"kind=a"#, #"kind="a"#, #"kind="a\x""#, #"1kind="a""#, #"ki-nd="a""#, #"__kind="a""#,
    #"kind="a","#, #"kind="a"to="b""#, #"kind="a",kind="b""#, "kind=\"a\nb\"", #"="a""#,
  ])
  func refusesLabelsThatPrometheusWouldNotRead(labels: String) throws {
    let scene = try Scene()
    #expect(scene.define(counter, "jobs", labels: labels).status == .invalidArgument)
    #expect(scene.host.logged("are not of the form"))
  }

  @Test(arguments: [
    ("Jobs", "1"), ("", "1"), ("1jobs", "1"), ("jobs_total", "1"), ("jobs_count", "1"), ("jobs_bucket", "1"),
    ("wait", "seconds"), ("wait_seconds", "Seconds"),
  ])
  func refusesNamesThatBreakPrometheussConventions(name: String, unit: String) throws {
    let scene = try Scene()
    #expect(scene.define(counter, name, unit: unit).status == .invalidArgument)
  }

  @Test(arguments: [[], [1, 1], [2, 1], [1, .infinity], [.nan]])
  func refusesBoundsThatDoNotRise(bounds: [Double]) throws {
    #expect(try Scene().define(histogram, "wait", bounds: bounds).status == .invalidArgument)
  }

  @Test func refusesANameThatMeansSomethingElseAlready() throws {
    let scene = try Scene()
    #expect(scene.define(counter, "jobs", labels: #"to="a""#).status == .ok)
    #expect(scene.define(gauge, "jobs").status == .alreadyExists)
    #expect(scene.define(histogram, "wait", bounds: [1]).status == .ok)
    #expect(scene.define(histogram, "wait", labels: #"to="a""#, bounds: [2]).status == .alreadyExists)
    #expect(scene.define(histogram, "wait", labels: #"le="1""#, bounds: [1]).status == .invalidArgument)
    #expect(scene.host.logged("all its series must be alike"))
  }

  @Test func boundsTheSeriesOfAPlugin() throws {
    let scene = try Scene()
    for index in 0..<Metrics.seriesLimit {
      #expect(scene.define(counter, "jobs", labels: "id=\"\(index)\"").status == .ok)
    }
    #expect(scene.define(counter, "jobs", labels: #"id="one more""#).status == .resourceExhausted)
    #expect(scene.define(counter, "jobs", labels: #"id="7""#).status == .ok, "one that is there already is no more")
    #expect(scene.host.logged("labels with few values"))
  }

  @Test func losesNothingWhenManyThreadsCount() throws {
    let scene = try Scene()
    let jobs = scene.define(counter, "jobs").handle
    let wait = scene.define(histogram, "wait", bounds: [1, 2]).handle
    let plugin = LoopBound(scene.plugin)
    let threads = (0..<4).compactMap { thread in
      Threads.start(name: "counter") {
        for index in 0..<20_000 {
          HostExtensions.metrics.add(plugin.value.pointer, jobs, 1)
          HostExtensions.metrics.observe(plugin.value.pointer, wait, Double((index + thread) % 3))
        }
      }
    }
    for thread in threads { pthread_join(thread, nil) }
    #expect(threads.count == 4)
    let figures = scene.figures
    #expect(figures["orchestron_plain_jobs{}"]?.value == 80_000)
    #expect(figures["orchestron_plain_wait{}"]?.buckets.reduce(0, +) == 80_000)
  }

  @Test func countsCallsByMethodAndStatus() throws {
    let scene = try Scene()
    for method in ["host.health", "host.health", "host.nothing"] {
      scene.host.host.call(method, Array("{}".utf8), as: "user:test") { _ in }
    }
    scene.host.host.call("host.health", Array(#"{"x":1}"#.utf8), as: "user:test") { _ in }
    let figures = scene.figures
    let labels = #"method="health",service="host""#
    #expect(figures["orchestron_calls{\(labels),status=\"ok\"}"]?.value == 2)
    #expect(figures["orchestron_calls{\(labels),status=\"invalid_argument\"}"]?.value == 1)
    #expect(figures["orchestron_call_duration_seconds{\(labels)}"]?.buckets.reduce(0, +) == 3)
    #expect(figures["orchestron_calls_unknown{}"]?.value == 1)
    #expect(figures["orchestron_calls_in_flight{}"]?.value == 0)
    #expect(figures[#"orchestron_plugin_state{plugin="plain",state="started"}"#]?.value == 1)
    #expect(figures["process_resident_memory_bytes{}"]?.value ?? 0 > 1_000_000)
    #expect(figures["process_start_time_seconds{}"].map { abs($0.value - Double(time(nil))) < 86_400 * 30 } == true)
  }

  @Test func measuresTheTurnsOfTheLoopWithoutItsWaits() throws {
    func nanosecondsOfTurns() throws -> UInt64 {
      let loop = try Loop()
      loop.defer { usleep(3_000) }
      for _ in 0..<3 { loop.turn(wait: false) }
      loop.startTimer(after: 60) {}
      let before = Clock.nanoseconds()
      while Clock.nanoseconds() - before < 50_000_000 { loop.turn(wait: true) }
      loop.turn(wait: false)
      return loop.turns.times.nanoseconds
    }
    #expect(try nanosecondsOfTurns() >= 3_000_000)
    // The wait for the timer is no work. A busy machine may pause within a turn, but not each time.
    var isFree = false
    for _ in 0..<100 where !isFree { isFree = try nanosecondsOfTurns() < 50_000_000 }
    #expect(isFree)
  }
}

extension [String] {
  /// Lends the strings, and behind them a doc.
  fileprivate func withCStrings<R>(_ body: ([UnsafePointer<CChar>]) -> R) -> R {
    let copies = (self + ["A figure."]).map { strdup($0)! }  // No memory for a few bytes: the test may end.
    defer { for copy in copies { free(copy) } }
    return body(copies.map { UnsafePointer($0) })
  }
}
