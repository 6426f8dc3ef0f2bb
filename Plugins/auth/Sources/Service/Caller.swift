import PluginKit

/// Who calls a method of this plugin.
struct Caller {
  let actor: String
  let rights: Rights
  /// The person: the caller, or who is behind the token or agent. Empty where there is none.
  let user: String
  /// Whether that person calls, and not a token or an agent.
  let isPerson: Bool

  init(_ call: Call) {
    let context = call.context
    actor = context?.actor ?? ""
    rights = Rights(context?.rights ?? "") ?? .none
    let behalf = context?.behalf ?? ""
    isPerson = behalf.isEmpty && actor.hasPrefix("user:")
    let person = behalf.isEmpty ? actor : behalf
    user = person.hasPrefix("user:") ? String(person.dropFirst(5)) : ""
  }

  /// Whether it may do what only admins may.
  var isAdmin: Bool { rights.includes(Rights([.permission("admin")])) }

  /// Of whom a call is: the caller unless an admin names somebody else.
  @Loop
  func owner(_ call: Call, of what: String) throws(Failure) -> String {
    let named = call.stringIfPresent("user")?.lowercased() ?? "me"
    let owner = named == "me" ? user : named
    guard owner == user || isAdmin else {
      throw Failure(.permissionDenied, "the \(what) of others are a matter for admins", details: #"{"needs":"admin"}"#)
    }
    return owner
  }
}

extension Value {
  static func orNull(_ text: String?) -> Value { text.map(Value.string) ?? .null }
}

/// Lists that are in memory.
enum Page {
  /// Answers with a page of what is ordered by falling ids.
  @Loop
  static func answer(_ call: Call, _ items: [Fields]) throws(Failure) {
    var rest = items[...]
    if let cursor = call.stringIfPresent("cursor") {
      guard cursor.utf8.count == 36 else {
        throw Failure(.invalidArgument, "the cursor is none; give the next of the page before")
      }
      rest = rest.drop { ($0["id"]?.string ?? "") >= cursor }
    }
    let page = rest.prefix(call.intIfPresent("limit") ?? 50)
    let next = page.count < rest.count ? page.last?["id"]?.string : nil
    let answer: Fields = ["items": .array(page.map(Value.object)), "next": .orNull(next)]
    call.answer(json: answer.json)
  }
}
