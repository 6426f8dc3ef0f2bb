import CHost
import Synchronization

/// The figures that plugins define, beside those that the host takes of them.
final class Metrics: Sendable {
  /// What a metric is.
  enum Kind: UInt32, Sendable {
    case counter = 1
    case gauge = 2
    case histogram = 3
  }

  /// One metric and its value.
  struct Metric: Sendable {
    let plugin: PluginID
    let name: String
    let kind: Kind
    let unit: String
    let doc: String
    let labels: String
    /// Of a histogram: rising upper bounds.
    let bounds: [Double]
    /// Of a counter or gauge: its value; of a histogram: the sum.
    var value = 0.0
    /// Of a histogram: how many values lie at or below each bound, and above the last.
    var buckets: [UInt64] = []
  }

  private let metrics = Mutex<[Metric]>([])

  /// All metrics, in the order of their definition. [any-thread]
  var all: [Metric] { metrics.withLock { $0 } }

  /// Defines a metric; the same definition again gives the same handle.
  func define(_ metric: Metric) throws(Failure) -> UInt64 {
    let letters = metric.name.utf8
    guard !letters.isEmpty, letters.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789_".utf8.contains($0) }) else {
      throw Failure(.invalidArgument, "\(metric.name.quoted) is not a metric name of the form [a-z0-9_]+")
    }
    guard metric.kind != .histogram || (!metric.bounds.isEmpty && metric.bounds == metric.bounds.sorted()) else {
      throw Failure(.invalidArgument, "the histogram \"\(metric.name)\" needs rising bounds")
    }
    return metrics.withLock { metrics in
      let known = metrics.firstIndex {
        $0.plugin == metric.plugin && $0.name == metric.name && $0.labels == metric.labels
      }
      if let known { return UInt64(known + 1) }
      var metric = metric
      if metric.kind == .histogram { metric.buckets = Array(repeating: 0, count: metric.bounds.count + 1) }
      metrics.append(metric)
      return UInt64(metrics.count)
    }
  }

  /// Changes a metric of a plugin; a foreign or unknown handle does nothing. [any-thread]
  func update(_ handle: UInt64, of plugin: PluginID, _ body: (inout Metric) -> Void) {
    metrics.withLock { metrics in
      guard handle > 0, handle <= metrics.count, metrics[Int(handle) - 1].plugin == plugin else { return }
      body(&metrics[Int(handle) - 1])
    }
  }
}

extension HostExtensions {
  /// `orchestron.metrics/1`.
  static let metrics = orch_metrics(
    size: UInt32(MemoryLayout<orch_metrics>.size),
    define: { pointer, metric, handle in
      guard let plugin = Plugin.onLoop(pointer, "metrics.define") else { return Status.failedPrecondition.rawValue }
      return plugin.attempt(nil, "metrics.define") { () throws(Failure) in
        guard let metric = metric?.pointee, Int(metric.size) >= MemoryLayout<orch_metric>.size, let handle,
          let name = cString(metric.name), let doc = cString(metric.doc), let kind = Metrics.Kind(rawValue: metric.kind)
        else { throw Failure(.invalidArgument, "a metric needs a kind, a name and a one-line doc") }
        let bounds = (0..<metric.n_bounds).compactMap { index in metric.bounds.map { $0[index] } }
        handle.pointee = try plugin.host.metrics.define(
          Metrics.Metric(
            plugin: plugin.id, name: name, kind: kind, unit: cString(metric.unit) ?? "", doc: doc,
            labels: cString(metric.labels) ?? "", bounds: bounds))
      }
    },
    add: { pointer, handle, value in
      guard let plugin = Plugin.behind(pointer), value.isFinite else { return }
      plugin.host.metrics.update(handle, of: plugin.id) {
        if $0.kind == .gauge || ($0.kind == .counter && value >= 0) { $0.value += value }
      }
    },
    set: { pointer, handle, value in
      guard let plugin = Plugin.behind(pointer), value.isFinite else { return }
      plugin.host.metrics.update(handle, of: plugin.id) { if $0.kind == .gauge { $0.value = value } }
    },
    observe: { pointer, handle, value in
      guard let plugin = Plugin.behind(pointer), value.isFinite else { return }
      plugin.host.metrics.update(handle, of: plugin.id) { metric in
        guard metric.kind == .histogram else { return }
        metric.value += value
        metric.buckets[metric.bounds.firstIndex { value <= $0 } ?? metric.bounds.count] += 1
      }
    })
}
