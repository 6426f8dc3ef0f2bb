public import CPluginSDK
import PluginKit

/// Serves the page at `/` and what it loads below `/assets/dashboard/`. All that the page shows comes to the browser by
/// the public methods and events, over WebSocket.
final class Dashboard: Plugin {
  static let id = "dashboard"
  static let version = "0.1.0"

  private let host: Host

  init(host: Host, config: JSONValue) {
    self.host = host
  }

  func start() throws {
    // Outside of the folder of assets: it has no address but `/`, where it comes with its policy.
    let page = try Page(readingFrom: "\(host.info.pluginDirectory)/web/index.html")
    try host.files("/assets/dashboard/", [.open], folder: "web/assets")
    try host.route("GET /", [.page]) { page.answer($0) }
  }
}

/// The entry that the host looks for.
@c(orch_plugin_dashboard) @Loop
public func dashboardEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Dashboard.entry(host)
}
