public import CPluginSDK
import PluginKit

/// The one symbol that the library exports.
@c(orch_plugin_storage) @Loop
public func storageEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Storage.entry(host)
}
