import PluginKit

/// What a client asks for: topics, and perhaps the place in the log where it has stopped.
struct SubscriptionWish {
  private(set) var topics: [String] = []
  var since: UInt64?
  var log: String?

  static let topicLimit = 64

  /// Reads the params of `subscribe {topics, since?, log?}`.
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
    if let unknown = wish.unknown { throw Self.unknown(unknown.text) }
    guard let list = wish.topics, list.first == UInt8(ascii: "[") else {
      throw Problem(.invalidArgument, "topics must be an array of patterns, such as [\"task:*\"].")
    }
    var topics: [String?] = []
    try? JSONText.forEachElement(of: list) { topics.append(JSONText.string($0)) }
    try set(topics: topics)
    if let text = wish.since, !text.equals("null") { since = try Self.place(text.text) }
    if let text = wish.log, !text.equals("null") {
      guard let log = JSONText.string(text) else { throw Problem(.invalidArgument, "log must be a string.") }
      self.log = log
    }
  }

  /// Reads the query `topics=a,b&since=&log=`, and the header `Last-Event-ID` of a client that comes back, which wins.
  init(query: Bytes, lastEventID: Bytes?) throws(Problem) {
    var topics: [String?] = []
    for (name, value) in try Application.pairs(of: query) {
      let text = value.bytes.text
      switch name.bytes.text {
      case "topics": topics += text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
      case "since": since = text.isEmpty ? nil : try Self.place(text)
      case "log": log = text.isEmpty ? nil : text
      case let unknown: throw Self.unknown(unknown)
      }
    }
    try set(topics: topics)
    guard let id = lastEventID, !id.isEmpty else { return }
    guard let colon = id.lastIndex(of: UInt8(ascii: ":")), colon > 0,
      let since = UInt64(id.part(colon + 1..<id.count).text)
    else {
      throw Problem(.invalidArgument, "Last-Event-ID must be the id of an event of this stream: log:seq.")
    }
    self.since = since
    log = id.part(0..<colon).text
  }

  private mutating func set(topics: [String?]) throws(Problem) {
    self.topics = topics.compactMap(\.self)
    guard self.topics.count == topics.count, (1...Self.topicLimit).contains(topics.count), !topics.contains("") else {
      throw Problem(.invalidArgument, "topics must be 1 to \(Self.topicLimit) patterns, such as task:*.")
    }
  }

  private static func place(_ text: String) throws(Problem) -> UInt64 {
    if let place = UInt64(text) { return place }
    throw Problem(.invalidArgument, "since must be a whole number: the seq of the last event that was seen.")
  }

  private static func unknown(_ name: String) -> Problem {
    Problem(.invalidArgument, "A subscription takes topics, since and log, not \(name).")
  }
}
