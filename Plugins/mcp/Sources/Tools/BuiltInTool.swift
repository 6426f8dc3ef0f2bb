import PluginKit

/// The tools of this plugin's own, by which a short list reaches every method.
enum BuiltInTool: String, CaseIterable {
  case callRead = "call_read"
  case callWrite = "call_write"
  case findMethods = "find_methods"

  /// What it does at most.
  func effect(_ role: Role) -> Effect {
    switch self {
    case .callRead, .findMethods: .read
    case .callWrite: role == .maintainer || role == .admin ? .destructive : .write
    }
  }

  private var title: String {
    switch self {
    case .callRead: "Call a reading method"
    case .callWrite: "Call a writing method"
    case .findMethods: "Find methods"
    }
  }

  private var doc: String {
    switch self {
    case .callRead: "Calls any method that changes nothing, such as sprints.active. find_methods tells which there are."
    case .callWrite:
      "Calls any method, such as sprints.addTasks. find_methods tells which there are and their arguments."
    case .findMethods:
      "Finds methods by words: sprints, time, analytics, forecasts, history, workflows and more. Call them with call_read or call_write."
    }
  }

  private var inputSchema: String {
    switch self {
    case .callRead, .callWrite:
      """
      {"type":"object","properties":{"method":{"type":"string","description":"service.method"},\
      "arguments":{"type":"object","description":"The method's arguments, as find_methods shows them"}},\
      "required":["method"],"additionalProperties":false}
      """
    case .findMethods:
      """
      {"type":"object","properties":{"query":{"type":"string",\
      "description":"What it is about, such as burndown; a method's whole name; nothing for the list of services"},\
      "limit":{"type":"integer","minimum":1,"maximum":20,"default":5}},"additionalProperties":false}
      """
    }
  }

  func definition(_ role: Role) -> [UInt8] {
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.member("name", rawValue)
    json.member("title", title)
    json.member("description", doc)
    json.key("inputSchema")
    json.raw(inputSchema)
    Annotations(effect(role), isIdempotent: false).write(to: &json)
    json.endObject()
    return Array(json.bytes)
  }
}
