import CHost
import Glibc

/// One event on its way: a single block of memory, the header followed by the bytes of its texts.
struct QueuedEvent {
  private var node = chost_node()
  /// Place in the durable log; 0 for an ephemeral event.
  let seq: UInt64
  /// Milliseconds since 1970, UTC.
  let time: Int64
  /// The plugin that published it, which is never freed; nil for an event of the log, which names its source.
  let publisher: Unmanaged<Plugin>?
  private let topicLength: Int
  private let sourceLength: Int
  private let actorLength: Int
  private let dataLength: Int

  /// Makes a block, which ``free(_:)`` frees; nil when memory is short. [any-thread]
  static func make(
    seq: UInt64 = 0, time: Int64, publisher: Plugin? = nil, topic: orch_str, source: orch_str = .empty,
    actor: orch_str, data: orch_str
  ) -> UnsafeMutablePointer<QueuedEvent>? {
    guard let block = malloc(stride + topic.n + source.n + actor.n + data.n) else { return nil }
    let event = block.bindMemory(to: QueuedEvent.self, capacity: 1)
    event.initialize(
      to: QueuedEvent(
        seq: seq, time: time, publisher: publisher.map(Unmanaged.passUnretained),
        topicLength: topic.n, sourceLength: source.n, actorLength: actor.n, dataLength: data.n))
    var place = block + stride
    place = append(topic, at: place)
    place = append(source, at: place)
    place = append(actor, at: place)
    _ = append(data, at: place)
    return event
  }

  /// A block of its own with the same event; nil when memory is short.
  static func copy(_ event: UnsafeMutablePointer<QueuedEvent>) -> UnsafeMutablePointer<QueuedEvent>? {
    let header = event.pointee
    let size = stride + header.topicLength + header.sourceLength + header.actorLength + header.dataLength
    guard let block = malloc(size) else { return nil }
    memcpy(block, event, size)
    return block.assumingMemoryBound(to: QueuedEvent.self)
  }

  static func free(_ event: UnsafeMutablePointer<QueuedEvent>) { Glibc.free(event) }

  private static let stride = MemoryLayout<QueuedEvent>.stride

  private static func append(_ text: orch_str, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if let start = text.p { memcpy(place, start, text.n) }
    return place + text.n
  }

  /// The texts of an event, borrowed from its block.
  static func texts(
    of event: UnsafeMutablePointer<QueuedEvent>
  ) -> (topic: orch_str, source: orch_str, actor: orch_str, data: orch_str) {
    let header = event.pointee
    var place = UnsafeMutableRawPointer(event + 1).assumingMemoryBound(to: CChar.self)
    func next(_ length: Int) -> orch_str {
      defer { place += length }
      return orch_str(p: place, n: length)
    }
    let topic = next(header.topicLength)
    let source = next(header.sourceLength)
    let actor = next(header.actorLength)
    return (
      topic, header.publisher.map { $0._withUnsafeGuaranteedRef(\.name.str) } ?? source, actor, next(header.dataLength)
    )
  }
}
