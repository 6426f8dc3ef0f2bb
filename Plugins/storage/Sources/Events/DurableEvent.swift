/// An event that was recorded with a change, in its place in the one order of all durable events.
struct DurableEvent: Sendable, Equatable {
  let seq: Int64
  let topic: String
  /// Milliseconds since 1970.
  let time: Int64
  /// The plugin that made the change, and the actor on whose behalf.
  let source: String
  let actor: String
  /// JSON.
  let data: [UInt8]
}

/// The numbers of the events that can be read.
struct EventRange: Sendable, Equatable {
  /// Of the oldest event that is kept; `last` + 1 when none is.
  let first: Int64
  /// Of the newest event there ever was; 0 before the first.
  let last: Int64

  /// Whether a reader that has everything up to `since` can continue without a gap.
  func canContinue(after since: Int64) -> Bool {
    first - 1 <= since && since <= last
  }
}

/// What the log keeps: this many milliseconds or this many events, whichever is more.
struct EventBound: Sendable {
  var milliseconds: Int64 = 30 * 24 * 3600 * 1000
  var events: Int64 = 200_000
}
