import CPluginSDK

/// Figures as text: Prometheus 0.0.4, or OpenMetrics 1.0.
struct Exposition {
  let format: Format
  private var out: [UInt8] = []
  /// The family whose series are being written.
  private var family: [UInt8] = []

  init(_ format: Format, reserving size: Int = 0) {
    self.format = format
    out.reserveCapacity(size)
  }

  /// Ends the text, and gives it.
  consuming func finish() -> [UInt8] {
    if format == .openMetrics { append("# EOF\n") }
    return out
  }

  /// Writes one series; those of one family come one behind the other.
  mutating func append(_ value: orch_metric_value) {
    begin(value)
    switch Int(value.kind) {
    case Int(ORCH_METRIC_HISTOGRAM): appendHistogram(value)
    case Int(ORCH_METRIC_COUNTER): appendSample(value, "_total", value.value)
    default: appendSample(value, "", value.value)
    }
  }

  /// Writes what is said of a family, once before its first series.
  private mutating func begin(_ value: orch_metric_value) {
    let name = bytes(value.name)
    guard !name.elementsEqual(family) else { return }
    family = Array(name)
    let kind: StaticString =
      switch Int(value.kind) {
      case Int(ORCH_METRIC_HISTOGRAM): "histogram"
      case Int(ORCH_METRIC_COUNTER): "counter"
      default: "gauge"
      }
    // The older format knows no suffixes: there a counter is called as its samples are.
    let suffix: StaticString = format == .prometheus && value.kind == UInt32(ORCH_METRIC_COUNTER) ? "_total" : ""
    append("# HELP ")
    out.append(contentsOf: name)
    append(suffix)
    append(" ")
    appendEscaped(bytes(value.doc))
    append("\n# TYPE ")
    out.append(contentsOf: name)
    append(suffix)
    append(" ")
    append(kind)
    append("\n")
    if format == .openMetrics, value.unit.n > 0 {
      append("# UNIT ")
      out.append(contentsOf: name)
      append(" ")
      out.append(contentsOf: bytes(value.unit))
      append("\n")
    }
  }

  private mutating func appendSample(_ value: orch_metric_value, _ suffix: StaticString, _ number: Double) {
    out.append(contentsOf: bytes(value.name))
    append(suffix)
    if value.labels.n > 0 {
      append("{")
      out.append(contentsOf: bytes(value.labels))
      append("}")
    }
    append(" ")
    append(number: number)
    append("\n")
  }

  private mutating func appendHistogram(_ value: orch_metric_value) {
    guard let bounds = value.bounds, let buckets = value.buckets else { return }
    var count: UInt64 = 0
    for index in 0...value.n_bounds {
      count += buckets[index]
      out.append(contentsOf: bytes(value.name))
      append("_bucket{")
      if value.labels.n > 0 {
        out.append(contentsOf: bytes(value.labels))
        append(",")
      }
      append("le=\"")
      // A bound is a label, and so the same text in both formats: "1.0", as OpenMetrics wants it.
      if index < value.n_bounds { out.append(contentsOf: "\(bounds[index])".utf8) } else { append("+Inf") }
      append("\"} ")
      append(integer: count)
      append("\n")
    }
    appendSample(value, "_sum", value.value)
    appendSample(value, "_count", Double(count))
  }

  // MARK: Parts

  private mutating func append(_ text: StaticString) {
    out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(number: Double) {
    if number.rounded(.towardZero) == number, abs(number) < 1e15 {
      if number < 0 { append("-") }
      append(integer: UInt64(abs(number)))
    } else {
      out.append(
        contentsOf: (number.isNaN ? "NaN" : number.isInfinite ? number < 0 ? "-Inf" : "+Inf" : "\(number)").utf8)
    }
  }

  private mutating func append(integer: UInt64) {
    let start = out.count
    var rest = integer
    repeat {
      out.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    out[start...].reverse()
  }

  /// A doc. OpenMetrics has quotes escaped, too.
  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\"") where format == .openMetrics: append("\\\"")
      default: out.append(byte)
      }
    }
  }

  private func bytes(_ text: orch_str) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafeRawPointer(text.p)?.assumingMemoryBound(to: UInt8.self), count: text.n)
  }
}
