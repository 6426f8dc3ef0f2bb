import CPluginSDK

/// A plugin that takes another configuration while it runs (`orchestron.reconfigure/1`).
///
/// The schema marks what may change so with `"x-runtime": true` on a property; of an object, with all below it. Everything
/// else takes a restart, and is here as `init` got it.
public protocol Reconfigurable: Plugin {
  /// Takes another configuration, at once.
  ///
  /// Whoever throws keeps the old one; the sentence is told to whoever wants the change. When another plugin refuses the
  /// same change, the old configuration comes by a second call.
  ///
  /// - Parameter config: The whole configuration, validated, with defaults.
  func reconfigure(_ config: JSONValue) throws
}

@Loop
extension Life {
  /// The table of every plugin that is ``Reconfigurable``.
  static let reconfigureTable = Descriptor.constant(
    orch_reconfigure(
      size: UInt32(MemoryLayout<orch_reconfigure>.size), reserved: 0,
      reconfigure: { pointer, context, config in
        guard let instance = Instance.from(pointer), let plugin = instance.plugin as? any Reconfigurable else {
          return Status.internal.rawValue
        }
        return Life.report(to: context) { try plugin.reconfigure(try instance.host.parse(bytes(of: config))) }
      }))
}
