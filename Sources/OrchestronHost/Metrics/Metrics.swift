import CHost

/// The metrics that plugins define, beside the figures that the host takes of them.
///
/// Definitions belong to the loop. The values are words of their own that any thread changes without a lock: a series is
/// found by its handle in a table that only grows.
final class Metrics {
  /// What a metric is.
  enum Kind: UInt32 {
    case counter = 1
    case gauge = 2
    case histogram = 3

    var name: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  /// What all series of one name have in common.
  struct Definition: Equatable {
    var kind: Kind
    /// Of [a-z0-9_], without the plugin.
    var name: String
    /// `seconds`, which the name ends with, or empty.
    var unit: String
    /// One line.
    var doc: String
    /// Of a histogram: rising upper bounds.
    var bounds: [Double] = []
  }

  /// One metric: its series under one name.
  final class Family {
    let plugin: PluginID
    let definition: Definition
    /// `orchestron_<plugin>_<name>`, at a fixed address as the rest.
    let fullName: Text
    let unit: Text
    let doc: Text
    fileprivate(set) var series: [Series] = []
    fileprivate var handles: [String: UInt64] = [:]

    fileprivate init(_ definition: Definition, of plugin: PluginID, _ fullName: String) {
      self.plugin = plugin
      self.definition = definition
      self.fullName = Text(fullName)
      unit = Text(definition.unit)
      doc = Text(definition.doc)
    }
  }

  struct Series {
    let labels: Text
    let cell: UnsafeMutablePointer<chost_metric>
  }

  /// How many series a plugin may have.
  static let seriesLimit = 4096
  private static let chunkSize = 1024
  private static let chunkCount = 256

  /// In the order of their definition.
  private(set) var families: [Family] = []
  private var byName: [String: Family] = [:]
  private var seriesCounts: [PluginID: Int] = [:]
  /// Chunks of cells, allocated as they are needed; plugins keep this table, and with it all of them, until the process ends.
  private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<chost_metric>>
  /// How many cells there are, for other threads.
  private let count: UnsafeMutablePointer<UInt64>

  init() {
    chunks = .allocate(capacity: Metrics.chunkCount)
    count = .allocate(capacity: 1)
    count.initialize(to: 0)
  }

  deinit {
    for index in 0..<Int(count.pointee) {
      let cell = chunks[index / Metrics.chunkSize] + index % Metrics.chunkSize
      cell.pointee.bounds?.deallocate()
      cell.pointee.buckets?.deallocate()
    }
    for chunk in stride(from: 0, to: Int(count.pointee), by: Metrics.chunkSize) {
      chunks[chunk / Metrics.chunkSize].deallocate()
    }
    chunks.deallocate()
    count.deallocate()
  }

  // MARK: Defining

  /// Defines a series; the same definition again gives the same handle. [loop-thread]
  ///
  /// - Parameter labels: As Prometheus writes them; see ``MetricLabels``.
  func define(_ definition: Definition, labels: String, of plugin: Plugin) throws(Failure) -> UInt64 {
    let family = try family(definition, of: plugin.id)
    let labels = try MetricLabels.canonical(labels, of: definition)
    if let known = family.handles[labels] { return known }
    let used = seriesCounts[plugin.id, default: 0]
    guard used < Metrics.seriesLimit, count.pointee < Metrics.chunkSize * Metrics.chunkCount else {
      throw Failure(
        .resourceExhausted,
        "plugin \"\(plugin.id)\" has \(used) series of metrics, which is all that it may have; give \"\(definition.name)\" "
          + "labels with few values")
    }
    seriesCounts[plugin.id] = used + 1
    let cell = makeCell(definition, owner: plugin.name)
    family.series.append(Series(labels: Text(labels), cell: cell))
    let handle = chost_add(count, 1) + 1
    family.handles[labels] = handle
    return handle
  }

  private func family(_ definition: Definition, of plugin: PluginID) throws(Failure) -> Family {
    let fullName = "orchestron_\(plugin.replacing("-", with: "_"))_\(definition.name)"
    if let known = byName[fullName] {
      guard known.plugin == plugin else {
        throw Failure(
          .alreadyExists, "\(fullName.quoted) is a metric of plugin \"\(known.plugin)\" already; choose another name")
      }
      guard known.definition.kind == definition.kind, known.definition.unit == definition.unit,
        known.definition.bounds == definition.bounds
      else {
        throw Failure(
          .alreadyExists,
          "the metric \"\(definition.name)\" is a \(known.definition.kind.name) already, with the unit "
            + "\"\(known.definition.unit)\" and the bounds \(known.definition.bounds): all its series must be alike")
      }
      return known
    }
    try definition.check()
    guard !HostFigures.names.contains(fullName) else {
      throw Failure(.alreadyExists, "\(fullName.quoted) is a metric of the host; choose another name")
    }
    let family = Family(definition, of: plugin, fullName)
    families.append(family)
    byName[fullName] = family
    return family
  }

  private func makeCell(_ definition: Definition, owner: Text) -> UnsafeMutablePointer<chost_metric> {
    let index = Int(count.pointee)
    let chunk = chunks + index / Metrics.chunkSize
    if index % Metrics.chunkSize == 0 { chunk.initialize(to: .allocate(capacity: Metrics.chunkSize)) }
    let cell = chunk.pointee + index % Metrics.chunkSize
    var metric = chost_metric()
    metric.owner = UInt64(UInt(bitPattern: owner.cString))
    metric.kind = definition.kind.rawValue
    if definition.kind == .histogram {
      let bounds = UnsafeMutablePointer<Double>.allocate(capacity: definition.bounds.count)
      bounds.initialize(from: definition.bounds, count: definition.bounds.count)
      let buckets = UnsafeMutablePointer<UInt64>.allocate(capacity: definition.bounds.count + 1)
      buckets.initialize(repeating: 0, count: definition.bounds.count + 1)
      metric.bounds = UnsafePointer(bounds)
      metric.buckets = buckets
      metric.n_bounds = UInt32(definition.bounds.count)
    }
    cell.initialize(to: metric)
    return cell
  }

  // MARK: Changing

  /// The series with that handle, when it is of that kind and that plugin. [any-thread]
  @inline(__always)
  func cell(_ handle: UInt64, _ kind: Int, owner: Text) -> UnsafeMutablePointer<chost_metric>? {
    guard handle &- 1 < chost_load(count) else { return nil }
    let index = Int(handle - 1)
    let cell = chunks[index / Metrics.chunkSize] + index % Metrics.chunkSize
    guard cell.pointee.kind == UInt32(kind), cell.pointee.owner == UInt64(UInt(bitPattern: owner.cString)) else {
      return nil
    }
    return cell
  }
}

extension Metrics.Definition {
  /// Endings that the text formats give a meaning.
  private static let reserved = ["_total", "_count", "_sum", "_bucket", "_created", "_info"]

  /// Checks what a Prometheus server, and who reads it, would stumble over.
  fileprivate func check() throws(Failure) {
    guard let first = name.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first,
      name.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789_".utf8.contains($0) })
    else {
      throw Failure(.invalidArgument, "\(name.quoted) is not a metric name of the form [a-z][a-z0-9_]*")
    }
    if let ending = Self.reserved.first(where: name.hasSuffix) {
      throw Failure(
        .invalidArgument,
        "the metric \"\(name)\" must not end with \"\(ending)\", which the text formats add themselves")
    }
    guard unit.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz_".utf8.contains($0) }),
      unit.isEmpty || name == unit || name.hasSuffix("_\(unit)")
    else {
      throw Failure(
        .invalidArgument,
        "the metric \"\(name)\" has the unit \(unit.quoted): its name must end with it, as in \"\(name)_seconds\"")
    }
    guard !doc.isEmpty, !doc.utf8.contains(UInt8(ascii: "\n")) else {
      throw Failure(.invalidArgument, "the metric \"\(name)\" needs a doc of one line")
    }
    guard kind == .histogram else { return }
    let rises = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    guard !bounds.isEmpty, bounds.count <= 64, rises, bounds.allSatisfy(\.isFinite) else {
      throw Failure(.invalidArgument, "the histogram \"\(name)\" needs 1 to 64 finite, rising bounds")
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
          let name = cString(metric.name), let doc = cString(metric.doc),
          let kind = Metrics.Kind(rawValue: metric.kind),
          metric.n_bounds == 0 || metric.bounds != nil
        else { throw Failure(.invalidArgument, "a metric needs a kind, a name and a one-line doc") }
        let unit = cString(metric.unit) ?? ""
        let bounds = UnsafeBufferPointer(start: metric.bounds, count: kind == .histogram ? metric.n_bounds : 0)
        handle.pointee = try plugin.host.metrics.define(
          Metrics.Definition(kind: kind, name: name, unit: unit == "1" ? "" : unit, doc: doc, bounds: Array(bounds)),
          labels: cString(metric.labels) ?? "", of: plugin)
      }
    },
    add: { pointer, handle, value in
      guard value.isFinite else { return }
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        if let gauge = plugin.metrics.cell(handle, ORCH_METRIC_GAUGE, owner: plugin.name) {
          chost_add_double(&gauge.pointee.value, value)
        } else if value >= 0, let counter = plugin.metrics.cell(handle, ORCH_METRIC_COUNTER, owner: plugin.name) {
          chost_add_double(&counter.pointee.value, value)
        }
      }
    },
    set: { pointer, handle, value in
      guard value.isFinite else { return }
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        guard let gauge = plugin.metrics.cell(handle, ORCH_METRIC_GAUGE, owner: plugin.name) else { return }
        chost_store_double(&gauge.pointee.value, value)
      }
    },
    observe: { pointer, handle, value in
      guard value.isFinite else { return }
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        guard let histogram = plugin.metrics.cell(handle, ORCH_METRIC_HISTOGRAM, owner: plugin.name) else { return }
        chost_metric_observe(histogram, value)
      }
    })
}
