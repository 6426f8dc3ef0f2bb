/// JSON-RPC 2.0, as it stands in texts.
enum JSONRPC {
  /// A request, borrowed from its text. Without an id it is a notification and gets no reply.
  struct Request {
    /// String, number or null as sent.
    var id: Bytes?
    /// The name between its quotes. Names of methods need no escapes, so one with escapes is unknown.
    var method: Bytes
    /// The object of arguments as sent; nil means none.
    var params: Bytes?
    /// W3C traceparent, beside the params: whose trace the call belongs to. Empty without one.
    var traceparent = Bytes(start: nil, count: 0)
  }

  /// One element of a text: a request, or something that is none.
  enum Item {
    case request(Request)
    case invalid(Failure, id: Bytes?)
  }

  /// An error of the protocol itself.
  struct Failure: Error {
    var code: Int
    var detail: String

    static func parse(_ error: JSONTextError) -> Failure {
      Failure(code: -32700, detail: "The message is no JSON: \(error.message)")
    }
    static func invalidRequest(_ detail: String) -> Failure { Failure(code: -32600, detail: detail) }
    static func unknownMethod(_ name: Bytes) -> Failure {
      Failure(code: -32601, detail: "There is no method \(name.text).")
    }

    /// The same error as a problem, which goes into `data`.
    var problem: Problem { Problem(code == -32601 ? .notFound : .invalidArgument, detail) }
  }

  enum Shape { case single, batch }

  static let batchLimit = 100

  /// Reads a text, whole before anything of it is delivered, and calls `body` with each of its items in order.
  static func read(_ text: Bytes, _ body: (Item) -> Void) throws(Failure) -> Shape {
    let value: Bytes
    do { value = try JSONText.value(of: text) } catch { throw .parse(error) }
    switch value.first {
    case UInt8(ascii: "{"):
      body(item(value))
      return .single
    case UInt8(ascii: "["):
      var items: [Bytes] = []
      do { try JSONText.forEachElement(of: value) { items.append($0) } } catch { throw .parse(error) }
      if items.isEmpty { throw .invalidRequest("A batch needs at least one request.") }
      if items.count > batchLimit { throw .invalidRequest("A batch has at most \(batchLimit) requests.") }
      for element in items { body(item(element)) }
      return .batch
    default:
      throw .invalidRequest("A request is an object.")
    }
  }

  private static func item(_ text: Bytes) -> Item {
    guard text.first == UInt8(ascii: "{") else { return .invalid(.invalidRequest("A request is an object."), id: nil) }
    var version: Bytes?
    var id: Bytes?
    var method: Bytes?
    var params: Bytes?
    var traceparent: Bytes?
    var isDoubled = false
    func keep(_ value: Bytes, in place: inout Bytes?) {
      if place != nil { isDoubled = true }
      place = value
    }
    do throws(JSONTextError) {
      try JSONText.forEachMember(of: text) { member in
        if member.name.equals(#""jsonrpc""#) { keep(member.value, in: &version) }
        if member.name.equals(#""id""#) { keep(member.value, in: &id) }
        if member.name.equals(#""method""#) { keep(member.value, in: &method) }
        if member.name.equals(#""params""#) { keep(member.value, in: &params) }
        if member.name.equals(#""traceparent""#) { keep(member.value, in: &traceparent) }
      }
    } catch {
      return .invalid(.parse(error), id: nil)
    }
    if let given = id, !isID(given) { return .invalid(.invalidRequest("id must be a string or a number."), id: nil) }
    if isDoubled { return .invalid(.invalidRequest("A member of the request stands there twice."), id: id) }
    guard version?.equals(#""2.0""#) == true else {
      return .invalid(.invalidRequest(#"The request lacks "jsonrpc":"2.0"."#), id: id)
    }
    guard let method, method.first == UInt8(ascii: "\"") else {
      return .invalid(.invalidRequest("method must be a string."), id: id)
    }
    if let params, params.first != UInt8(ascii: "{") {
      return .invalid(Failure(code: -32602, detail: "params must be an object of named arguments."), id: id)
    }
    var request = Request(id: id, method: method.part(1..<method.count - 1), params: params)
    // What is none counts as none: it is no reason to refuse a call.
    if let traceparent, traceparent.first == UInt8(ascii: "\"") {
      request.traceparent = traceparent.part(1..<traceparent.count - 1)
    }
    return .request(request)
  }

  private static func isID(_ value: Bytes) -> Bool {
    switch value.first {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "t"), UInt8(ascii: "f"): false
    default: true
    }
  }
}

extension ByteBuffer {
  /// Appends the reply to a request that succeeded. `result` is JSON text.
  mutating func appendRPC(result: Bytes, id: Bytes) {
    append(#"{"jsonrpc":"2.0","id":"#)
    append(id)
    append(#","result":"#)
    append(result)
    append(UInt8(ascii: "}"))
  }

  /// Appends the reply to a request that failed. Without an id it is null, as the standard wants it.
  mutating func appendRPC(error problem: Problem, code: Int, id: Bytes?, requestID: Bytes? = nil) {
    append(#"{"jsonrpc":"2.0","id":"#)
    if let id { append(id) } else { append("null") }
    append(#","error":{"code":"#)
    append(decimal: code)
    append(#","message":"#)
    append(jsonString: problem.detail)
    append(#","data":"#)
    problem.write(to: &self, requestID: requestID)
    append("}}")
  }

  /// Appends a notification whose params `body` writes.
  mutating func appendRPC(notification method: StaticString, _ body: (inout ByteBuffer) -> Void) {
    append(#"{"jsonrpc":"2.0","method":""#)
    append(method)
    append(#"","params":"#)
    body(&self)
    append(UInt8(ascii: "}"))
  }
}
