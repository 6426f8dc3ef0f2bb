import CHost

/// One subscription of a client of the control socket: passes events on while the client reads, and counts those that
/// it is too slow for.
final class ControlSubscription {
  var id: UInt64 = 0
  private unowned let connection: ControlConnection
  private var lost = Lost()

  /// Events are dropped while this much waits to be sent.
  static let outputLimit = 4 << 20

  private struct Lost {
    var count: Int64 = 0
    /// The first and the last durable event.
    var from: UInt64 = 0
    var to: UInt64 = 0
  }

  init(_ connection: ControlConnection) { self.connection = connection }

  func take(_ event: UnsafePointer<orch_event>) {
    let event = event.pointee
    if event.kind == UInt32(ORCH_EVENT_RESYNC) { return resync(event) }
    guard lost.count == 0, connection.unsent <= ControlSubscription.outputLimit else { return drop(event) }
    connection.notify("event") { writer in
      begin(&writer)
      if event.seq > 0 {
        writer.key("seq")
        writer.int(Int64(event.seq))
      }
      writer.key("topic")
      writer.string(utf8: event.topic.bytes)
      writer.key("time")
      writer.string(Clock.rfc3339(unixMilliseconds: event.time_ms))
      writer.key("source")
      writer.string(utf8: event.source.bytes)
      writer.key("data")
      if event.data.n > 0 { writer.raw(event.data.bytes) } else { writer.null() }
      writer.endObject()
    }
  }

  /// Tells the client what it has lost, once it has read the rest.
  func drained() {
    guard lost.count > 0, connection.unsent == 0 else { return }
    let lost = self.lost
    self.lost = Lost()
    connection.notify("lost") { writer in
      begin(&writer)
      if lost.from > 0 {
        writer.key("from")
        writer.int(Int64(lost.from))
        writer.key("to")
        writer.int(Int64(lost.to))
      }
      writer.key("count")
      writer.int(lost.count)
      writer.endObject()
    }
  }

  private func drop(_ event: orch_event) {
    lost.count += 1
    guard event.seq > 0 else { return }
    if lost.from == 0 { lost.from = event.seq }
    lost.to = event.seq
  }

  private func resync(_ event: orch_event) {
    connection.notify("resync") { writer in
      begin(&writer)
      writer.key("log")
      writer.string(utf8: event.log.bytes)
      writer.key("seq")
      writer.int(Int64(event.seq))
      writer.endObject()
    }
  }

  private func begin(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("subscription")
    writer.int(Int64(id))
  }
}

/// What `subscribe` takes.
struct SubscribeRequest {
  let topics: [String]
  let since: UInt64?
  let log: String?

  private static let topicsMissing = Failure(
    .invalidArgument, "subscribe needs \"topics\", an array of at most 64 patterns such as \"task:*\"")

  init(_ params: JSONElement?) throws(Failure) {
    guard let params else { throw SubscribeRequest.topicsMissing }
    for member in params.members where !["topics", "since", "log"].contains(member.name) {
      throw Failure(.invalidArgument, "subscribe has no argument \(member.name.quoted); known are topics, since, log")
    }
    guard let list = params["topics"], list.kind == .array, list.count <= 64 else {
      throw SubscribeRequest.topicsMissing
    }
    var topics: [String] = []
    for topic in list.elements {
      guard let topic = topic.string else { throw Failure(.invalidArgument, "a topic pattern is a string") }
      topics.append(topic)
    }
    self.topics = topics
    let since = params["since"]?.json ?? .null
    guard since.isNull || since.int ?? -1 >= 0 else {
      throw Failure(.invalidArgument, "\"since\" is the seq of an event, an integer from 0 on")
    }
    self.since = since.int.map(UInt64.init)
    let log = params["log"]?.json ?? .null
    guard log.isNull || log.string != nil else { throw Failure(.invalidArgument, "\"log\" is a string") }
    self.log = log.string
  }
}
