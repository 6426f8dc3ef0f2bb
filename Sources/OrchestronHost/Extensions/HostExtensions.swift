import CHost

extension Host {
  /// The function table of an extension: the host's own first, then those of the plugins that the asking one needs.
  func extensionTable(_ id: String, for plugin: Plugin) -> UnsafeRawPointer? {
    if let table = HostExtensions.tables[id] {
      if let permission = table.permission, !plugin.manifest.permissions.contains(permission) {
        log.warn(
          "plugin \"\(plugin.id)\" asks for \"\(id)\" without the permission \"\(permission)\" in its plugin.json",
          plugin: plugin.id)
        return nil
      }
      return table.pointer
    }
    let needs = Set(plugin.manifest.requires.keys).union(plugin.manifest.optional.keys)
    let providers = Set(needs.compactMap { registry.service(named: $0)?.plugin.id })
    for provider in lifecycle.plugins where providers.contains(provider.id) {
      if let table = provider.extensionTable(id) { return table }
    }
    return nil
  }
}

extension Plugin {
  /// The function table of an extension that this plugin provides, or nil.
  func extensionTable(_ id: String) -> UnsafeRawPointer? {
    guard isCreated, let descriptor, descriptor.pointee.extension != nil else { return nil }
    var table: UnsafeRawPointer?
    _ = enter("extension") { chost_extension(descriptor, instance, id, &table, $0) }
    return table
  }
}

/// The extensions that the host offers, by id.
enum HostExtensions {
  struct Table {
    let pointer: UnsafeRawPointer
    /// The permission that plugin.json must ask for.
    var permission: String?

    /// A constant table, never freed.
    init<T>(_ table: T, permission: String? = nil) {
      let pointer = UnsafeMutablePointer<T>.allocate(capacity: 1)
      pointer.initialize(to: table)
      self.pointer = UnsafeRawPointer(pointer)
      self.permission = permission
    }
  }

  /// Constant tables of constant functions.
  nonisolated(unsafe) static let tables: [String: Table] = [
    ORCH_EXT_ACTOR: Table(actor, permission: "act-as"),
    ORCH_EXT_EVENT_LOG: Table(eventLog),
    ORCH_EXT_FS_WATCH: Table(fileWatch),
    ORCH_EXT_HTTP_CLIENT: Table(httpClient),
    ORCH_EXT_HTTP_ROUTES: Table(httpRoutes),
    ORCH_EXT_HTTP_SERVER: Table(httpServer, permission: "act-as"),
    ORCH_EXT_JSON: Table(json),
    ORCH_EXT_LOOP: Table(loop),
    ORCH_EXT_MCP: Table(mcp),
    ORCH_EXT_MCP_SERVER: Table(mcpServer, permission: "act-as"),
    ORCH_EXT_METRICS: Table(metrics),
    ORCH_EXT_METRICS_READER: Table(metricsReader, permission: "read-metrics"),
    ORCH_EXT_PROGRESS: Table(progress),
    ORCH_EXT_SPAWN: Table(spawn, permission: "spawn"),
    ORCH_EXT_STATE: Table(state),
    ORCH_EXT_TIMER: Table(timer),
    ORCH_EXT_TRACE_READER: Table(traceReader, permission: "read-traces"),
    ORCH_EXT_TRACING: Table(tracing),
    ORCH_EXT_WORK: Table(work),
  ]

  typealias HostPointer = UnsafeMutablePointer<orch_host>?
  typealias ContextPointer = UnsafeMutablePointer<orch_ctx>?
}
