import MCPProtocol
import PluginKit

extension Envelope {
  /// What this server says of itself.
  static let serverInfo = implementation(version: MCPPlugin.version)
  private static let meta = #"{"\#(MetaKey.serverInfo)":\#(serverInfo)}"#

  /// An answer. Modern ones say of which type they are, and by whom.
  ///
  /// - Parameters:
  ///   - type: `complete`, `input_required`, or that of an extension.
  ///   - tag: Of the answer that ends a subscription: its id.
  ///   - body: Writes members of the result.
  static func result(
    _ id: RequestID, _ era: Era, type: String = "complete", tag: RequestID? = nil, _ body: Writing
  ) -> [UInt8] {
    result(id) { json in
      if era.isModern { json.member("resultType", type) }
      body(&json)
      guard era.isModern else { return }
      json.key("_meta")
      guard let tag else { return json.raw(meta) }
      json.beginObject()
      json.key(MetaKey.serverInfo)
      json.raw(serverInfo)
      json.key(MetaKey.subscriptionID)
      tag.write(to: &json)
      json.endObject()
    }
  }
}
