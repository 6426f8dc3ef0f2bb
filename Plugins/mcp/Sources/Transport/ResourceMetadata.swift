import PluginKit

/// Who gives credentials for `/mcp` (RFC 9728), when issuers are configured: clients that come without are led there. Without
/// issuers there is nothing to say, and nothing at these addresses.
@Loop
final class ResourceMetadata {
  private static let place = "/.well-known/oauth-protected-resource"
  private let host: Host
  /// Who gives credentials; empty before it is known.
  private var issuers: [String] = []

  init(_ host: Host) { self.host = host }

  func start() {
    host.call("host.config", "{}") { [self] reply in
      guard reply.failure == nil, let config = try? host.parse(reply.json) else { return }
      issuers = config["plugins"]["auth"]["issuers"].elements.compactMap { $0["issuer"].string }
      guard !issuers.isEmpty else { return }
      for path in [Self.place, Self.place + "/mcp"] {
        do throws(Failure) {
          try host.route("GET \(path)", .open) { [self] exchange in answer(exchange) }
        } catch {
          host.log(.error, "who gives credentials cannot be told at \(path): \(error.message)")
        }
      }
    }
  }

  /// Where it stands, for a request whose token may be replaced by one with more scopes; nil for all others.
  func address(for exchange: WebExchange) -> String? {
    guard !issuers.isEmpty, exchange.header("authorization") != nil else { return nil }
    return Self.origin(of: exchange) + Self.place + "/mcp"
  }

  private static func origin(of exchange: WebExchange) -> String {
    "\(exchange.isSecure ? "https" : "http")://\(exchange.header("host") ?? "localhost")"
  }

  private func answer(_ exchange: WebExchange) {
    var json = JSONWriter()
    json.beginObject()
    json.member("resource", "\(Self.origin(of: exchange))/mcp")
    json.key("authorization_servers")
    json.beginArray()
    for issuer in issuers { json.string(issuer) }
    json.endArray()
    json.key("scopes_supported")
    json.raw(#"["read","write"]"#)
    json.key("bearer_methods_supported")
    json.raw(#"["header"]"#)
    json.member("resource_name", "Orchestron")
    json.endObject()
    exchange.respond(
      200, ["Content-Type: application/json", "Cache-Control: max-age=300"], body: Array(json.bytes))
  }
}
