public import CPluginSDK
import PluginKit

@c(orch_plugin_mcp_client) @Loop
public func mcpClientEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  MCPClient.entry(host)
}
