public import CPluginSDK

/// What the host does for one plugin instance.
///
/// Functions marked `@Loop` belong to the loop thread, all others may be used from any thread. The host stays valid until
/// the process ends.
public final class Host: Sendable {
  /// The host of the C headers.
  public nonisolated(unsafe) let raw: UnsafeMutablePointer<orch_host>  // constant; its functions check their thread
  /// What ``Plugin/save()`` of the previous generation gave; empty for the first.
  public let previousState: [UInt8]
  let tables: ExtensionTables

  @Loop
  init(_ raw: UnsafeMutablePointer<orch_host>, previousState: [UInt8]) {
    self.raw = raw
    self.previousState = previousState
    tables = ExtensionTables(raw)
  }

  @inlinable
  var verbs: UnsafePointer<orch_host_verbs> { raw.pointee.v }

  /// Facts about the host and this plugin's place in it.
  public struct Info: Sendable {
    /// The host checks threads and tells plugin faults loudly.
    public let isDebug: Bool
    /// The semantic version of the host.
    public let version: String
    public let pluginID: String
    /// The folder of plugin.json: for assets, read only.
    public let pluginDirectory: String
    /// The host's storage folder.
    public let storageDirectory: String
  }

  /// Asks for the facts. [any-thread]
  public var info: Info {
    var info = orch_host_info()
    info.size = UInt32(MemoryLayout<orch_host_info>.size)
    verbs.pointee.info?(raw, &info)
    return Info(
      isDebug: info.debug != 0, version: string(info.version), pluginID: string(info.plugin_id),
      pluginDirectory: string(info.plugin_dir), storageDirectory: string(info.storage_dir))
  }

  // MARK: Log

  /// Severity of a log line; the numbers are pino's.
  public enum LogLevel: UInt32, Sendable {
    case trace = 10
    case debug = 20
    case info = 30
    case warn = 40
    case error = 50
  }

  /// Writes a log line. [any-thread]
  public func log(_ level: LogLevel, _ message: String) {
    message.withText { verbs.pointee.log?(raw, level.rawValue, $0, emptyText) }
  }

  /// Writes a log line. `fields` is a JSON object. [any-thread]
  public func log(_ level: LogLevel, _ message: String, fields: borrowing some JSONText & ~Copyable) {
    message.withText { message in
      fields.withJSON { verbs.pointee.log?(raw, level.rawValue, message, $0.text) }
    }
  }

  // MARK: Loop

  /// Runs `action` on the loop, never before this returns. [any-thread]
  public func post(_ action: @escaping @Loop () -> Void) {
    verbs.pointee.post?(raw, loopTask(action))
  }

  // MARK: Extensions

  /// The function table of an extension, of the host or of a plugin in `requires` or `optional`; nil is a normal answer.
  ///
  /// ```swift
  /// let loop = host.extension(ORCH_EXT_LOOP, as: orch_loop.self)
  /// ```
  /// - Parameter type: The struct of the table, which begins with its size. A table that is smaller counts as absent.
  @Loop
  public func `extension`<Table>(_ id: String, as type: Table.Type = Table.self) -> UnsafePointer<Table>? {
    ExtensionTables.find(id, raw)
  }

  /// Adds a service at run time; the host removes it at stop at the latest. Its declaration stays in memory for ever.
  @Loop
  public func add<P: Plugin>(_ service: Service<P>) throws(Failure) {
    let declaration = Descriptor.constant(Descriptor.service(service))
    try Failure.check(
      verbs.pointee.add_service?(raw, nil, declaration), "the service \"\(service.name)\" could not be added")
  }

  /// Removes a service that was added with ``add(_:)``.
  @Loop
  public func removeService(_ name: String) throws(Failure) {
    try Failure.check(
      verbs.pointee.remove_service?(raw, name), "the service \"\(name)\" could not be removed")
  }

  // MARK: JSON

  /// Parses a JSON text with the host's parser; the text is copied.
  ///
  /// - Throws: ``Status/invalidArgument`` with the place and the reason.
  public func parse(_ json: borrowing some JSONText & ~Copyable) throws(Failure) -> JSONValue {
    guard let parser = tables.json else { throw .missing(ORCH_EXT_JSON) }
    let parsed: Result<JSONDocument, Failure> = json.withJSON { bytes in
      Result { () throws(Failure) in try JSONDocument(bytes, with: parser) }
    }
    return JSONValue(root: try parsed.get())
  }

  // MARK: For PluginKit

  /// Completes a step of the life cycle.
  func done(_ token: UInt64, _ failure: Failure?) {
    (failure?.message ?? "").withText { message in
      _ = verbs.pointee.done?(raw, token, failure?.status.rawValue ?? Status.ok.rawValue, message)
    }
  }

  /// The failure that the world sees for an error; the log gets what is not told.
  func failure(for error: any Error) -> Failure {
    if let failure = Failure(error) { return failure }
    log(.error, "an error of type \(type(of: error)) reached PluginKit: \(error)")
    return Failure(hiding: error)
  }

  /// Answers with what a handler threw.
  func answer(_ call: Call, _ error: any Error) {
    call.fail(failure(for: error))
  }
}

/// The tables of the extensions that PluginKit uses itself, looked up once.
struct ExtensionTables: @unchecked Sendable {  // constants of the process; their functions check their thread
  let json: UnsafePointer<orch_json>?
  let timer: UnsafePointer<orch_timer>?
  let work: UnsafePointer<orch_work>?
  let metrics: UnsafePointer<orch_metrics>?
  let progress: UnsafePointer<orch_progress>?
  let state: UnsafePointer<orch_state>?
  let eventLog: UnsafePointer<orch_event_log>?
  let fileWatch: UnsafePointer<orch_fs_watch>?
  let httpRoutes: UnsafePointer<orch_http_routes>?
  let httpClient: UnsafePointer<orch_http_client>?
  let mcp: UnsafePointer<orch_mcp>?
  let tracing: UnsafePointer<orch_tracing>?

  @Loop
  init(_ host: UnsafeMutablePointer<orch_host>) {
    json = Self.find(ORCH_EXT_JSON, host)
    timer = Self.find(ORCH_EXT_TIMER, host)
    work = Self.find(ORCH_EXT_WORK, host)
    metrics = Self.find(ORCH_EXT_METRICS, host)
    progress = Self.find(ORCH_EXT_PROGRESS, host)
    state = Self.find(ORCH_EXT_STATE, host)
    eventLog = Self.find(ORCH_EXT_EVENT_LOG, host)
    fileWatch = Self.find(ORCH_EXT_FS_WATCH, host)
    httpRoutes = Self.find(ORCH_EXT_HTTP_ROUTES, host)
    httpClient = Self.find(ORCH_EXT_HTTP_CLIENT, host)
    mcp = Self.find(ORCH_EXT_MCP, host)
    tracing = Self.find(ORCH_EXT_TRACING, host)
  }

  @Loop
  static func find<Table>(_ id: String, _ host: UnsafeMutablePointer<orch_host>) -> UnsafePointer<Table>? {
    guard let table = host.pointee.v.pointee.extension?(host, id),
      table.load(as: UInt32.self) >= MemoryLayout<Table>.size
    else { return nil }
    return table.assumingMemoryBound(to: Table.self)
  }
}

extension Failure {
  static func missing(_ extension: String) -> Failure {
    Failure(.unimplemented, "this host does not offer the extension \"\(`extension`)\"")
  }
}
