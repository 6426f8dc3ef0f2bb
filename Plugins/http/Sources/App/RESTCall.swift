import PluginKit

/// A call that answers an HTTP request.
final class RESTCall: HostCall {
  /// The method of a route; nil when the method was named in the path.
  let declaration: Declaration?
  let preferences: Preferences
  private let exchange: HTTPExchange
  private var selection: FieldSelection?
  private var format = StreamFormat.ndjson
  /// Bytes of chunks that were written and wait for the client before they are credited.
  private var owed = 0
  /// Whether the request holds only for a revision.
  private var isConditional = false

  init(_ exchange: HTTPExchange, _ declaration: Declaration?) {
    self.exchange = exchange
    self.declaration = declaration
    preferences = Preferences(exchange)
  }

  // MARK: Arguments

  /// Appends the arguments of the request as one JSON object.
  func writeArguments(
    path: [Bytes], with writer: inout ArgumentWriter, to output: inout ByteBuffer
  ) throws(Problem) {
    let owners = try headerArguments()
    let query = exchange.query
    if let declaration, !path.isEmpty || !query.isEmpty || !owners.isEmpty {
      let headers = owners.map { (name: $0.name, value: $0.value.bytes) }
      // The bytes belong to their owners, which nothing else keeps until they are written.
      defer { withExtendedLifetime(owners) {} }
      try writer.write(
        declaration, path: path, headers: headers, query: query, body: exchange.body, to: &output)
      selection = try writer.fields.map { names throws(Problem) in try FieldSelection(names, of: declaration) }
      return
    }
    let body = exchange.body
    if body.isEmpty { return output.append("{}") }
    do throws(JSONTextError) {
      let value = try JSONText.value(of: body)
      guard value.first == UInt8(ascii: "{") else { throw JSONTextError(offset: 0, reason: "expected an object") }
      output.append(value)
    } catch {
      throw Problem(.invalidArgument, "The body must be a JSON object: \(error.message)")
    }
  }

  /// The arguments that come as headers: `If-Match` is the argument `revision`, `Idempotency-Key` is `idempotencyKey`,
  /// for methods that declare them.
  private func headerArguments() throws(Problem) -> [(name: String, value: SharedBytes)] {
    guard let declaration else { return [] }
    var arguments: [(name: String, value: SharedBytes)] = []
    if let text = exchange.header("if-match"), !text.equals("*") {
      guard declaration.takesRevision else {
        throw Problem(.invalidArgument, "\(declaration.fullName) takes no If-Match: it does not check the revision.")
      }
      guard let tag = EntityTag(text) else {
        throw Problem(.invalidArgument, "If-Match must be one ETag of this server, such as \"7\".")
      }
      guard !tag.isWeak, let revision = Int(tag.opaque.text) else {
        let detail = "No revision has the ETag \(text.text): If-Match takes those of this server, without W/."
        throw Problem(http: .preconditionFailed, detail: detail)
      }
      isConditional = true
      arguments.append(("revision", SharedBytes { $0.append(decimal: revision) }))
    }
    if declaration.takesIdempotencyKey, let key = exchange.header("idempotency-key") {
      guard !key.isEmpty, key.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
        throw Problem(
          .invalidArgument, "Idempotency-Key takes visible ASCII characters without spaces, such as a UUID.")
      }
      arguments.append(("idempotencyKey", SharedBytes { $0.append(jsonString: key) }))
    }
    return arguments
  }

  // MARK: Replies

  override func didReceive(chunk: Bytes) {
    beginStream()
    let size = chunk.count
    let format = self.format
    if exchange.stream({ format.append(chunk, to: &$0) }) { credit(size) } else { owed += size }
  }

  private func beginStream() {
    guard exchange.reply == .none else { return }
    format = StreamFormat(accept: exchange.header("accept"))
    exchange.beginStream(.ok, format.contentType)
    exchange.onWritable = { [unowned self] in
      let bytes = owed
      owed = 0
      if bytes > 0 { credit(bytes) }
    }
  }

  override func didEnd(_ answer: borrowing Answer) {
    if exchange.reply == .streaming || declaration?.isStream == true {
      beginStream()
      let format = self.format
      if !answer.isNull {
        let bytes = answer.bytes
        exchange.stream { format.append(bytes, to: &$0) }
      }
      return exchange.endStream()
    }
    if answer.isNull, declaration?.hasResult != true { return exchange.respond(.noContent) }
    let bytes = answer.bytes
    let facts = EntityFacts(bytes)
    let returns = declaration?.isRead == false ? preferences.returns : nil
    let (creates, home) = (declaration?.creates == true, declaration?.home)
    let exchange = self.exchange
    func headers(_ buffer: inout ByteBuffer) {
      if let tag = facts.tag { exchange.appendTag(tag, to: &buffer) }
      if creates { facts.appendLocation(below: home, or: exchange.path, to: &buffer) }
      facts.appendLink(of: exchange.path, exchange.query, to: &buffer)
      guard let returns else { return }
      buffer.append("Preference-Applied: ")
      buffer.append(returns.text)
      buffer.append("\r\nVary: Prefer\r\n")
    }
    if returns == .minimal { return exchange.respond(creates ? .created : .noContent, headers: headers) }
    let selected = selection.map { selection in SharedBytes { selection.append(bytes, to: &$0) } }
    exchange.negotiate(.json, length: selected?.bytes.count ?? bytes.count)
    if exchange.method == .get || exchange.method == .head, let tag = facts.tag,
      EntityTag.list(exchange.header("if-none-match"), has: tag)
    {
      return exchange.respond(.notModified, headers: headers)
    }
    let status: HTTPStatus = creates ? .created : .ok
    if let selected {
      exchange.respond(status, .json, body: selected, headers: headers)
    } else if bytes.count < OutputQueue.sharingThreshold {
      exchange.respond(status, .json, body: bytes, headers: headers)
    } else {
      exchange.respond(status, .json, body: answer.take(), headers: headers)
    }
  }

  override func didFail(_ problem: Problem) {
    if exchange.reply == .streaming {
      let format = self.format
      exchange.stream { format.append(problem, to: &$0) }
      return exchange.endStream()
    }
    var problem = problem
    if isConditional, problem.status == .aborted { problem.http = .preconditionFailed }
    if problem.status == .permissionDenied { problem.scope = problem.neededRight }
    exchange.respond(problem)
  }
}
