import CPluginSDK

/// A figure that only grows. [any-thread]
public struct Counter: Sendable {
  let metric: Metric

  /// Adds to the counter; a negative value does nothing.
  public func add(_ value: Double = 1) {
    metric.host.tables.metrics?.pointee.add?(metric.host.raw, metric.handle, value)
  }
}

/// A figure that goes up and down. [any-thread]
public struct Gauge: Sendable {
  let metric: Metric

  public func set(_ value: Double) {
    metric.host.tables.metrics?.pointee.set?(metric.host.raw, metric.handle, value)
  }

  public func add(_ value: Double) {
    metric.host.tables.metrics?.pointee.add?(metric.host.raw, metric.handle, value)
  }
}

/// A distribution of values. [any-thread]
public struct Histogram: Sendable {
  let metric: Metric

  public func observe(_ value: Double) {
    metric.host.tables.metrics?.pointee.observe?(metric.host.raw, metric.handle, value)
  }
}

struct Metric: Sendable {
  let host: Host
  let handle: UInt64
}

/// Labels of a series: names and values.
public typealias MetricLabels = KeyValuePairs<String, String>

extension Host {
  // In each: the name is a Prometheus name that ends with its unit, without the `orchestron_<plugin>_` that the host puts
  // before it and without `_total`. Labels have few values: a plugin has at most 4,096 series. The same definition
  // again gives the same metric; ``Status/alreadyExists`` for a name that has another kind, unit or bounds.

  /// - Parameter unit: `seconds`, `bytes`, …; nil for a count.
  @Loop
  public func counter(
    _ name: String, unit: String? = nil, doc: String, labels: MetricLabels = [:]
  ) throws(Failure) -> Counter {
    Counter(metric: try metric(UInt32(ORCH_METRIC_COUNTER), name, unit, doc, labels, []))
  }

  /// - Parameter unit: `seconds`, `bytes`, …; nil for a count.
  @Loop
  public func gauge(
    _ name: String, unit: String? = nil, doc: String, labels: MetricLabels = [:]
  ) throws(Failure) -> Gauge {
    Gauge(metric: try metric(UInt32(ORCH_METRIC_GAUGE), name, unit, doc, labels, []))
  }

  /// - Parameters:
  ///   - unit: `seconds`, `bytes`, …; nil for a count.
  ///   - bounds: Rising upper bounds, at most 64.
  @Loop
  public func histogram(
    _ name: String, unit: String? = "seconds", doc: String, labels: MetricLabels = [:], bounds: [Double]
  ) throws(Failure) -> Histogram {
    Histogram(metric: try metric(UInt32(ORCH_METRIC_HISTOGRAM), name, unit, doc, labels, bounds))
  }

  @Loop
  private func metric(
    _ kind: UInt32, _ name: String, _ unit: String?, _ doc: String, _ labels: MetricLabels, _ bounds: [Double]
  ) throws(Failure) -> Metric {
    guard let define = tables.metrics?.pointee.define else { throw .missing(ORCH_EXT_METRICS) }
    let labels = labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    var handle: UInt64 = 0
    let status = name.withCString { name in
      (unit ?? "1").withCString { unit in
        doc.withCString { doc in
          labels.withCString { labels in
            bounds.withUnsafeBufferPointer { bounds in
              var metric = orch_metric()
              metric.size = UInt32(MemoryLayout<orch_metric>.size)
              metric.kind = kind
              metric.name = name
              metric.unit = unit
              metric.doc = doc
              metric.labels = labels
              metric.bounds = bounds.baseAddress
              metric.n_bounds = bounds.count
              return define(raw, &metric, &handle)
            }
          }
        }
      }
    }
    try Failure.check(status, "the metric \"\(name)\" could not be defined; the log has the reason")
    return Metric(host: self, handle: handle)
  }

  /// A value of a label as Prometheus writes it.
  private func escaped(_ value: String) -> String {
    var escaped = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
