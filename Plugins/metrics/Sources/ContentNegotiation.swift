extension Exposition {
  /// The formats that there are.
  enum Format {
    /// Prometheus text 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.
    case openMetrics

    var contentType: String {
      switch self {
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    }

    /// Chooses by the header `Accept`: OpenMetrics for who prefers it, the older text for everybody else, also for
    /// somebody who wants neither: a person who looks at it in a browser.
    init(accept: String) {
      var openMetrics = 0.0
      var text = 0.0
      for range in accept.split(separator: ",") {
        let parts = range.split(separator: ";").map { Self.trimmed($0) }
        guard let type = parts.first else { continue }
        var quality = 1.0
        var isKnownVersion = true
        for parameter in parts.dropFirst() {
          if parameter.hasPrefix("q=") { quality = Double(parameter.dropFirst(2)) ?? 0 }
          if parameter.hasPrefix("version=") { isKnownVersion = Self.versions.contains(String(parameter.dropFirst(8))) }
        }
        guard isKnownVersion else { continue }
        switch type {
        case "application/openmetrics-text": openMetrics = max(openMetrics, quality)
        case "text/plain", "text/*", "*/*": text = max(text, quality)
        default: break
        }
      }
      self = openMetrics > 0 && openMetrics >= text ? .openMetrics : .prometheus
    }

    /// Of both formats; a range without one means any.
    private static let versions = ["1.0.0", "0.0.1", "0.0.4", "\"1.0.0\"", "\"0.0.4\""]

    private static func trimmed(_ text: Substring) -> String {
      let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
      return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()).lowercased()
    }
  }
}
