import MCPProtocol
import PluginKit

extension Server {
  /// How many URIs one listener may name.
  private static let mostURIs = 1000

  // MARK: Modern

  /// Answers `subscriptions/listen`: the request stays open, and what changes is told in it.
  func listen(_ request: Request) throws(RPCError) {
    let wanted = request.params["notifications"]
    guard wanted.kind == .object else {
      throw .invalidParams("subscriptions/listen needs \"notifications\", an object of what to tell")
    }
    var wish = Listener.Wish()
    wish.tools = wanted["toolsListChanged"].bool ?? false
    wish.prompts = wanted["promptsListChanged"].bool ?? false
    wish.resources = wanted["resourcesListChanged"].bool ?? false
    let uris = wanted["resourceSubscriptions"]
    guard uris.kind == .absent || uris.kind == .array, uris.count <= Self.mostURIs else {
      throw .invalidParams("\"resourceSubscriptions\" has to be an array of at most \(Self.mostURIs) URIs")
    }
    let tasks = try followed(wanted["taskIds"], request)
    wish.tasks = Set(tasks.map(\.id))
    let listener = Listener(wish, tag: request.id)
    for uri in uris.elements.compactMap(\.string) { watch(uri, listener, request) }
    request.send(acknowledgement(of: listener, wanted, request.id))
    listener.stream = RequestStream(request)
    listeners.add(listener)
    // What has happened before it was listened for is told by this.
    for task in tasks { listener.tell(task) }
    request.whenOver { [weak self] in
      listener.stream = nil
      self?.listeners.remove(listener)
      self?.forget(listener)
    }
  }

  /// The tasks that are to be told of; those of others, and what is none, are left out.
  private func followed(_ ids: JSONValue, _ request: Request) throws(RPCError) -> [LongTask] {
    guard ids.kind != .absent else { return [] }
    try LongTasks.require(request.client, for: "\"taskIds\"")
    guard ids.kind == .array, ids.count <= Self.mostURIs else {
      throw .invalidParams("\"taskIds\" has to be an array of at most \(Self.mostURIs) ids")
    }
    return Set(ids.elements.compactMap(\.string)).sorted().compactMap { tasks.find($0, of: request.caller) }
  }

  /// The first message of a subscription: what of the wish is fulfilled.
  private func acknowledgement(of listener: Listener, _ wanted: JSONValue, _ id: RequestID) -> [UInt8] {
    Envelope.notification("notifications/subscriptions/acknowledged", tag: id) { json in
      json.key("notifications")
      json.beginObject()
      if listener.wish.tools { json.member("toolsListChanged", true) }
      if listener.wish.prompts { json.member("promptsListChanged", true) }
      if listener.wish.resources { json.member("resourcesListChanged", true) }
      if wanted["resourceSubscriptions"].kind == .array {
        json.key("resourceSubscriptions")
        json.beginArray()
        for uri in listener.wish.uris.sorted() { json.string(uri) }
        json.endArray()
      }
      if wanted["taskIds"].kind == .array {
        json.key("taskIds")
        json.beginArray()
        for id in listener.wish.tasks.sorted() { json.string(id) }
        json.endArray()
      }
      json.endObject()
    }
  }

  // MARK: Sessions

  func subscribe(_ request: Request) throws(RPCError) {
    guard let session = request.session else { throw .unknown(method: request.method) }
    guard let uri = request.params["uri"].string else { throw .invalidParams("\(request.method) needs \"uri\"") }
    guard session.listener.wish.uris.count < Self.mostURIs else {
      throw RPCError(code: 1008, message: "a session may subscribe to \(Self.mostURIs) resources")
    }
    guard watch(uri, session.listener, request) else { throw unknownResource(uri) }
    request.complete { _ in }
  }

  func unsubscribe(_ request: Request) throws(RPCError) {
    guard let session = request.session else { throw .unknown(method: request.method) }
    guard let uri = request.params["uri"].string else { throw .invalidParams("\(request.method) needs \"uri\"") }
    session.listener.wish.uris.remove(uri)
    if let id = session.listener.watches.removeValue(forKey: uri) { declared.unwatch(id) }
    request.complete { _ in }
  }

  // MARK: Both

  /// Makes a listener hear of changes at a URI; false when there is nothing that the caller may read.
  @discardableResult
  private func watch(_ uri: String, _ listener: Listener, _ request: Request) -> Bool {
    if listener.wish.uris.contains(uri) { return true }
    guard resource(at: uri, for: request) != nil, let id = declared.watch(uri) else { return false }
    listener.watches[uri] = id
    listener.wish.uris.insert(uri)
    return true
  }

  /// Ends what a listener watches.
  func forget(_ listener: Listener) {
    for id in listener.watches.values { declared.unwatch(id) }
    listener.watches = [:]
  }
}

/// The stream of a request that stays open.
@Loop
private final class RequestStream: MessageStream {
  private weak var request: Request?

  init(_ request: Request) { self.request = request }

  func send(_ message: [UInt8]) { request?.send(message) }
}
