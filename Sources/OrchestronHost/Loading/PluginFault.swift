/// Why a plugin, or a folder of plugins, cannot be used: found before any of its code runs.
///
/// A fault is a value as well as an error: discovery collects faults and goes on with the other plugins.
public struct PluginFault: Error, Sendable, Equatable {
  /// The file or folder at fault.
  public let path: String
  /// What is wrong and what to do about it, without the path.
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

extension PluginFault: CustomStringConvertible {
  /// One sentence for users and logs: `PATH: REASON`.
  public var description: String { "\(path): \(reason)" }
}
