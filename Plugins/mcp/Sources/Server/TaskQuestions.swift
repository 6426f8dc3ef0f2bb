import MCPProtocol
import PluginKit

/// What a task waits for: questions that have no answer yet, and the answers that have come so far. A client may give them
/// one by one.
struct TaskQuestions {
  private struct Question {
    /// What the client calls it.
    let key: String
    /// What the tool calls it.
    let name: String
    let content: JSONValue
  }

  private var open: [Question] = []
  private var answers = Fields()
  /// The sealed state with which the tool goes on.
  let state: String

  /// - Parameter used: The keys of the task so far: none of them ever stands for another question.
  init(_ questions: JSONValue, state: String, used: inout Set<String>) {
    self.state = state
    for (name, content) in questions.members {
      var key = name
      var count = 1
      while !used.insert(key).inserted {
        count += 1
        key = "\(name)-\(count)"
      }
      open.append(Question(key: key, name: name, content: content))
    }
  }

  var isAnswered: Bool { open.isEmpty }

  /// Takes answers; one to what is not asked, or not any more, means nothing.
  mutating func take(_ replies: JSONValue) throws(RPCError) {
    for question in open {
      let reply = replies[question.key]
      guard reply.kind == .absent || Questions.isAnswer(reply, to: question.content["method"].string ?? "") else {
        throw .invalidParams(
          "the answer \"\(question.key.prefix(100))\" is none to \(question.content["method"].string ?? "")")
      }
    }
    for question in open where replies[question.key].kind != .absent {
      answers[question.name] = Value(replies[question.key])
    }
    open.removeAll { replies[$0.key].kind != .absent }
  }

  /// The parameters with which the call begins anew.
  func parameters(after before: JSONValue) -> [UInt8] {
    var fields = Fields(before)
    fields["inputResponses"] = .object(answers)
    fields["requestState"] = .string(state)
    return fields.json
  }

  /// Writes what is still asked.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    for question in open {
      json.key(question.key)
      json.raw(question.content.text)
    }
    json.endObject()
  }
}
