import PluginKit

/// What a client asks for by `subscribe {topics, since?, log?}`.
struct SubscriptionWish {
  var topics: [String] = []
  var since: UInt64?
  var log: String?

  static let topicLimit = 64

  /// Reads the params of a request.
  init(_ params: Bytes?) throws(Problem) {
    var wish = (topics: Bytes?.none, since: Bytes?.none, log: Bytes?.none, unknown: Bytes?.none)
    if let params {
      try? JSONText.forEachMember(of: params) { member in
        switch member.name.text {
        case #""topics""#: wish.topics = member.value
        case #""since""#: wish.since = member.value
        case #""log""#: wish.log = member.value
        default: wish.unknown = member.name
        }
      }
    }
    if let unknown = wish.unknown {
      throw Problem(.invalidArgument, "subscribe takes topics, since and log, not \(unknown.text).")
    }
    guard let list = wish.topics, list.first == UInt8(ascii: "[") else {
      throw Problem(.invalidArgument, "topics must be an array of patterns, such as [\"task:*\"].")
    }
    var topics: [String?] = []
    try? JSONText.forEachElement(of: list) { topics.append(JSONText.string($0)) }
    self.topics = topics.compactMap(\.self)
    guard self.topics.count == topics.count, !topics.isEmpty, topics.count <= Self.topicLimit else {
      throw Problem(.invalidArgument, "topics must be 1 to \(Self.topicLimit) patterns, such as [\"task:*\"].")
    }
    if let text = wish.since, !text.equals("null") {
      guard let since = UInt64(text.text) else {
        throw Problem(.invalidArgument, "since must be a whole number: the seq of the last event that was seen.")
      }
      self.since = since
    }
    if let text = wish.log, !text.equals("null") {
      guard let log = JSONText.string(text) else { throw Problem(.invalidArgument, "log must be a string.") }
      self.log = log
    }
  }
}
