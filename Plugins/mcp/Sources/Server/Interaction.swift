import MCPProtocol
import PluginKit

/// What one round of a request came to.
enum Step {
  /// Members of the result, as a whole JSON object.
  case result([UInt8])
  /// Questions by key, and what the next round needs to know.
  case ask(questions: JSONValue, state: String)
}

/// One round: what the client has answered, and the state of the round before.
struct Round {
  /// Answers by key; nil in the first round.
  var replies: JSONValue?
  var state = ""
}

/// Questions to the person in the middle of a request. Since 2026-07-28 the request ends with them, and comes again with the
/// answers; before, the server asks while the request waits. What runs is the same: it begins anew with the answers.
@Loop
struct Interaction {
  private static let mostRounds = 16

  let server: Server
  let request: Request

  /// Runs rounds until there is a result.
  func run(_ body: @Loop (Round) async throws(RPCError) -> Step) async throws(RPCError) {
    if request.era.isModern { try await runOnce(body) } else { try await runToEnd(body) }
  }

  private func runOnce(_ body: @Loop (Round) async throws(RPCError) -> Step) async throws(RPCError) {
    switch try await body(try round()) {
    case .result(let result): complete(result)
    case .ask(let questions, let state):
      try check(questions)
      let sealed = server.seal.seal(Questions(questions, state: state).text, for: request.purpose)
      request.complete(type: "input_required") { json in
        if questions.count > 0 {
          json.key("inputRequests")
          json.raw(questions)
        }
        json.member("requestState", sealed)
      }
    }
  }

  /// What the client brought with it.
  private func round() throws(RPCError) -> Round {
    let params = request.params
    let replies = params["inputResponses"]
    guard replies.kind == .absent || replies.kind == .object else {
      throw .invalidParams("inputResponses has to be an object, with an answer for each key of inputRequests")
    }
    let sealed = params["requestState"]
    // A client may know from before what it will be asked. What has to know its own question looks at the state.
    guard sealed.kind != .absent else {
      try Questions.checkUnasked(replies)
      return Round(replies: replies)
    }
    guard let text = sealed.string, let opened = server.seal.open(text, for: request.purpose) else {
      throw .invalidParams(
        "requestState was changed, is too old, or belongs to another request; send the request again without it")
    }
    let asked: Questions
    do throws(Failure) { asked = Questions(try server.host.parse(opened)) } catch { throw RPCError(error) }
    try asked.check(replies)
    return Round(replies: replies, state: asked.state)
  }

  private func runToEnd(_ body: @Loop (Round) async throws(RPCError) -> Step) async throws(RPCError) {
    var round = Round()
    for _ in 0..<Self.mostRounds {
      switch try await body(round) {
      case .result(let result): return complete(result)
      case .ask(let questions, let state):
        try check(questions)
        let replies = try await ask(questions)
        try Questions(questions, state: state).check(replies)
        round = Round(replies: replies, state: state)
      }
    }
    throw RPCError(code: -32603, message: "there were too many questions")
  }

  private func ask(_ questions: JSONValue) async throws(RPCError) -> JSONValue {
    guard let session = request.session else {
      throw RPCError(code: -32603, message: "a question needs a session, and there is none")
    }
    var replies: [(String, String)] = []
    for (key, question) in questions.members { replies.append((key, try await session.ask(request, question).text)) }
    var json = JSONWriter()
    json.beginObject()
    for (key, reply) in replies {
      json.key(key)
      json.raw(reply)
    }
    json.endObject()
    do throws(Failure) { return try server.host.parse(json) } catch { throw RPCError(error) }
  }

  private func check(_ questions: JSONValue) throws(RPCError) {
    for (_, question) in questions.members {
      if let refusal = request.client.refusal(of: question) { throw refusal }
    }
  }

  private func complete(_ result: [UInt8]) {
    if request.method == "resources/read" {
      request.completeCacheable(milliseconds: 0) { $0.members(of: result) }
    } else {
      request.complete { $0.members(of: result) }
    }
  }
}

extension JSONWriter {
  /// Writes the members of an object that is JSON text already.
  mutating func members(of object: [UInt8]) {
    guard let first = object.firstIndex(of: UInt8(ascii: "{")), let last = object.lastIndex(of: UInt8(ascii: "}")),
      object[(first + 1)..<last].contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") })
    else { return }
    raw(Array(object[(first + 1)..<last]))
  }
}
