import CPluginSDK
import Testing

@testable import MetricsPlugin

/// What Prometheus reads, byte for byte.
@Suite struct ExpositionTests {
  private func text(_ format: Exposition.Format, _ values: [Series]) -> String {
    var exposition = Exposition(format)
    for value in values { value.with { exposition.append($0) } }
    return String(decoding: exposition.finish(), as: UTF8.self)
  }

  /// One series, as the host tells it.
  private struct Series {
    var kind = Int(ORCH_METRIC_COUNTER)
    var name = "orchestron_jobs"
    var unit = ""
    var doc = "Jobs."
    var labels = ""
    var value = 0.0
    var bounds: [Double] = []
    var buckets: [UInt64] = []

    func with(_ body: (orch_metric_value) -> Void) {
      let texts = [name, unit, doc, labels].map { Array($0.utf8CString) }
      let pointers = texts.map { text in
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        return copy
      }
      defer { for pointer in pointers { pointer.deallocate() } }
      func text(_ index: Int) -> orch_str { orch_str(p: pointers[index], n: texts[index].count - 1) }
      bounds.withUnsafeBufferPointer { bounds in
        buckets.withUnsafeBufferPointer { buckets in
          body(
            orch_metric_value(
              size: UInt32(MemoryLayout<orch_metric_value>.size), kind: UInt32(kind), name: text(0), unit: text(1),
              doc: text(2), labels: text(3), value: value, bounds: bounds.baseAddress, buckets: buckets.baseAddress,
              n_bounds: bounds.count))
        }
      }
    }
  }

  @Test func writesACounterAsBothFormatsNameIt() {
    let series = [
      Series(labels: #"to="a""#, value: 3), Series(labels: #"to="b""#, value: 0.25),
    ]
    #expect(
      text(.prometheus, series) == """
        # HELP orchestron_jobs_total Jobs.
        # TYPE orchestron_jobs_total counter
        orchestron_jobs_total{to="a"} 3
        orchestron_jobs_total{to="b"} 0.25

        """)
    #expect(
      text(.openMetrics, series) == """
        # HELP orchestron_jobs Jobs.
        # TYPE orchestron_jobs counter
        orchestron_jobs_total{to="a"} 3
        orchestron_jobs_total{to="b"} 0.25
        # EOF

        """)
  }

  @Test func addsUpTheBucketsOfAHistogram() {
    let series = Series(
      kind: Int(ORCH_METRIC_HISTOGRAM), name: "wait_seconds", unit: "seconds", labels: #"to="a""#, value: 56.5,
      bounds: [0.5, 1, 1e-05], buckets: [2, 1, 0, 4])
    #expect(
      text(.openMetrics, [series]) == """
        # HELP wait_seconds Jobs.
        # TYPE wait_seconds histogram
        # UNIT wait_seconds seconds
        wait_seconds_bucket{to="a",le="0.5"} 2
        wait_seconds_bucket{to="a",le="1.0"} 3
        wait_seconds_bucket{to="a",le="1e-05"} 3
        wait_seconds_bucket{to="a",le="+Inf"} 7
        wait_seconds_sum{to="a"} 56.5
        wait_seconds_count{to="a"} 7
        # EOF

        """)
    #expect(!text(.prometheus, [series]).contains("UNIT"))
  }

  @Test func writesNumbersAsGoReadsThem() {
    let values: [(Double, String)] = [
      (0, "0"), (-0.0, "0"), (-2, "-2"), (1.5e-7, "1.5e-07"), (1e17, "1e+17"), (999_999_999_999_999, "999999999999999"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0.1, "0.1"),
    ]
    for (value, expected) in values {
      let line = text(.prometheus, [Series(kind: Int(ORCH_METRIC_GAUGE), value: value)]).split(separator: "\n").last
      #expect(line == "orchestron_jobs \(expected)")
    }
  }

  @Test func escapesADoc() {
    let series = Series(kind: Int(ORCH_METRIC_GAUGE), doc: "a \\ \"b\"\nc")
    #expect(text(.prometheus, [series]).hasPrefix("# HELP orchestron_jobs a \\\\ \"b\"\\nc\n"))
    #expect(text(.openMetrics, [series]).hasPrefix("# HELP orchestron_jobs a \\\\ \\\"b\\\"\\nc\n"))
  }

  @Test(arguments: [
    ("", false), ("*/*", false), ("text/html,*/*;q=0.8", false), ("text/plain", false),
    ("application/openmetrics-text", true), ("application/openmetrics-text; version=1.0.0", true),
    ("application/openmetrics-text;version=2.0.0", false),
    // Prometheus 2.42 and 3.0, as they ask.
    (
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true
    ),
    ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.3", false),
    ("application/openmetrics-text;q=0", false), ("APPLICATION/OPENMETRICS-TEXT ; Q=0.5", true),
  ])
  func choosesTheFormatThatIsAskedFor(accept: String, isOpenMetrics: Bool) {
    #expect((Exposition.Format(accept: accept) == .openMetrics) == isOpenMetrics)
  }
}
