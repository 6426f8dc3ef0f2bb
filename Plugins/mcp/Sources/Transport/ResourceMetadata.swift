import PluginKit

/// Who gives credentials for `/mcp` (RFC 9728), when issuers are configured: clients that come without are led there. Without
/// issuers there is nothing to say, and nothing at these addresses.
@Loop
enum ResourceMetadata {
  private static let place = "/.well-known/oauth-protected-resource"

  static func start(_ host: Host) {
    host.call("host.config", "{}") { reply in
      guard reply.failure == nil, let config = try? host.parse(reply.json) else { return }
      let issuers = config["plugins"]["auth"]["issuers"].elements.compactMap { $0["issuer"].string }
      guard !issuers.isEmpty else { return }
      for path in [place, place + "/mcp"] {
        do throws(Failure) {
          try host.route("GET \(path)", .open) { exchange in answer(exchange, issuers) }
        } catch {
          host.log(.error, "who gives credentials cannot be told at \(path): \(error.message)")
        }
      }
    }
  }

  private static func answer(_ exchange: WebExchange, _ issuers: [String]) {
    var json = JSONWriter()
    json.beginObject()
    json.member(
      "resource", "\(exchange.isSecure ? "https" : "http")://\(exchange.header("host") ?? "localhost")/mcp")
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
