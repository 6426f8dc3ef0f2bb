/// JSON-RPC 2.0 as the control socket speaks it: one JSON text per line, arguments by name, no batches.
struct RPCRequest {
  /// String, number or null as sent; nil for a notification.
  let id: JSON?
  let method: String
  /// The object of arguments; nil for none.
  let params: JSONElement?
  /// Milliseconds until the caller gives up, a member of our own; 0 when it is absent.
  let timeout: Int64

  /// Reads a line into the document; nil for an empty one. The request is valid as long as the document's text.
  static func read(_ line: UnsafeRawBufferPointer, _ document: JSONDocument) -> Result<RPCRequest?, RPCError> {
    if line.isEmpty { return .success(nil) }
    do { try document.parse(line) } catch {
      let failure = Failure(.invalidArgument, "the line is not valid JSON: \(error.message)")
      return .failure(RPCError(RPCError.parseError, Problem(failure), id: nil))
    }
    return Result { () throws(RPCError) in try RPCRequest(document.root) }
  }

  init(_ root: JSONElement) throws(RPCError) {
    guard root.kind == .object else { throw .invalidRequest("a request is a JSON object", id: nil) }
    let id = root["id"]?.json
    switch id {
    case nil, .null, .string, .int: self.id = id
    default: throw .invalidRequest("\"id\" must be a string or an integer", id: nil)
    }
    guard root["jsonrpc"]?.string == "2.0" else { throw .invalidRequest("\"jsonrpc\":\"2.0\" is missing", id: id) }
    guard let method = root["method"]?.string else { throw .invalidRequest("\"method\" must be a string", id: id) }
    self.method = method
    params = root["params"].flatMap { $0.isNull ? nil : $0 }
    guard params == nil || params?.kind == .object else {
      throw RPCError(RPCError.invalidParams, Problem(.init(.invalidArgument, "\"params\" must be an object")), id: id)
    }
    timeout = root["timeout"]?.int ?? 0
    guard timeout >= 0, timeout <= 86_400_000 else {
      throw .invalidRequest("\"timeout\" must be 0 to 86400000 milliseconds", id: id)
    }
  }
}

/// An error reply.
struct RPCError: Error {
  let code: Int64
  let problem: Problem
  let id: JSON?

  init(_ code: Int64, _ problem: Problem, id: JSON?) {
    self.code = code
    self.problem = problem
    self.id = id
  }

  static let parseError: Int64 = -32700
  static let invalidRequest: Int64 = -32600
  static let unknownMethod: Int64 = -32601
  static let invalidParams: Int64 = -32602

  static func invalidRequest(_ sentence: String, id: JSON?) -> RPCError {
    RPCError(invalidRequest, Problem(Failure(.invalidArgument, sentence)), id: id)
  }
}

extension JSONWriter {
  /// A reply line. `result` is JSON text; empty stands for null.
  mutating func rpcResult(_ result: UnsafeRawBufferPointer, id: JSON) {
    beginRPC()
    key("id")
    json(id)
    key("result")
    if result.isEmpty { null() } else { raw(result) }
    endObject()
    newline()
  }

  mutating func rpcError(_ error: RPCError) {
    beginRPC()
    key("id")
    json(error.id ?? .null)
    key("error")
    beginObject()
    key("code")
    int(error.code)
    key("message")
    string(error.problem.failure.message)
    key("data")
    json(error.problem.json)
    endObject()
    endObject()
    newline()
  }

  /// A notification line, whose params `body` writes.
  mutating func rpcNotification(_ method: String, _ body: (inout JSONWriter) -> Void) {
    beginRPC()
    key("method")
    string(method)
    key("params")
    body(&self)
    endObject()
    newline()
  }

  private mutating func beginRPC() {
    beginObject()
    key("jsonrpc")
    string("2.0")
  }
}
