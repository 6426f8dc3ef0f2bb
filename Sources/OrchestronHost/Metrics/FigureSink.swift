import CHost

/// Takes figures and hands each on as C sees it.
struct FigureSink {
  let each: (UnsafePointer<orch_metric_value>) -> Void

  func value(_ family: HostFigures.Family, _ labels: String, _ value: some BinaryInteger) {
    self.value(family, labels, Double(value))
  }

  func value(_ family: HostFigures.Family, _ labels: String, _ value: Double) {
    var figure = orch_metric_value(family)
    figure.value = value
    give(figure, labels)
  }

  func distribution(_ family: HostFigures.Family, _ labels: String, _ times: Distribution) {
    Distribution.bounds.withUnsafeBufferPointer { bounds in
      times.buckets.withUnsafeBufferPointer { buckets in
        var figure = orch_metric_value(family)
        figure.value = times.seconds
        figure.bounds = bounds.baseAddress
        figure.n_bounds = bounds.count
        figure.buckets = buckets.baseAddress
        give(figure, labels)
      }
    }
  }

  /// A series that a plugin has defined. Other threads may be changing it: each of its words is read once.
  func series(_ series: Metrics.Series, of family: Metrics.Family) {
    let cell = series.cell
    var figure = orch_metric_value()
    figure.size = UInt32(MemoryLayout<orch_metric_value>.size)
    figure.kind = cell.pointee.kind
    figure.name = family.fullName.str
    figure.unit = family.unit.str
    figure.doc = family.doc.str
    figure.labels = series.labels.str
    figure.value = chost_load_double(&cell.pointee.value)
    guard let words = cell.pointee.buckets else { return give(figure) }
    let count = Int(cell.pointee.n_bounds)
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count + 1) { buckets in
      for index in 0...count { buckets[index] = chost_load(words + index) }
      figure.bounds = cell.pointee.bounds
      figure.n_bounds = count
      figure.buckets = UnsafePointer(buckets.baseAddress)
      give(figure)
    }
  }

  private func give(_ figure: orch_metric_value, _ labels: String) {
    orch_str.with(labels) { labels in
      var figure = figure
      figure.labels = labels
      give(figure)
    }
  }

  private func give(_ figure: orch_metric_value) {
    withUnsafePointer(to: figure, each)
  }
}

extension orch_metric_value {
  fileprivate init(_ family: HostFigures.Family) {
    self.init()
    size = UInt32(MemoryLayout<orch_metric_value>.size)
    kind = family.kind.rawValue
    name = orch_str(family.name)
    unit = orch_str(family.unit)
    doc = orch_str(family.doc)
  }
}

extension orch_str {
  fileprivate init(_ text: StaticString) {
    self.init(bytes: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension HostExtensions {
  /// `orchestron.metrics-reader/1`.
  static let metricsReader = orch_metrics_reader(
    size: UInt32(MemoryLayout<orch_metrics_reader>.size), reserved: 0,
    read: { pointer, each, ud in
      guard let plugin = Plugin.onLoop(pointer, "metrics_reader.read"), let each else { return }
      plugin.host.readFigures(into: FigureSink { each(ud, $0) })
    })
}
