import CPluginSDK
import PluginKit

/// Shows what host and plugins measure at `/metrics`, as Prometheus reads it, and sends traces to a collector.
final class MetricsPlugin: Plugin {
  static let id = "metrics"
  static let version = "0.1.0"

  private let host: Host
  private let reader: MetricsReader
  private let isOpen: Bool
  /// Nil while traces go nowhere.
  private let exporter: TraceExporter?

  init(host: Host, config: JSONValue) throws {
    self.host = host
    reader = try MetricsReader(host)
    isOpen = config["open"].bool ?? false
    exporter = try TraceSettings(config["otlp"]).map { try TraceExporter(host, $0) }
  }

  func start() throws {
    try host.route("GET /metrics", isOpen ? [.open] : []) { [self] in answer($0) }
    try exporter?.start()
  }

  func stop() async throws {
    guard let exporter else { return }
    await withCheckedContinuation { continuation in exporter.stop { continuation.resume() } }
  }

  private func answer(_ exchange: WebExchange) {
    let format = Exposition.Format(accept: exchange.header("accept") ?? "")
    exchange.respond(
      200, ["Content-Type: \(format.contentType)", "Cache-Control: no-store", "Vary: Accept"], body: reader.text(format)
    )
  }
}
