/// Bytes on their way to a socket: mostly one run of its own memory, now and then shared bytes between.
///
/// Nothing may be appended while the kernel still reads from it; ``Outbox`` begins another queue then.
final class OutputQueue {
  /// Shared bytes below this size are copied behind others: cheaper than one more vector in the write.
  static let sharingThreshold = 2048

  private struct Segment {
    var offset: Int
    var count: Int
    var shared: SharedBytes?
  }

  private var own = ByteBuffer()
  private var segments: [Segment] = []
  private var first = 0
  /// Bytes not yet written.
  private(set) var count = 0
  /// Bytes that were appended since the queue was empty for its user.
  private(set) var total = 0

  var isEmpty: Bool { count == 0 }

  /// Lets `body` write behind the end.
  func append(_ body: (inout ByteBuffer) -> Void) {
    let start = own.count
    body(&own)
    let added = own.count - start
    guard added > 0 else { return }
    count += added
    total += added
    if let last = segments.last, last.shared == nil, first < segments.count {
      segments[segments.count - 1].count += added
    } else {
      segments.append(Segment(offset: start, count: added, shared: nil))
    }
  }

  /// Appends shared bytes, which are held until they are written; small ones are copied when they are not the first.
  func append(_ shared: SharedBytes) {
    let length = shared.bytes.count
    if length == 0 { return }
    if !isEmpty, length < Self.sharingThreshold { return append { $0.append(shared.bytes) } }
    segments.append(Segment(offset: 0, count: length, shared: shared))
    count += length
    total += length
  }

  /// How many runs of bytes wait.
  var runCount: Int { segments.count - first }

  /// Calls `body` with up to `limit` runs of bytes in order, valid until the queue changes.
  func forEachRun(limit: Int, _ body: (Bytes) -> Void) {
    var index = first
    while index < segments.count, index - first < limit {
      let segment = segments[index]
      if let shared = segment.shared {
        body(shared.bytes.part(segment.offset..<segment.offset + segment.count))
      } else {
        body(own.slice(segment.offset, segment.count))
      }
      index += 1
    }
  }

  /// Forgets bytes that were written.
  func consume(_ length: Int) {
    precondition(length <= count, "more bytes written than were queued")
    count -= length
    var rest = length
    while rest > 0 {
      let taken = min(rest, segments[first].count)
      segments[first].offset += taken
      segments[first].count -= taken
      rest -= taken
      if segments[first].count == 0 {
        segments[first].shared = nil
        first += 1
      }
    }
    if count == 0 { rewind() }
  }

  /// Empties the queue for its next user; memory is given back when it is more than `limit`.
  func reset(keeping limit: Int) {
    rewind(keeping: limit)
    total = 0
  }

  private func rewind(keeping limit: Int = 65536) {
    own.removeAll(keeping: limit)
    segments.removeAll(keepingCapacity: true)
    first = 0
    count = 0
  }
}
