import MCPProtocol
import PluginKit

extension Envelope {
  /// What we say of ourselves.
  static let clientInfo = implementation(version: MCPClient.version)

  /// A request as the rules of its era have it.
  ///
  /// - Parameters:
  ///   - wantsProgress: Whether the server may tell how far it is; the token is the id.
  ///   - trace: W3C traceparent, or the empty string.
  ///   - params: Writes members of the parameters.
  static func request(
    _ id: RequestID, _ method: String, _ era: Era, wantsProgress: Bool = false, trace: String = "", _ params: Writing
  ) -> [UInt8] {
    request(id, method) { json in
      params(&json)
      guard era.isModern || wantsProgress else { return }
      json.key("_meta")
      json.beginObject()
      if era.isModern {
        json.key(MetaKey.protocolVersion)
        json.string(era.version)
        json.key(MetaKey.clientCapabilities)
        json.raw("{}")
        json.key(MetaKey.clientInfo)
        json.raw(clientInfo)
        if !trace.isEmpty { json.member("traceparent", trace) }
      }
      if wantsProgress {
        json.key(MetaKey.progressToken)
        id.write(to: &json)
      }
      json.endObject()
    }
  }
}
