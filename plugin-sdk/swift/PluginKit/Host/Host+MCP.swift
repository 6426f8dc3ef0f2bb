import CPluginSDK

/// What answers a request of an MCP client.
public typealias MCPHandler = @Loop (MCPCall) async throws -> MCPAnswer

/// Proposes values of an argument, best first: ``MCPCall/name`` is the argument, ``MCPCall/argument(_:)`` of that name what
/// the user has typed; others are what he has chosen already.
public typealias MCPCompleter = @Loop (MCPCall) async throws -> [String]

/// What a tool does, for clients that ask their user before they call it.
public struct MCPHints: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Changes nothing.
  public static let readOnly = MCPHints(rawValue: 1)
  /// Takes away or overwrites what cannot be made again.
  public static let destructive = MCPHints(rawValue: 2)
  /// Twice is as good as once.
  public static let idempotent = MCPHints(rawValue: 4)
  /// Reaches beyond this host.
  public static let openWorld = MCPHints(rawValue: 8)
}

/// An argument of a prompt.
public struct MCPArgument: Sendable {
  let name: String
  let doc: String
  let isRequired: Bool

  public init(_ name: String, _ doc: String, optional: Bool = false) {
    self.name = name
    self.doc = doc
    isRequired = !optional
  }
}

/// A tool, resource, template or prompt. It lasts until ``remove()`` or until the plugin stops, whether or not this value
/// is kept.
public struct MCPItem: Sendable {
  let id: UInt64
  let host: Host

  /// Takes it away; clients are told.
  @Loop
  public func remove() { _ = host.tables.mcp?.pointee.remove?(host.raw, id) }
}

@Loop
extension Host {
  /// Adds a tool for MCP clients, for what no declared method can be: those are tools already.
  ///
  /// ```swift
  /// try host.tool("board_draw", "Draws the board.", hints: .readOnly) { call in
  ///   [.image(drawing(), type: "image/png")]
  /// }
  /// ```
  /// - Parameters:
  ///   - name: 1 to 48 of `[A-Za-z0-9_-]`.
  ///   - input: The JSON Schema of the arguments, of the type object. They are checked before the handler runs.
  ///   - output: The JSON Schema of ``MCPAnswer/structured(_:_:)``, which is then required.
  ///   - permission: A right that the caller must have; nil for what the hints say: read, write or destructive.
  @discardableResult
  public func tool(
    _ name: String, _ doc: String, title: String? = nil, input: String = #"{"type":"object"}"#, output: String? = nil,
    hints: MCPHints = [], permission: String? = nil, handler: @escaping MCPHandler
  ) throws(Failure) -> MCPItem {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("name", name)
    if let title { writer.member("title", title) }
    writer.member("description", doc)
    writer.key("inputSchema" as StaticString)
    writer.raw(input)
    if let output {
      writer.key("outputSchema" as StaticString)
      writer.raw(output)
    }
    writer.key("annotations" as StaticString)
    writer.beginObject()
    writer.member("readOnlyHint", hints.contains(.readOnly))
    writer.member("destructiveHint", hints.contains(.destructive))
    writer.member("idempotentHint", hints.contains(.idempotent))
    writer.member("openWorldHint", hints.contains(.openWorld))
    writer.endObject()
    writer.endObject()
    return try declare(ORCH_MCP_TOOL, writer, permission, handler, nil)
  }

  /// Adds a resource that MCP clients can read; ``updated(_:)`` tells when it has changed.
  ///
  /// - Parameter type: `text/plain` or so.
  @discardableResult
  public func resource(
    _ uri: String, name: String, _ doc: String, title: String? = nil, type: String = "text/plain",
    permission: String? = nil, handler: @escaping MCPHandler
  ) throws(Failure) -> MCPItem {
    try declare(
      ORCH_MCP_RESOURCE, Self.resource("uri", uri, name, doc, title, type), permission, handler, nil)
  }

  /// Adds resources whose URIs are made of a template (RFC 6570): `{x}` takes a segment of the path, `{+x}` the
  /// rest, `{?x,y}` pairs of the query.
  /// ``MCPCall/argument(_:)`` gives what stands there.
  @discardableResult
  public func resources(
    _ template: String, name: String, _ doc: String, title: String? = nil, type: String = "text/plain",
    permission: String? = nil, complete: MCPCompleter? = nil, handler: @escaping MCPHandler
  ) throws(Failure) -> MCPItem {
    try declare(
      ORCH_MCP_TEMPLATE, Self.resource("uriTemplate", template, name, doc, title, type), permission, handler, complete)
  }

  /// Adds a prompt. Its handler answers with the messages.
  @discardableResult
  public func prompt(
    _ name: String, _ doc: String, title: String? = nil, arguments: [MCPArgument] = [], permission: String? = nil,
    complete: MCPCompleter? = nil, handler: @escaping MCPHandler
  ) throws(Failure) -> MCPItem {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("name", name)
    if let title { writer.member("title", title) }
    writer.member("description", doc)
    writer.key("arguments" as StaticString)
    writer.beginArray()
    for argument in arguments {
      writer.beginObject()
      writer.member("name", argument.name)
      writer.member("description", argument.doc)
      writer.member("required", argument.isRequired)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return try declare(ORCH_MCP_PROMPT, writer, permission, handler, complete)
  }

  /// Says that what can be read at a URI of this plugin has changed. Costs little when nobody has subscribed to it.
  public func updated(_ uri: String) { uri.withText { tables.mcp?.pointee.updated?(raw, $0) } }

  /// Whether some client has subscribed to a URI; without one, to any.
  public func isWatched(_ uri: String = "") -> Bool {
    uri.withText { tables.mcp?.pointee.is_watched?(raw, $0) } == 1
  }

  private static func resource(
    _ key: StaticString, _ uri: String, _ name: String, _ doc: String, _ title: String?, _ type: String
  ) -> JSONWriter {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member(key, uri)
    writer.member("name", name)
    if let title { writer.member("title", title) }
    writer.member("description", doc)
    writer.member("mimeType", type)
    writer.endObject()
    return writer
  }

  private func declare(
    _ kind: Int, _ declaration: borrowing JSONWriter, _ permission: String?, _ handler: @escaping MCPHandler,
    _ completer: MCPCompleter?
  ) throws(Failure) -> MCPItem {
    guard let add = tables.mcp?.pointee.add else { throw .missing(ORCH_EXT_MCP) }
    let answering = Answering(host: self, run: handler, complete: completer)
    let callback = orch_mcp_handler(
      run: Answering.run, complete: completer == nil ? nil : Answering.complete,
      ud: Unmanaged.passRetained(answering).toOpaque(), release: releaseObject)
    var id: UInt64 = 0
    let status = permission.withText { permission in
      add(raw, nil, UInt32(kind), declaration.bytes.text, permission, callback, &id)
    }
    try Failure.check(status, "the declaration \(declaration.text) was refused; the log has the reason")
    return MCPItem(id: id, host: self)
  }
}

/// The handlers of a declaration, and what the host calls.
@Loop
private final class Answering {
  private let host: Host
  private let run: MCPHandler
  private let complete: MCPCompleter?

  init(host: Host, run: @escaping MCPHandler, complete: MCPCompleter?) {
    self.host = host
    self.run = run
    self.complete = complete
  }

  static let run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_mcp_call>?) -> Void = {
    me, call in
    guard let me, let call else { return }
    let answering = Unmanaged<Answering>.fromOpaque(me).takeUnretainedValue()
    answering.start(MCPCall(call, answering.host)) { [run = answering.run] call in
      try call.answer(try await run(call))
    }
  }

  static let complete: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_mcp_call>?) -> Void = {
    me, call in
    guard let me, let call else { return }
    let answering = Unmanaged<Answering>.fromOpaque(me).takeUnretainedValue()
    answering.start(MCPCall(call, answering.host)) { [complete = answering.complete] call in
      let values = try await complete?(call) ?? []
      var writer = JSONWriter()
      writer.beginArray()
      for value in values { writer.string(value) }
      writer.endArray()
      try call.answer(Array(writer.bytes))
    }
  }

  private func start(_ call: MCPCall, _ body: @escaping @Loop (MCPCall) async throws -> Void) {
    let host = host
    var isFinished = false
    let task = Loop.task {
      do { try await body(call) } catch { call.fail(host.failure(for: error)) }
      isFinished = true
    }
    // Most handlers are through by now and need no way to be cancelled.
    if !isFinished { call.whenCancelled { task.cancel() } }
  }
}
