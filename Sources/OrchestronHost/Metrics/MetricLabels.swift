/// Labels as Prometheus writes them: `route="/a",method="GET"`, with `\\`, `\"` and `\n` escaped in values.
enum MetricLabels {
  /// How many bytes the labels of one series may have.
  static let byteLimit = 1024

  /// Checks labels, and gives them in one form: names in order, so that the same labels are the same series.
  static func canonical(_ text: String, of metric: Metrics.Definition) throws(Failure) -> String {
    guard !text.isEmpty else { return "" }
    func fail(_ reason: String) -> Failure {
      Failure(
        .invalidArgument,
        "the labels \(text.quoted) of the metric \"\(metric.name)\" are not of the form key=\"value\",…: \(reason)")
    }
    guard text.utf8.count <= byteLimit else { throw fail("they are longer than \(byteLimit) bytes") }
    var labels: [(name: String, value: String)] = []
    var rest = text.utf8[...]
    while true {
      let name = String(rest.prefix { $0 != UInt8(ascii: "=") }) ?? ""
      guard isName(name) else { throw fail("\(name.quoted) is no label name") }
      guard name != "le" || metric.kind != .histogram else { throw fail("\"le\" is the histogram's own") }
      guard !labels.contains(where: { $0.name == name }) else { throw fail("\(name.quoted) stands there twice") }
      rest = rest.dropFirst(name.utf8.count)
      guard rest.starts(with: "=\"".utf8), let end = endOfValue(rest.dropFirst(2)) else {
        throw fail(
          "the value of \(name.quoted) must stand in quotes, with \\\\, \\\" and \\n for what has to be escaped")
      }
      labels.append((name, String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end]) ?? ""))
      rest = rest[rest.index(after: end)...]
      if rest.isEmpty { break }
      guard rest.first == UInt8(ascii: ",") else { throw fail("a comma must part them") }
      rest = rest.dropFirst()
    }
    return labels.sorted { $0.name < $1.name }.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
  }

  /// Two underscores at the beginning are Prometheus's own.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first), !name.hasPrefix("__") else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  /// Where the closing quote stands; nil without one, or with an escape that there is not.
  private static func endOfValue(_ rest: Substring.UTF8View) -> Substring.UTF8View.Index? {
    var index = rest.startIndex
    while index < rest.endIndex {
      switch rest[index] {
      case UInt8(ascii: "\""): return index
      case UInt8(ascii: "\n"): return nil
      case UInt8(ascii: "\\"):
        index = rest.index(after: index)
        guard index < rest.endIndex, [UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "n")].contains(rest[index])
        else { return nil }
      default: break
      }
      index = rest.index(after: index)
    }
    return nil
  }
}
