import CHost

extension EventBus {
  /// Who is told of which topic: the patterns of all subscribers, and what they say about topics seen lately.
  struct Routes {
    private let trie = TopicTrie<Subscription>()
    private var known: [String: Route] = [:]
    private var last = Route(topic: Text(""), isValid: false, subscribers: [])

    mutating func insert(_ subscription: Subscription) {
      for pattern in subscription.patterns { trie.insert(subscription, for: pattern) }
      forget()
    }

    mutating func remove(_ subscription: Subscription) {
      for pattern in subscription.patterns { trie.remove(subscription.id, for: pattern) }
      forget()
    }

    private mutating func forget() {
      known.removeAll(keepingCapacity: true)
      last = Route(topic: Text(""), isValid: false, subscribers: [])
    }

    /// Where the events of a topic go. Events come in runs of one topic: the last one is compared first.
    @inline(__always)
    mutating func route(of topic: orch_str) -> Route {
      last.topic.hasBytes(topic.bytes) ? last : findRoute(of: topic)
    }

    private mutating func findRoute(of topic: orch_str) -> Route {
      let name = topic.string
      if let route = known[name] {
        last = route
        return route
      }
      if known.count >= 4096 { known.removeAll(keepingCapacity: true) }
      let isValid = topic.bytes.isUTF8 && isTopic(name)
      last = Route(topic: Text(copying: topic.bytes), isValid: isValid, subscribers: isValid ? trie.match(name) : [])
      known[name] = last
      return last
    }
  }

  /// Where the events of one topic go, as long as nobody subscribes or leaves.
  final class Route {
    let topic: Text
    /// False when it is no topic.
    let isValid: Bool
    private let subscribers: [Subscription]

    init(topic: Text, isValid: Bool, subscribers: [Subscription]) {
      self.topic = topic
      self.isValid = isValid
      self.subscribers = subscribers
    }

    @inline(__always)
    func forEach(_ body: (Subscription) -> Void) {
      for subscriber in subscribers { body(subscriber) }
    }

    func leads(to subscription: Subscription) -> Bool { subscribers.contains { $0 === subscription } }
  }
}
