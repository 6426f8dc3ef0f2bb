/// Members of `_meta` that the protocol has named.
public enum MetaKey {
  public static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
  public static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
  public static let clientInfo = "io.modelcontextprotocol/clientInfo"
  public static let serverInfo = "io.modelcontextprotocol/serverInfo"
  public static let logLevel = "io.modelcontextprotocol/logLevel"
  public static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
  public static let progressToken = "progressToken"
}
