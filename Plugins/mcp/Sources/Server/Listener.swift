import MCPProtocol
import PluginKit

/// Where messages go that answer no request: a stream that stays open.
@Loop
protocol MessageStream: AnyObject {
  /// Sends a message; what finds no room is dropped.
  func send(_ message: [UInt8])
}

/// Somebody who wants to hear of changes.
@Loop
final class Listener {
  /// Of what.
  struct Wish {
    var tools = false
    var prompts = false
    var resources = false
    var uris: Set<String> = []
    var tasks: Set<String> = []
  }

  var wish: Wish
  /// The id of the subscription, which all its messages carry; nil for sessions.
  let tag: RequestID?
  /// What the host was asked to watch, by URI.
  var watches: [String: UInt64] = [:]
  /// Nil while nobody hears: what happens then is not told later.
  var stream: (any MessageStream)?

  init(_ wish: Wish, tag: RequestID?) {
    self.wish = wish
    self.tag = tag
  }

  var isHeard: Bool { stream != nil }

  func tell(_ task: LongTask) { tell("notifications/tasks") { task.write(to: &$0) } }

  func tell(_ method: String, _ params: Envelope.Writing = { _ in }) {
    stream?.send(Envelope.notification(method, tag: tag, params))
  }
}

/// All who want to hear of changes.
@Loop
final class Listeners {
  /// What has come or gone.
  enum List: String, CaseIterable {
    case tools, prompts, resources
  }

  private var all: [ObjectIdentifier: Listener] = [:]
  private var changed: Set<List> = []

  func add(_ listener: Listener) { all[ObjectIdentifier(listener)] = listener }
  func remove(_ listener: Listener) { all[ObjectIdentifier(listener)] = nil }

  /// Notes that a list has changed.
  ///
  /// - Returns: Whether nothing was noted yet: then ``tellChanges()`` has to follow, soon and once.
  func note(_ list: List) -> Bool {
    defer { changed.insert(list) }
    return changed.isEmpty
  }

  /// Tells what was noted: many changes at once are one message.
  func tellChanges() {
    let changed = changed
    self.changed = []
    for list in List.allCases where changed.contains(list) {
      for listener in all.values where listener.wish.wants(list) {
        listener.tell("notifications/\(list.rawValue)/list_changed")
      }
    }
  }

  /// Tells how a task stands.
  func tell(_ task: LongTask) {
    for listener in all.values where listener.wish.tasks.contains(task.id) { listener.tell(task) }
  }

  /// Tells that what can be read at a URI has changed.
  func tellUpdate(of uri: String) {
    for listener in all.values where listener.wish.uris.contains(uri) {
      listener.tell("notifications/resources/updated") { $0.member("uri", uri) }
    }
  }
}

extension Listener.Wish {
  func wants(_ list: Listeners.List) -> Bool {
    switch list {
    case .tools: tools
    case .prompts: prompts
    case .resources: resources
    }
  }
}
