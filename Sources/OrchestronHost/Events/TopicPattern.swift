/// A pattern of topics: segments parted by `:`, of which `*` matches one segment, as the last one any rest.
struct TopicPattern {
  let segments: [String]

  /// Reads a pattern.
  init(_ text: String) throws(Failure) {
    let isValid = text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy { $0 == "*" || isTopic($0) }
    guard isValid, text.utf8.count <= 128 else {
      throw Failure(
        .invalidArgument,
        "\(text.quoted) is not a topic pattern; write \"task:created\", \"task:*\" or \"*\"")
    }
    segments = text.split(separator: ":").map(String.init)
  }
}

/// Subscribers by pattern: a trie over the segments of topics.
struct TopicTrie<Subscriber: Identifiable> {
  private final class Node {
    var children: [String: Node] = [:]
    /// `*` in this place, as one segment.
    var anyChild: Node?
    /// Patterns that end here.
    var exact: [Subscriber] = []
    /// Patterns that end here with `*`: any rest, at least one segment long.
    var rest: [Subscriber] = []

    var isEmpty: Bool { children.isEmpty && anyChild == nil && exact.isEmpty && rest.isEmpty }
  }

  private let root = Node()

  func insert(_ subscriber: Subscriber, for pattern: TopicPattern) {
    var node = root
    for segment in pattern.isOpen ? pattern.segments.dropLast() : pattern.segments[...] {
      if segment == "*" {
        let child = node.anyChild ?? Node()
        node.anyChild = child
        node = child
      } else {
        let child = node.children[segment] ?? Node()
        node.children[segment] = child
        node = child
      }
    }
    if pattern.isOpen { node.rest.append(subscriber) } else { node.exact.append(subscriber) }
  }

  func remove(_ id: Subscriber.ID, for pattern: TopicPattern) {
    remove(id, pattern.isOpen ? pattern.segments.dropLast() : pattern.segments[...], pattern.isOpen, from: root)
  }

  private func remove(_ id: Subscriber.ID, _ path: ArraySlice<String>, _ isOpen: Bool, from node: Node) {
    guard let segment = path.first else {
      if isOpen { node.rest.removeAll { $0.id == id } } else { node.exact.removeAll { $0.id == id } }
      return
    }
    guard let child = segment == "*" ? node.anyChild : node.children[segment] else { return }
    remove(id, path.dropFirst(), isOpen, from: child)
    guard child.isEmpty else { return }
    if segment == "*" { node.anyChild = nil } else { node.children[segment] = nil }
  }

  /// The subscribers of a topic, each once.
  func match(_ topic: String) -> [Subscriber] {
    var found: [Subscriber] = []
    var seen: Set<Subscriber.ID> = []
    func add(_ subscribers: [Subscriber]) {
      for subscriber in subscribers where seen.insert(subscriber.id).inserted { found.append(subscriber) }
    }
    func visit(_ node: Node, _ path: ArraySlice<Substring>) {
      guard let segment = path.first else { return add(node.exact) }
      add(node.rest)
      if let child = node.children[String(segment)] { visit(child, path.dropFirst()) }
      if let child = node.anyChild { visit(child, path.dropFirst()) }
    }
    visit(root, topic.split(separator: ":")[...])
    return found
  }
}

extension TopicPattern {
  /// True when the pattern ends with `*`.
  fileprivate var isOpen: Bool { segments.last == "*" }
}
