import CHost
import Synchronization

/// One span of a recorded trace. Any thread may add to it and end it.
final class Span: Sendable {
  let id: UInt64
  let trace: TraceParent.TraceID
  /// The span above it, 0 for none.
  let parent: UInt64
  /// The traceparent for what it causes.
  let traceparent: Text
  /// tracestate, as it came.
  let state: Text?
  let plugin: Text
  let name: Text
  let kind: UInt32
  /// Nanoseconds since 1970.
  let started = Clock.unixNanoseconds()
  private let clock = Clock.nanoseconds()
  private let changes = Mutex(Changes())

  /// What becomes of it.
  struct Changes: Sendable {
    var attributes: [Attribute] = []
    var ended: UInt64 = 0
    var status = Status.ok
    var message: Text?
  }

  struct Attribute: Sendable {
    let key: Text
    let value: Value

    enum Value: Sendable {
      case text(Text)
      case number(Int64)
    }
  }

  static let attributeLimit = 32
  /// How many bytes a text in a span may have; what is longer is cut.
  static let textLimit = 4096

  init(id: UInt64, _ name: Text, kind: UInt32, of plugin: Text, below place: Place) {
    self.id = id
    self.name = name
    self.kind = kind
    self.plugin = plugin
    trace = place.trace
    parent = place.parent
    state = place.state
    traceparent = Text(TraceParent(trace: trace, span: id, isSampled: true).text)
  }

  /// Where a span stands.
  struct Place {
    var trace: TraceParent.TraceID
    /// 0 for the first of its trace.
    var parent: UInt64
    var state: Text?
  }

  /// The place of a span below this one.
  var below: Place { Place(trace: trace, parent: id, state: state) }

  /// Sets the first attributes of a new span.
  func begin(with attributes: [Attribute]) { changes.withLock { $0.attributes = attributes } }

  /// Adds an attribute; one of the same name is replaced.
  func add(_ key: Text, _ value: Attribute.Value) {
    changes.withLock { changes in
      let attribute = Attribute(key: key, value: value)
      let bytes = key.str.bytes
      if let known = changes.attributes.firstIndex(where: { $0.key.hasBytes(bytes) }) {
        changes.attributes[known] = attribute
      } else if changes.attributes.count < Span.attributeLimit {
        changes.attributes.append(attribute)
      }
    }
  }

  func add(_ key: Text, _ text: String) { add(key, .text(Text(text))) }

  func end(_ status: Status, _ message: Text?) {
    let duration = Clock.nanoseconds() &- clock
    changes.withLock {
      $0.ended = started &+ duration
      $0.status = status
      $0.message = message
    }
  }

  var changed: Changes { changes.withLock { $0 } }
}
