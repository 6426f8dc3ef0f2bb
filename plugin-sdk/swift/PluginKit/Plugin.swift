public import CPluginSDK

/// A plugin: one final class, which lives on the host's loop.
///
/// ```swift
/// final class Greeter: Plugin {
///   static let id = "greeter"
///   static let version = "1.0.0"
///   static var services: [Service<Greeter>] {
///     [
///       Service("greeter", version: "1.0.0", doc: "Greets people.") {
///         Method("greet", [.read, .answersNow], doc: "Greets.", parameters: [.string("name", "Whom")], result: .string) {
///           greeter, call in
///           var json = JSONWriter()
///           json.string("Hello, \(try call.string("name"))!")
///           call.answer(json)
///         }
///       }
///     ]
///   }
///   init(host: Host, config: JSONValue) throws {}
/// }
///
/// @c(orch_plugin_greeter) @Loop
/// public func greeterEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
///   Greeter.entry(host)
/// }
/// ```
/// The entry function must be `public`, or the release build drops it, and therefore `public import CPluginSDK`.
///
/// The life of an instance is `init → start → (health …) → drain → stop → deinit`, all on the loop. Nothing may run longer
/// than 10 ms there; blocking work belongs to ``Host/work(_:)``.
@Loop
public protocol Plugin: AnyObject, Sendable {
  /// The id of plugin.json: lower case letters, digits and `-`.
  static var id: String { get }
  /// The semantic version of plugin.json.
  static var version: String { get }
  /// What the plugin offers. Read once.
  static var services: [Service<Self>] { get }
  /// On which topics the plugin publishes. Read once.
  static var topics: [Topic] { get }

  /// Makes an instance, fast and without waiting.
  ///
  /// - Parameters:
  ///   - host: What the host does for this instance; keep it.
  ///   - config: The validated configuration, an object.
  init(host: Host, config: JSONValue) throws

  /// Begins to work: everything that the plugin requires is started.
  func start() async throws

  /// How it goes: throws the reason when the plugin is degraded.
  func health() throws

  /// New work no longer comes; finishes what is under way, within the milliseconds given.
  func drain(within milliseconds: Int64) async throws

  /// Ends all work. Registrations are undone by the host afterwards.
  func stop() async throws

  /// The bytes that the next generation finds in ``Host/previousState``.
  func save() throws -> [UInt8]

  /// The table of an extension that this plugin provides, or nil. The `self` that its functions receive is for
  /// ``from(_:)``.
  func extensionTable(_ id: String) -> UnsafeRawPointer?
}

extension Plugin {
  public static var services: [Service<Self>] { [] }
  public static var topics: [Topic] { [] }
  public func start() async throws {}
  public func health() throws {}
  public func drain(within milliseconds: Int64) async throws {}
  public func stop() async throws {}
  public func save() throws -> [UInt8] { [] }
  public func extensionTable(_ id: String) -> UnsafeRawPointer? { nil }

  /// The plugin's descriptor, for its entry function. [loop-thread]
  ///
  /// - Parameter host: The host as this plugin sees it; nil when somebody only wants to read the declarations.
  public static func entry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
    Registry.descriptor(of: self, host)
  }

  /// The plugin behind the `self` pointer that C functions receive: native methods, functions of an extension's table.
  /// Nil for nil.
  nonisolated public static func from(_ pointer: UnsafeMutableRawPointer?) -> Self? {
    guard let plugin = Instance.from(pointer)?.plugin, type(of: plugin) == Self.self else { return nil }
    return unsafeDowncast(plugin, to: Self.self)
  }
}
