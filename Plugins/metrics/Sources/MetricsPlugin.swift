import CPluginSDK
import PluginKit

/// Shows what host and plugins measure at `/metrics`, as Prometheus reads it.
final class MetricsPlugin: Plugin {
  static let id = "metrics"
  static let version = "0.1.0"

  private let host: Host
  private let reader: MetricsReader
  private let isOpen: Bool

  init(host: Host, config: JSONValue) throws {
    self.host = host
    reader = try MetricsReader(host)
    isOpen = config["open"].bool ?? false
  }

  func start() throws {
    try host.route("GET /metrics", isOpen ? [.open] : []) { [self] in answer($0) }
  }

  private func answer(_ exchange: WebExchange) {
    let format = Exposition.Format(accept: exchange.header("accept") ?? "")
    exchange.respond(
      200, ["Content-Type: \(format.contentType)", "Cache-Control: no-store", "Vary: Accept"], body: reader.text(format)
    )
  }
}
