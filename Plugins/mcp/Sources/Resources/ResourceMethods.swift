import MCPProtocol
import PluginKit

/// Resources, templates, prompts and completions: what plugins have declared, and kept results.
extension Server {
  private static var pageSize: Int { 250 }

  func list(_ kind: Declarations.Kind, _ name: String, _ request: Request) throws(RPCError) {
    let all = declared.list(kind, for: request).map { (name: $0.name, definition: $0.definition) }
    try Page(request.params["cursor"]).write(all, size: Self.pageSize, as: name, to: request)
  }

  // MARK: Resources

  func unknownResource(_ uri: String) -> RPCError {
    var data = JSONWriter()
    data.beginObject()
    data.member("uri", uri)
    data.endObject()
    return .invalidParams("there is no resource \"\(uri.prefix(200))\"", data: data.text)
  }

  /// What can be read at a URI, if the caller may.
  func resource(at uri: String, for request: Request) -> UInt64? {
    guard uri.utf8.count <= 4096, let id = declared.match(uri) else { return nil }
    let item = declared.item(.resource, id, for: request) ?? declared.item(.template, id, for: request)
    return item?.id
  }

  func readResource(_ request: Request) async throws(RPCError) {
    guard let uri = request.params["uri"].string else { throw .invalidParams("resources/read needs \"uri\"") }
    if let result = kept.find(uri, for: request.caller) {
      return request.completeCacheable(milliseconds: 60_000) { json in
        json.key("contents")
        json.beginArray()
        json.beginObject()
        json.member("uri", uri)
        json.member("mimeType", result.type)
        json.member("text", String(decoding: result.bytes, as: UTF8.self))
        json.endObject()
        json.endArray()
      }
    }
    guard let id = resource(at: uri, for: request) else { throw unknownResource(uri) }
    try await interact(request) { server, round throws(Failure) in
      do throws(Failure) {
        return try await server.declared.run(id, .run, server, request, name: uri, arguments: "", round)
      } catch {
        throw error.status == .notFound ? server.naming(uri, error) : error
      }
    }
  }

  /// Of a template, whose plugin alone knows what there is: the same failure, with the URI as all of its kind have it.
  private func naming(_ uri: String, _ failure: Failure) -> Failure {
    var details = failure.details.flatMap { try? Fields(host.parse($0)) } ?? Fields()
    details["uri"] = .string(uri)
    return Failure(.notFound, failure.message, details: String(decoding: details.json, as: UTF8.self))
  }

  // MARK: Prompts

  func getPrompt(_ request: Request) async throws(RPCError) {
    guard let name = request.params["name"].string else { throw .invalidParams("prompts/get needs \"name\"") }
    guard let id = declared.find(.prompt, name), declared.item(.prompt, id, for: request) != nil else {
      throw .invalidParams("there is no prompt \"\(name.prefix(100))\"; prompts/list tells which there are")
    }
    let given = request.params["arguments"]
    guard given.kind == .object || given.kind == .absent else {
      throw .invalidParams("\"arguments\" of prompts/get has to be an object of strings")
    }
    let arguments = given.kind == .object ? given.text : ""
    try await interact(request) { server, round throws(Failure) in
      try await server.declared.run(id, .run, server, request, name: name, arguments: arguments, round)
    }
  }

  /// Runs rounds; a failure is an error of the protocol.
  private func interact(
    _ request: Request, _ body: @Loop (Server, Round) async throws(Failure) -> Step
  ) async throws(RPCError) {
    try await Interaction(server: self, request: request).run { round throws(RPCError) in
      do throws(Failure) { return try await body(self, round) } catch { throw RPCError(error) }
    }
  }

  // MARK: Completion

  func complete(_ request: Request) async throws(RPCError) {
    let (reference, argument) = (request.params["ref"], request.params["argument"])
    guard let name = argument["name"].string, let value = argument["value"].string else {
      throw .invalidParams("completion/complete needs \"argument\" with \"name\" and \"value\"")
    }
    let id = try completed(reference, request)
    do throws(Failure) {
      let arguments = Self.arguments(name, value, request.params["context"]["arguments"])
      guard
        case .result(let result) = try await declared.run(
          id, .complete, self, request, name: name, arguments: arguments, Round())
      else { throw Failure(.internal, "a completion cannot ask back") }
      request.complete { $0.members(of: result) }
    } catch {
      guard error.status != .unimplemented else {
        return request.complete { $0.members(of: Array(#"{"completion":{"values":[],"hasMore":false}}"#.utf8)) }
      }
      throw RPCError(error)
    }
  }

  private func completed(_ reference: JSONValue, _ request: Request) throws(RPCError) -> UInt64 {
    switch reference["type"].string {
    case "ref/prompt":
      let name = reference["name"].string ?? ""
      if let id = declared.find(.prompt, name), declared.item(.prompt, id, for: request) != nil { return id }
      throw .invalidParams("there is no prompt \"\(name.prefix(100))\"")
    case "ref/resource":
      let uri = reference["uri"].string ?? ""
      if let id = declared.find(.template, uri), declared.item(.template, id, for: request) != nil { return id }
      throw .invalidParams("there is no resource template \"\(uri.prefix(200))\"")
    default: throw .invalidParams("\"ref\" has to be of type ref/prompt or ref/resource")
    }
  }

  /// The text typed for an argument, with those that were chosen already.
  private static func arguments(_ name: String, _ value: String, _ others: JSONValue) -> String {
    var fields = Fields(others)
    fields[name] = .string(value)
    return String(decoding: fields.json, as: UTF8.self)
  }
}
