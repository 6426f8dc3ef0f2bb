public import CPluginSDK
import PluginKit

/// The entry that the host looks for.
@c(orch_plugin_metrics) @Loop
public func metricsEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  MetricsPlugin.entry(host)
}
