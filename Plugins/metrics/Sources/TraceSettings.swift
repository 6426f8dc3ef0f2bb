import PluginKit

/// Where traces go, and which; `config.schema.json` explains the keys under `otlp`.
struct TraceSettings {
  /// With its path.
  var url: String
  var headers: [(name: String, value: String)] = []
  var ratio = 1.0
  var serviceName = "orchestron"
  /// Spans that may wait.
  var queue = 8192
  /// Spans of one request.
  var batch = 512
  /// Milliseconds between two looks at what waits.
  var interval = 2000

  /// Nil when traces go nowhere.
  init?(_ json: JSONValue) throws(Failure) {
    guard let endpoint = json["endpoint"].string else { return nil }
    guard endpoint.hasPrefix("http://") || endpoint.hasPrefix("https://") else {
      throw Failure(
        .invalidArgument, "metrics.otlp.endpoint is \"\(endpoint)\"; it must be a URL such as http://127.0.0.1:4318")
    }
    // As OpenTelemetry's exporters do with OTEL_EXPORTER_OTLP_ENDPOINT: the path of the signal goes behind the base.
    url = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
    headers = json["headers"].members.compactMap { member in member.value.string.map { (member.key, $0) } }
    if let ratio = json["ratio"].double { self.ratio = ratio }
    if let name = json["serviceName"].string { serviceName = name }
    if let queue = json["queue"].int { self.queue = queue }
    if let batch = json["batch"].int { self.batch = batch }
    if let interval = json["interval"].int { self.interval = interval }
  }
}
