public import CPluginSDK

/// What a subscriber is told. Borrowed during the callback.
public struct Event {
  /// What kind of news this is.
  public enum Kind: Sendable {
    /// Something happened.
    case event
    /// What was asked for is no longer kept: read the state again; ``Event/seq`` and ``Event/log`` say from where.
    case resync
    /// The events ``Event/from`` to ``Event/seq`` did not reach this subscriber.
    case lost
  }

  /// The event of the C headers.
  public let raw: UnsafePointer<orch_event>

  public var kind: Kind {
    switch Int(raw.pointee.kind) {
    case ORCH_EVENT_RESYNC: .resync
    case ORCH_EVENT_LOST: .lost
    default: .event
    }
  }
  /// The place in the durable log; 0 for an ephemeral event.
  public var seq: UInt64 { raw.pointee.seq }
  /// The first lost event.
  public var from: UInt64 { raw.pointee.from }
  /// Milliseconds since 1970, UTC.
  public var time: Int64 { raw.pointee.time_ms }
  public var topic: String { string(raw.pointee.topic) }
  /// The id of the publishing plugin.
  public var source: String { string(raw.pointee.source) }
  public var actor: String { string(raw.pointee.actor) }
  /// The JSON text of the event, borrowed.
  public var data: UnsafeRawBufferPointer { bytes(of: raw.pointee.data) }
  /// Of a resync: the id of the durable log.
  public var log: String { string(raw.pointee.log) }
}

/// A subscription. It lasts until ``cancel()`` or until the plugin stops, whether or not this value is kept.
public struct Subscription: Sendable {
  let id: UInt64
  let host: Host
  /// The newest durable event at the time of subscribing.
  public let seq: UInt64
  /// The oldest event that could be replayed then.
  public let low: UInt64
  /// The id of the durable log.
  public let log: String

  /// Ends the subscription.
  @Loop
  public func cancel() {
    _ = host.verbs.pointee.unsubscribe?(host.raw, id)
  }
}

extension Host {
  /// Publishes an ephemeral event. It is queued, never delivered inside this call. [any-thread]
  ///
  /// - Returns: ``Status/resourceExhausted`` when 65,536 events wait.
  @discardableResult
  public func publish(
    _ topic: String, _ data: borrowing some JSONText & ~Copyable, context: Context? = nil
  ) -> Status {
    topic.withText { topic in
      data.withJSON { data in
        Status(verbs.pointee.publish?(raw, context?.raw, topic, data.text) ?? Status.unimplemented.rawValue)
      }
    }
  }

  /// Subscribes to topics.
  ///
  /// - Parameters:
  ///   - topics: Patterns: `*` as last segment matches any rest, elsewhere one segment (`task:*`).
  ///   - since: Replays the durable log after this place first, without gap or duplicate.
  ///   - log: The log that `since` belongs to.
  ///   - action: Gets each event, on the loop.
  @Loop
  @discardableResult
  public func subscribe(
    _ topics: [String], since: UInt64? = nil, log: String = "", context: Context? = nil,
    action: @escaping @Loop (Event) -> Void
  ) throws(Failure) -> Subscription {
    let callback = orch_event_cb(
      fn: Trampoline.event, ud: Callback<@Loop (Event) -> Void>.keep(action), release: releaseObject)
    var out = orch_subscription()
    out.size = UInt32(MemoryLayout<orch_subscription>.size)
    let status = withTexts(topics) { topics in
      log.withText { log in
        var wish = orch_subscribe()
        wish.size = UInt32(MemoryLayout<orch_subscribe>.size)
        wish.flags = since == nil ? 0 : UInt32(ORCH_SUBSCRIBE_SINCE)
        wish.topics = topics.baseAddress
        wish.n_topics = topics.count
        wish.since = since ?? 0
        wish.log = log
        return verbs.pointee.subscribe?(raw, context?.raw, &wish, callback, &out)
      }
    }
    try Failure.check(status, in: context, "subscribing to \(topics.joined(separator: ", ")) failed")
    return Subscription(id: out.id, host: self, seq: out.seq, low: out.low, log: string(out.log))
  }

  /// Records a durable event, which is published once it is recorded.
  ///
  /// - Parameter done: Gets its place in the log, or why it was not recorded.
  @Loop
  public func append(
    _ topic: String, _ data: borrowing some JSONText & ~Copyable, context: Context? = nil,
    done: @escaping @Loop (Result<UInt64, Failure>) -> Void = { _ in }
  ) {
    guard let append = tables.eventLog?.pointee.append else { return done(.failure(.missing(ORCH_EXT_EVENT_LOG))) }
    let callback = orch_append_cb(
      fn: Trampoline.appended, ud: Callback<@Loop (Result<UInt64, Failure>) -> Void>.keep(done),
      release: releaseObject)
    topic.withText { topic in
      data.withJSON { data in append(raw, context?.raw, topic, data.text, callback) }
    }
  }
}

@Loop
private enum Trampoline {
  static let event: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_event>?) -> Void = { ud, event in
    guard let ud, let event else { return }
    Callback<@Loop (Event) -> Void>.action(of: ud)(Event(raw: event))
  }

  static let appended: @convention(c) (UnsafeMutableRawPointer?, orch_status, UInt64) -> Void = { ud, status, seq in
    guard let ud else { return }
    let done = Callback<@Loop (Result<UInt64, Failure>) -> Void>.action(of: ud)
    done(status == 0 ? .success(seq) : .failure(Failure(Status(status), "the event was not recorded")))
  }
}
