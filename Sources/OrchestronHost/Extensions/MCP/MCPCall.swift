import CHost
import Glibc

/// The call that a plugin gets for a request of an MCP client. It gathers the answer, checks it and hands it to the server.
///
/// The server never sees a function of the plugin, and the plugin never one of the server: each may end at any time.
final class MCPCall {
  enum Purpose { case run, complete }

  let item: MCPDeclarations.Item
  let purpose: Purpose
  private let request: UnsafeMutablePointer<orch_mcp_request>
  private let handle: UnsafeMutablePointer<chost_handle>
  let context: UnsafeMutablePointer<orch_ctx>
  let name: orch_str
  let capabilities: orch_str
  let state: orch_str
  /// The arguments as a JSON object, and the values that the plugin has asked for.
  let arguments: Text
  private let argumentValues = JSONDocument()
  private var replies: JSONDocument?
  private var lentTexts: [Text] = []
  private var content = MCPContent()
  private var progress = -Double.infinity
  private var onCancel: LentTask?
  private(set) var isAnswered = false

  /// - Parameters:
  ///   - request: The server's. It is held as long as this object.
  ///   - arguments: A JSON object, which has been checked.
  init(
    _ request: UnsafeMutablePointer<orch_mcp_request>, to item: MCPDeclarations.Item, _ purpose: Purpose,
    context: UnsafeMutablePointer<orch_ctx>, arguments: String
  ) {
    self.item = item
    self.purpose = purpose
    self.request = request
    self.context = context
    self.arguments = Text(arguments)
    let verbs = request.pointee.v.pointee
    name = verbs.name?(request) ?? .empty
    capabilities = verbs.capabilities?(request) ?? .empty
    state = verbs.state?(request) ?? .empty
    handle = .allocate(capacity: 1)
    handle.initialize(to: chost_handle(v: UnsafeRawPointer(MCPCall.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
    // It was written by the host.
    try? argumentValues.parse(self.arguments.str.bytes)
    if let text = verbs.replies?(request), text.n > 0 {
      let document = JSONDocument()
      if (try? document.parse(text.bytes)) != nil { replies = document }
    }
    verbs.retain?(request)
  }

  deinit {
    item.remove(self)
    let isCancelled = onCancel?.didRun == true
    onCancel?.drop()
    if !isAnswered {
      if !isCancelled { item.plugin.fault("the \(item.words) let go of a call without an answer") }
      tell(Failure(.internal, "the \(item.words) has not answered"))
    }
    request.pointee.v.pointee.release?(request)
    handle.deallocate()
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_mcp_call> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_mcp_call.self)
  }

  private var verbs: orch_mcp_request_verbs { request.pointee.v.pointee }

  /// The handler has returned, and has answered, kept this object, or let go of it.
  func handlerDidReturn() {
    if isAnswered { return }
    if item.isOver { itemDidEnd() } else { item.add(self) }
  }

  /// What was called ends, and with it all that it has given.
  func itemDidEnd() {
    onCancel?.drop()
    onCancel = nil
    if isAnswered { return }
    _ = finish { tell(Failure(.unavailable, "plugin \"\(item.plugin.id)\" has stopped; try again later")) }
  }

  // MARK: What it is about

  /// The value of an argument: of a string its text, else its JSON.
  func argument(_ name: UnsafeRawBufferPointer) -> orch_str? {
    guard let value = argumentValues.root[name], !value.isNull else { return nil }
    if let text = value.stringBytes { return orch_str(bytes: text) }
    return lend(value.text)
  }

  func reply(_ key: UnsafeRawBufferPointer) -> orch_str? {
    guard let value = replies?.root[key], !value.isNull else { return nil }
    return lend(value.text)
  }

  private func lend(_ text: String) -> orch_str {
    let text = Text(text)
    lentTexts.append(text)
    return text.str
  }

  // MARK: Answers

  func add(_ piece: orch_mcp_content) throws(Failure) {
    guard !isAnswered else { throw answered }
    guard purpose == .run else { throw Failure(.invalidArgument, "a completion has no content") }
    try content.add(piece, to: item.declaration, uri: name, in: item.plugin.host.answerDocument)
  }

  /// Answers with what was added and a JSON text, which may be empty.
  func answer(_ json: UnsafeRawBufferPointer, isError: Bool) throws(Failure) -> orch_status {
    guard !isAnswered else { throw answered }
    var writer = JSONWriter(capacity: content.bytes.count + json.count + 64)
    do throws(Failure) { try write(json, isError: isError, to: &writer) } catch {
      // The client is told what it can use; the author reads the rest in the log.
      if error.status == .notFound { return finish { tell(error) } }
      item.plugin.fault(error.message)
      _ = finish { tell(Failure(.internal, error.message)) }
      throw error
    }
    let length = writer.count
    let bytes = writer.detach()
    let result = orch_buf(
      p: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), n: length, release: { free($0) },
      owner: bytes.baseAddress)
    return finish { verbs.answer?(request, result) ?? Status.unimplemented.rawValue }
  }

  func fail(_ failure: Failure) throws(Failure) -> orch_status {
    guard !isAnswered else { throw answered }
    return finish { tell(failure) }
  }

  /// Asks the client: `questions` is a JSON object or empty.
  func ask(_ questions: UnsafeRawBufferPointer, state: orch_str) throws(Failure) -> orch_status {
    guard !isAnswered else { throw answered }
    let checked = try MCPQuestions(questions, state: state, of: item, purpose)
    if let lacking = checked.lacking(in: capabilities) {
      let failure = Failure(
        .failedPrecondition, "\(item.words) has to ask the client for \(lacking.word), which it has not declared",
        details: ["requiredCapabilities": lacking.capabilities])
      _ = finish { tell(failure) }
      throw failure
    }
    let text = orch_buf.copying(checked.text)
    return finish { verbs.ask?(request, text, state) ?? Status.unimplemented.rawValue }
  }

  private var answered: Failure { Failure(.failedPrecondition, "the \(item.words) has answered this call already") }

  private func finish(_ answer: () -> orch_status) -> orch_status {
    isAnswered = true
    onCancel?.drop()
    onCancel = nil
    item.remove(self)
    return answer()
  }

  @discardableResult
  private func tell(_ failure: Failure) -> orch_status {
    orch_str.with(failure.message) { message in
      orch_str.with(failure.details?.text ?? "") { details in
        verbs.fail?(request, failure.status.rawValue, message, details) ?? Status.unimplemented.rawValue
      }
    }
  }

  // MARK: On the way

  func log(_ level: UInt32, _ logger: orch_str, _ data: UnsafeRawBufferPointer) throws(Failure) -> orch_status {
    guard !isAnswered else { return Status.cancelled.rawValue }
    guard level <= UInt32(ORCH_MCP_DEBUG), logger.bytes.isUTF8 else {
      throw Failure(.invalidArgument, "a log line needs a level from 0 to 7, and a logger in UTF-8")
    }
    let text = try MCPCall.line(data, "the data of a log line", in: item.plugin.host.answerDocument)
    return orch_str.with(text) { verbs.log?(request, level, logger, $0) ?? Status.unimplemented.rawValue }
  }

  func report(_ progress: Double, of total: Double, _ message: orch_str) throws(Failure) -> orch_status {
    guard !isAnswered else { return Status.cancelled.rawValue }
    guard progress.isFinite, total.isFinite, progress > self.progress, message.bytes.isUTF8 else {
      throw Failure(.outOfRange, "the progress of \(item.words) must be a number that grows with each report")
    }
    self.progress = progress
    return verbs.progress?(request, progress, total, message) ?? Status.unimplemented.rawValue
  }

  /// Calls a task when nobody waits any more.
  func onCancel(_ task: orch_task) {
    guard !isAnswered, let wait = verbs.on_cancel else { return item.plugin.release(task) }
    let lent = LentTask(task, of: item.plugin, item.name)
    onCancel?.drop()
    onCancel = lent
    wait(request, lent.task())
  }

  /// A JSON text as one line.
  static func line(
    _ json: UnsafeRawBufferPointer, _ what: String, in document: JSONDocument
  ) throws(Failure) -> String {
    do throws(JSONError) { try document.parse(json) } catch {
      throw Failure(.invalidArgument, "\(what) is not valid JSON: \(error.message)")
    }
    return document.root.text
  }
}

// MARK: - Results

extension MCPCall {
  private func write(_ json: UnsafeRawBufferPointer, isError: Bool, to writer: inout JSONWriter) throws(Failure) {
    let document = item.plugin.host.answerDocument
    if json.count > 0 {
      do throws(JSONError) { try document.parse(json, duplicateKeys: .refused) } catch {
        throw Failure(.invalidArgument, "\(item.words) answered what is not valid JSON: \(error.message)")
      }
    }
    let value = json.count > 0 ? document.root : nil
    writer.beginObject()
    switch (purpose, item.declaration.kind) {
    case (.complete, _): try writeCompletion(value, to: &writer)
    case (.run, .tool): try writeTool(value, isError: isError, to: &writer)
    case (.run, .prompt):
      if let value {
        guard let description = value.stringBytes else {
          throw Failure(.invalidArgument, "\(item.words) answered with a description that is no string")
        }
        writer.key("description")
        writer.string(utf8: description)
      }
      pieces("messages", to: &writer)
    case (.run, .resource), (.run, .template):
      guard value == nil else {
        throw Failure(.invalidArgument, "\(item.words) answered with JSON: add it as a piece of content")
      }
      guard content.count > 0 else { throw Failure(.notFound, "there is no resource \(name.string.quoted)") }
      pieces("contents", to: &writer)
    }
    writer.endObject()
  }

  private func pieces(_ key: String, to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    if content.count > 0 { writer.raw(content.bytes) }
    writer.endArray()
  }

  private func writeTool(_ value: JSONElement?, isError: Bool, to writer: inout JSONWriter) throws(Failure) {
    if let output = item.declaration.output, !isError {
      guard let value else {
        throw Failure(.invalidArgument, "\(item.words) has an outputSchema, and answered without a structured result")
      }
      if let violation = output.validate(value).first {
        throw Failure(
          .invalidArgument, "\(item.words) answered what its outputSchema does not allow: \(violation.description)")
      }
    }
    let text = value?.text
    if let text, content.count == 0 { orch_str.with(text) { content.add(text: $0.bytes) } }
    pieces("content", to: &writer)
    if let text {
      writer.key("structuredContent")
      orch_str.with(text) { writer.raw($0.bytes) }
    }
    if isError {
      writer.key("isError")
      writer.bool(true)
    }
  }

  private func writeCompletion(_ value: JSONElement?, to writer: inout JSONWriter) throws(Failure) {
    let list = value?.kind == .object ? value?["values"] : value
    let isList = list.map { $0.kind == .array && $0.elements.allSatisfy { $0.stringBytes != nil } } ?? true
    guard isList else {
      throw Failure(.invalidArgument, "\(item.words) proposed what is no array of strings")
    }
    let values = list.map { Array($0.elements) } ?? []
    writer.key("completion")
    writer.beginObject()
    writer.key("values")
    writer.beginArray()
    for value in values.prefix(MCPCall.mostValues) { writer.element(value) }
    writer.endArray()
    let isWhole = value?.kind != .object && values.count <= MCPCall.mostValues
    writer.key("total")
    writer.int(max(value?["total"]?.int ?? Int64(values.count), Int64(values.count)))
    writer.key("hasMore")
    writer.bool(!isWhole && (value?["hasMore"]?.bool ?? (values.count > MCPCall.mostValues)))
    writer.endObject()
  }

  /// The most values that a completion may have.
  private static let mostValues = 100
}
