public import CPluginSDK

/// One request of an MCP client: a tool called, a resource read, a prompt got, an argument completed.
///
/// Valid as long as somebody holds it. It is answered by what the handler returns or throws; the task of the handler is
/// cancelled when nobody waits for the answer any more.
@Loop
public final class MCPCall {
  /// The call of the C headers.
  public nonisolated(unsafe) let raw: UnsafeMutablePointer<orch_mcp_call>  // constant; its functions check their thread
  private let host: Host

  init(_ raw: UnsafeMutablePointer<orch_mcp_call>, _ host: Host) {
    self.raw = raw
    self.host = host
    verbs.pointee.retain?(raw)
  }

  deinit { raw.pointee.v.pointee.release?(raw) }

  private var verbs: UnsafePointer<orch_mcp_call_verbs> { raw.pointee.v }

  // MARK: What is asked

  /// On whose behalf: for the calls that this one causes. They have its rights.
  public var context: Context? { verbs.pointee.ctx?(raw).map(Context.init) }

  /// The name of the tool or prompt, the URI that is read; of a completion the name of the argument.
  public var name: String { PluginKit.string(verbs.pointee.name?(raw) ?? emptyText) }

  /// All arguments as a JSON object.
  public var arguments: String { PluginKit.string(verbs.pointee.args?(raw) ?? emptyText) }

  /// The value of an argument, or of a place in a template: of a string its text, else its JSON.
  public func argument(_ name: String) -> String? { find(name, verbs.pointee.argument) }

  /// The value of an argument, which has to be there.
  public func string(_ name: String) throws(Failure) -> String {
    guard let value = argument(name) else { throw Failure(.invalidArgument, "the argument \"\(name)\" is missing") }
    return value
  }

  /// The value of an argument that is a whole number.
  public func int(_ name: String) -> Int? { argument(name).flatMap { Int($0) } }

  /// What the client can do, a JSON object with `elicitation`, `sampling`, `roots` …
  public var capabilities: String { PluginKit.string(verbs.pointee.capabilities?(raw) ?? emptyText) }

  // MARK: Rounds

  /// What ``MCPAnswer/ask(_:state:)`` was given in the round before; empty in the first one.
  public var state: String { PluginKit.string(verbs.pointee.state?(raw) ?? emptyText) }

  /// What the client has answered to a question; nil without an answer. It comes from outside: check it.
  public func reply(_ key: String) throws(Failure) -> JSONValue? {
    guard let text = find(key, verbs.pointee.reply) else { return nil }
    return try host.parse(text)
  }

  // MARK: On the way

  /// Severity of a log line for the client, as in RFC 5424.
  public enum LogLevel: UInt32, Sendable {
    case emergency = 0
    case alert, critical, error, warning, notice, info, debug
  }

  /// Says something about this call to a client that has asked for such lines. No secrets.
  ///
  /// - Parameter data: Any JSON.
  /// - Returns: ``Status/resourceExhausted`` when it was dropped because too much waits.
  @discardableResult
  public func log(_ level: LogLevel, _ data: borrowing some JSONText & ~Copyable, logger: String = "") -> Status {
    data.withJSON { data in
      logger.withText {
        Status(verbs.pointee.log?(raw, level.rawValue, $0, data.text) ?? Status.unimplemented.rawValue)
      }
    }
  }

  /// Says how far the call has come, to a client that has asked.
  ///
  /// - Parameters:
  ///   - progress: Grows with each report.
  ///   - total: 0 when nobody knows.
  @discardableResult
  public func report(_ progress: Double, of total: Double = 0, _ message: String = "") -> Status {
    message.withText {
      Status(verbs.pointee.progress?(raw, progress, total, $0) ?? Status.unimplemented.rawValue)
    }
  }

  // MARK: For PluginKit

  func whenCancelled(_ action: @escaping @Loop () -> Void) { verbs.pointee.on_cancel?(raw, loopTask(action)) }

  /// Answers as the handler says.
  func answer(_ answer: MCPAnswer) throws(Failure) {
    switch answer.kind {
    case .content(let pieces, let json, let isError):
      for piece in pieces { try check(piece.add(to: raw)) }
      try self.answer(json, isError: isError)
    case .questions(let questions, let state):
      let text = questions.isEmpty ? [] : Self.json(questions)
      let buffer = give(text)
      guard let ask = verbs.pointee.ask else {
        buffer.release?(buffer.owner)
        throw .missing(ORCH_EXT_MCP)
      }
      let status = state.withText { Status(ask(raw, buffer, $0)) }
      // The client has been told.
      if status != .failedPrecondition { try check(status) }
    }
  }

  func answer(_ json: [UInt8], isError: Bool = false) throws(Failure) {
    let buffer = give(json)
    guard let answer = verbs.pointee.answer else {
      buffer.release?(buffer.owner)
      throw .missing(ORCH_EXT_MCP)
    }
    try check(Status(answer(raw, buffer, isError ? UInt32(ORCH_MCP_IS_ERROR) : 0)))
  }

  func fail(_ failure: Failure) {
    failure.message.withText { message in
      failure.details.withText { details in
        _ = verbs.pointee.fail?(raw, failure.status.rawValue, message, details)
      }
    }
  }

  /// Nobody waiting is no failure.
  private func check(_ status: Status) throws(Failure) {
    if status == .ok || status == .cancelled { return }
    throw context?.failure ?? Failure(status, "the answer was refused")
  }

  private typealias Lookup =
    @convention(c) (UnsafeMutablePointer<orch_mcp_call>?, orch_str, UnsafeMutablePointer<orch_str>?) -> UInt8

  private func find(_ name: String, _ lookup: Lookup?) -> String? {
    var value = emptyText
    return name.withText { lookup?(raw, $0, &value) } == 1 ? PluginKit.string(value) : nil
  }

  private static func json(_ questions: [String: MCPQuestion]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (key, question) in questions.sorted(by: { $0.key < $1.key }) {
      writer.key(key)
      writer.beginObject()
      writer.key("method" as StaticString)
      writer.string("\(question.method)")
      if !question.parameters.isEmpty {
        writer.key("params" as StaticString)
        writer.raw(question.parameters)
      }
      writer.endObject()
    }
    writer.endObject()
    return Array(writer.bytes)
  }
}
