import OrchestronHost

/// What a client and its host have said to each other, as far as it matters when the host goes: which requests have no
/// answer, and what the next host has to be told so that the client need not notice.
///
/// Modern clients (2026-07-28) keep state in `subscriptions/listen` alone. Of legacy ones, the next host has to hear
/// `initialize`, the level of the log and the subscriptions.
struct Conversation {
  private struct Request {
    let id: JSON
    let method: String
    /// The whole request, of those that are asked again.
    let line: [UInt8]?
  }

  /// What becomes of a message from the host.
  enum Verdict {
    case passOn
    /// The client has heard it before. It is told these instead.
    case replace([JSON])
    /// The end of a subscription, which counts only if the host itself goes on.
    case hold
  }

  /// Requests without an answer, by the text of their ids.
  private var open: [String: Request] = [:]
  /// Subscriptions that were asked for again and are not acknowledged yet.
  private var resumed: Set<String> = []
  private var initialize: [UInt8]?
  /// One that is not answered yet.
  private var initializing: [UInt8]?
  private var initialized: [UInt8]?
  private var level: [UInt8]?
  private var subscriptions: [String: [UInt8]] = [:]
  /// The number of hosts so far, for ids of our own.
  private var hosts = 0

  static let listen = "subscriptions/listen"
  private static let ownPrefix = "orchestron-again-"

  /// True when no answer is to come; subscriptions have none.
  var isQuiet: Bool { open.values.allSatisfy { $0.line != nil } }

  /// Notes what the client says.
  mutating func client(says message: JSONElement, _ line: UnsafeRawBufferPointer) {
    guard message.kind == .object, let method = message["method"]?.string else { return }
    guard let id = message["id"], id.kind == .string || id.int != nil else {
      switch method {
      case "notifications/initialized": initialized = Array(line)
      case "notifications/cancelled": if let id = message["params"]?["requestId"] { open[id.text] = nil }
      default: break
      }
      return
    }
    let isLasting = method == Conversation.listen
    open[id.text] = Request(id: id.json, method: method, line: isLasting ? Array(line) : nil)
    switch method {
    case "initialize": initializing = Array(line)
    case "logging/setLevel": level = Array(line)
    case "resources/subscribe": if let uri = message["params"]?["uri"]?.string { subscriptions[uri] = Array(line) }
    case "resources/unsubscribe": if let uri = message["params"]?["uri"]?.string { subscriptions[uri] = nil }
    default: break
    }
  }

  /// Notes what the host says.
  mutating func host(says message: JSONElement) -> Verdict {
    if let method = message["method"]?.string {
      guard method == "notifications/subscriptions/acknowledged", let params = message["params"]?.json,
        let id = params["_meta"]?[Conversation.subscriptionKey], resumed.remove(id.text) != nil
      else { return .passOn }
      return .replace(Conversation.changes(of: params["notifications"], subscription: id))
    }
    guard let id = message["id"] else { return .passOn }
    if let name = id.string, name.hasPrefix(Conversation.ownPrefix) {
      guard name == Conversation.ownPrefix + "\(hosts)-initialize" else { return .replace([]) }
      return .replace(Conversation.changes(after: message["result"]?["capabilities"]?.json))
    }
    if message["error"] == nil, open[id.text]?.line != nil { return .hold }
    if message["error"] == nil, open[id.text]?.method == "initialize" { initialize = initializing }
    open[id.text] = nil
    resumed.remove(id.text)
    return .passOn
  }

  /// No answer to this request is to come any more.
  mutating func forget(_ id: JSON) { open[id.text] = nil }

  /// The host has gone.
  ///
  /// - Returns: The answers to what it has left unanswered, made of this sentence.
  mutating func lose(because sentence: (_ method: String) -> String) -> [JSON] {
    initializing = nil
    let lost = open.filter { $0.value.line == nil }
    for key in lost.keys { open[key] = nil }
    return lost.values.map { Conversation.error(-32603, sentence($0.method), id: $0.id) }
  }

  /// What the next host has to be told first, in order.
  mutating func repetition() -> [[UInt8]] {
    hosts += 1
    resumed = []
    var lines: [[UInt8]] = []
    func again(_ line: [UInt8]?, _ name: String) {
      guard let line, var message = (try? JSON(parsing: line))?.object else { return }
      message["id"] = .string(Conversation.ownPrefix + "\(hosts)-\(name)")
      lines.append(JSON.object(message).bytes)
    }
    if hosts > 1 {
      again(initialize, "initialize")
      if initialize != nil, let initialized { lines.append(initialized) }
      again(level, "level")
      for (uri, line) in subscriptions.sorted(by: { $0.key < $1.key }) { again(line, uri) }
    }
    for (id, request) in open {
      guard let line = request.line else { continue }
      lines.append(line)
      resumed.insert(id)
    }
    return lines
  }
}

// MARK: - Messages of our own

extension Conversation {
  private static let subscriptionKey = "io.modelcontextprotocol/subscriptionId"

  static func error(_ code: Int64, _ sentence: String, id: JSON) -> JSON {
    ["jsonrpc": "2.0", "id": id, "error": ["code": .int(code), "message": .string(sentence)]]
  }

  private static func notification(_ method: String, _ params: JSONObject) -> JSON {
    var message: JSONObject = ["jsonrpc": "2.0", "method": .string("notifications/\(method)")]
    if !params.isEmpty { message["params"] = .object(params) }
    return .object(message)
  }

  /// That everything in a subscription may be another now.
  private static func changes(of filter: JSON?, subscription id: JSON) -> [JSON] {
    let meta: JSON = .object([subscriptionKey: id])
    let lists = ["tools", "prompts", "resources"].filter { filter?["\($0)ListChanged"]?.bool == true }
    let resources = (filter?["resourceSubscriptions"]?.array ?? []).map { uri in
      notification("resources/updated", ["_meta": meta, "uri": uri])
    }
    return lists.map { notification("\($0)/list_changed", ["_meta": meta]) } + resources
  }

  /// That the lists of a server with these capabilities may be others now.
  private static func changes(after capabilities: JSON?) -> [JSON] {
    ["tools", "prompts", "resources"].filter { capabilities?[$0]?["listChanged"]?.bool == true }.map {
      notification("\($0)/list_changed", [:])
    }
  }
}

/// Ends of subscriptions that the host has told, which count once it has gone on for a while.
struct HeldEnds {
  private(set) var messages: [JSON] = []
  /// When they count; nil for none.
  private(set) var due: UInt64?

  mutating func add(_ message: JSON) {
    messages.append(message)
    due = Stopwatch.now + 1000
  }
}
