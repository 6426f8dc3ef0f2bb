public import CPluginSDK
import PluginKit

/// The one symbol of this library. The host calls it first and gets the plugin's descriptor.
@c(orch_plugin_http) @Loop
public func httpPluginEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  WebPlugin.entry(host)
}
