import MCPProtocol
import PluginKit

/// One call of a method for a client.
@Loop
struct MethodCall {
  /// How often a client that wants progress hears that a call still runs, in milliseconds.
  private static let heartbeat = 5000
  /// Bytes of the chunks of a stream, together.
  private static let mostStreamed = 16_777_216

  let server: Server
  let request: Request
  let method: MethodTool
  let arguments: String
  let structured: Bool
  let round: Round

  init(
    _ server: Server, _ request: Request, _ method: MethodTool, _ arguments: String, structured: Bool, _ round: Round
  ) {
    self.server = server
    self.request = request
    self.method = method
    self.arguments = arguments
    self.structured = structured
    self.round = round
  }

  private var answer: ToolAnswer { ToolAnswer(server: server, caller: request.caller) }

  func run() async throws(RPCError) -> Step {
    if method.effect == .destructive, server.settings.confirms, request.client.asksByForm {
      if let step = try confirm() { return step }
    }
    do throws(Failure) {
      let start = Instant.now
      let result = try await server.act(for: request) { context throws(Failure) in
        try await call(context)
      }
      if request.wants(.debug) {
        let time = Instant.now.milliseconds - start.milliseconds
        request.log(.debug, method.service, data: #"{"method":"\#(method.fullName)","milliseconds":\#(time)}"#)
      }
      return .result(answer.result(result, of: method, structured: structured))
    } catch {
      return .result(answer.failure(error))
    }
  }

  // MARK: The call

  private func call(_ context: Context) async throws(Failure) -> [UInt8] {
    let beat = try beginHeartbeat()
    defer { beat?.stop() }
    guard method.isStream else {
      let body = try await server.host.call(method.fullName, arguments, context: context)
      return Array(body.bytes)
    }
    return try await collect(context)
  }

  /// Tells a client that wants progress how many seconds a call has taken: who hears of a call does not give it up.
  private func beginHeartbeat() throws(Failure) -> Timer? {
    guard request.wantsProgress, !method.isStream else { return nil }
    var seconds = 0.0
    return try server.host.every(milliseconds: Self.heartbeat) { [request, method] in
      seconds += Double(Self.heartbeat) / 1000
      request.report(seconds, "\(method.fullName) is at work for \(Int(seconds)) s")
    }
  }

  /// The chunks of a stream and its answer as one object.
  private func collect(_ context: Context) async throws(Failure) -> [UInt8] {
    let outcome = Outcome<[UInt8], Failure>()
    var chunks: [[UInt8]] = []
    var size = 0
    let id = server.host.call(method.fullName, arguments, context: context) { [request] reply in
      if reply.isLast {
        outcome.finish(reply.failure.map(Result.failure) ?? .success(Array(reply.json)))
      } else {
        chunks.append(Array(reply.json))
        size += reply.json.count
        request.report(Double(chunks.count))
        if size > Self.mostStreamed {
          outcome.finish(.failure(Failure(.resourceExhausted, "the answer is larger than 16 MiB; ask for less")))
        }
      }
    }
    request.whenCancelled { [host = server.host] in host.cancel(id) }
    do throws(Failure) {
      let result = try await outcome.value
      var json = JSONWriter(capacity: size + 256)
      json.beginObject()
      json.key("items")
      json.beginArray()
      for chunk in chunks { json.raw(chunk) }
      json.endArray()
      json.key("result")
      json.raw(result.isEmpty ? Array("null".utf8) : result)
      json.endObject()
      return Array(json.bytes)
    } catch {
      server.host.cancel(id)
      throw error
    }
  }

  // MARK: Consent

  /// Asks the person before something is destroyed.
  ///
  /// - Returns: The question, or that the person does not want it; nil to go on.
  private func confirm() throws(RPCError) -> Step? {
    guard round.state == "confirm", let reply = round.replies?["confirm"], reply.isPresent else {
      return .ask(questions: try question(), state: "confirm")
    }
    if reply["action"].string == "accept", reply["content"]["confirm"].bool == true { return nil }
    return .result(
      answer.failure("the person did not agree to \(method.fullName), so nothing was done; do not try again unasked"))
  }

  private func question() throws(RPCError) -> JSONValue {
    var json = JSONWriter()
    json.beginObject()
    json.key("confirm")
    json.beginObject()
    json.member("method", "elicitation/create")
    json.key("params")
    json.beginObject()
    json.member("mode", "form")
    json.member("message", "May \(method.fullName) be called? \(method.doc) Arguments: \(arguments.prefix(500))")
    json.key("requestedSchema")
    json.raw(
      """
      {"type":"object","properties":{"confirm":{"type":"boolean","title":"Do it","default":false}},\
      "required":["confirm"]}
      """)
    json.endObject()
    json.endObject()
    json.endObject()
    do throws(Failure) { return try server.host.parse(json) } catch { throw RPCError(error) }
  }
}
