public import CPluginSDK
import PluginKit

/// The entry that the host looks for.
@c(orch_plugin_mcp) @Loop
public func mcpEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  MCPPlugin.entry(host)
}
