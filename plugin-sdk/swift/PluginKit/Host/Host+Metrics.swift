import CPluginSDK

/// A figure that only grows. [any-thread]
public struct Counter: Sendable {
  let metric: Metric

  /// Adds to the counter; a negative value is a fault.
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

extension Host {
  // In each: the name is a Prometheus name without the `orchestron_<plugin>_` that the host puts before it; `unit` is
  // `seconds`, `bytes`, `1` …; `labels` is "key=value,…". The same definition again gives the same metric.

  @Loop
  public func counter(
    _ name: String, unit: String = "1", doc: String, labels: String? = nil
  ) throws(Failure) -> Counter {
    Counter(metric: try metric(UInt32(ORCH_METRIC_COUNTER), name, unit, doc, labels, []))
  }

  @Loop
  public func gauge(_ name: String, unit: String = "1", doc: String, labels: String? = nil) throws(Failure) -> Gauge {
    Gauge(metric: try metric(UInt32(ORCH_METRIC_GAUGE), name, unit, doc, labels, []))
  }

  /// - Parameter bounds: Rising upper bounds.
  @Loop
  public func histogram(
    _ name: String, unit: String = "seconds", doc: String, labels: String? = nil, bounds: [Double]
  ) throws(Failure) -> Histogram {
    Histogram(metric: try metric(UInt32(ORCH_METRIC_HISTOGRAM), name, unit, doc, labels, bounds))
  }

  @Loop
  private func metric(
    _ kind: UInt32, _ name: String, _ unit: String, _ doc: String, _ labels: String?, _ bounds: [Double]
  ) throws(Failure) -> Metric {
    guard let define = tables.metrics?.pointee.define else { throw .missing(ORCH_EXT_METRICS) }
    var handle: UInt64 = 0
    let status = name.withCString { name in
      unit.withCString { unit in
        doc.withCString { doc in
          (labels ?? "").withCString { text in
            bounds.withUnsafeBufferPointer { bounds in
              var metric = orch_metric()
              metric.size = UInt32(MemoryLayout<orch_metric>.size)
              metric.kind = kind
              metric.name = name
              metric.unit = unit
              metric.doc = doc
              metric.labels = labels == nil ? nil : text
              metric.bounds = bounds.baseAddress
              metric.n_bounds = bounds.count
              return define(raw, &metric, &handle)
            }
          }
        }
      }
    }
    try Failure.check(status, "the metric \"\(name)\" could not be defined")
    return Metric(host: self, handle: handle)
  }
}
