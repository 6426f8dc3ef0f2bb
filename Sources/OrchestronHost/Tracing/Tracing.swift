import CHost
import Synchronization

/// The spans of recorded traces: those under way, and the finished ones that wait for the plugin that exports them.
///
/// Nothing is recorded before ``start(ratio:limit:reader:)``; until then all of it costs one look at a word.
final class Tracing: Sendable {
  private let isOnWord = Atomic(false)
  private let state: Mutex<State>

  /// How many spans may be under way; a plugin that never ends its own cannot use up the memory.
  static let openLimit = 65_536

  private struct State {
    var open: [UInt64: Span] = [:]
    /// Oldest first from `head` on.
    var finished: [Span] = []
    var head = 0
    var limit = 0
    var dropped: UInt64 = 0
    /// Traces whose id's lower half lies below this begin here; nil for all.
    var threshold: UInt64? = 0
    var generator: IDGenerator
    /// The plugin that reads.
    var reader: PluginID?
  }

  init() {
    state = Mutex(State(generator: IDGenerator(seed: UInt64.random(in: 0...UInt64.max))))
  }

  /// Whether anything is recorded. [any-thread]
  var isOn: Bool { isOnWord.load(ordering: .relaxed) }

  // MARK: Spans

  /// Begins a span for what a context causes; nil when its trace is not recorded. [any-thread]
  func begin(_ name: Text, kind: Int, of plugin: Text, for context: Context) -> Span? {
    guard isOn else { return nil }
    if let span = context.span { return make(name, kind, plugin, below: span.below) }
    if let trace = context.trace { return begin(name, kind: kind, of: plugin, parent: trace.str.bytes) }
    // What nothing caused begins a trace; what it causes shares its fate.
    return context.chain == 0 ? beginTrace(name, kind, plugin) : nil
  }

  /// Begins a span below a traceparent, behind which tracestate may stand; at the top of a trace without one. [any-thread]
  func begin(_ name: Text, kind: Int, of plugin: Text, parent: UnsafeRawBufferPointer) -> Span? {
    guard isOn else { return nil }
    let end = parent.firstIndex(of: UInt8(ascii: " ")) ?? parent.count
    guard let above = TraceParent(UnsafeRawBufferPointer(rebasing: parent[..<end])) else {
      return beginTrace(name, kind, plugin)
    }
    guard above.isSampled else { return nil }
    let rest = UnsafeRawBufferPointer(rebasing: parent[min(end + 1, parent.count)...])
    let own = state.withLock { $0.open[above.span] }
    let traceState = rest.isEmpty || rest.count > 512 ? own?.state : Text(copying: rest)
    return make(name, kind, plugin, below: Span.Place(trace: above.trace, parent: above.span, state: traceState))
  }

  private func beginTrace(_ name: Text, _ kind: Int, _ plugin: Text) -> Span? {
    let trace: TraceParent.TraceID? = state.withLock { state in
      let id = TraceParent.TraceID(high: state.generator.next(), low: state.generator.next())
      if let threshold = state.threshold, id.low >= threshold { return nil }
      return id
    }
    return trace.flatMap { make(name, kind, plugin, below: Span.Place(trace: $0, parent: 0, state: nil)) }
  }

  private func make(_ name: Text, _ kind: Int, _ plugin: Text, below place: Span.Place) -> Span? {
    state.withLock { state in
      guard state.open.count < Tracing.openLimit else {
        state.dropped += 1
        return nil
      }
      let span = Span(id: state.generator.next(), name, kind: UInt32(kind), of: plugin, below: place)
      state.open[span.id] = span
      return span
    }
  }

  /// The span with that id, while it is under way. [any-thread]
  func span(_ id: UInt64) -> Span? { id == 0 ? nil : state.withLock { $0.open[id] } }

  /// The span under way that a traceparent names.
  func span(of traceparent: UnsafeRawBufferPointer) -> Span? { TraceParent(traceparent).flatMap { span($0.span) } }

  /// Ends a span; what has ended before is left alone. [any-thread]
  func end(_ span: Span, _ status: Status, _ message: Text? = nil) {
    span.end(status, message)
    state.withLock { state in
      guard state.open.removeValue(forKey: span.id) != nil else { return }
      guard state.finished.count - state.head < state.limit else {
        state.dropped += 1
        return
      }
      state.finished.append(span)
    }
  }

  // MARK: Reading

  /// Records from now on.
  func start(ratio: Double, limit: Int, reader: PluginID) throws(Failure) {
    guard ratio >= 0, ratio <= 1 else {
      throw Failure(.invalidArgument, "the share of traces that are recorded must be 0 to 1, not \(ratio)")
    }
    let other: PluginID? = state.withLock { state in
      if let other = state.reader, other != reader { return other }
      state.reader = reader
      state.limit = limit
      state.threshold = ratio == 1 ? nil : UInt64(ratio * 0x1p64)
      return nil
    }
    if let other { throw Failure(.alreadyExists, "plugin \"\(other)\" reads the traces already; load one of both") }
    isOnWord.store(true, ordering: .relaxed)
  }

  /// Records no longer, and forgets what was recorded.
  func stop(reader: PluginID) {
    state.withLock { state in
      guard state.reader == reader else { return }
      isOnWord.store(false, ordering: .relaxed)
      state.reader = nil
      state.limit = 0
      state.open = [:]
      state.finished = []
      state.head = 0
    }
  }

  /// Takes finished spans, oldest first.
  func take(atMost max: Int) -> [Span] {
    state.withLock { state in
      let taken = Array(state.finished[state.head...].prefix(max))
      state.head += taken.count
      if state.head == state.finished.count {
        state.finished.removeAll(keepingCapacity: true)
        state.head = 0
      } else if state.head >= 1024, state.head * 2 >= state.finished.count {
        state.finished.removeFirst(state.head)
        state.head = 0
      }
      return taken
    }
  }

  /// How many spans were dropped because too many waited.
  var dropped: UInt64 { state.withLock { $0.dropped } }
}

/// Ids that look random and are never 0 (SplitMix64, G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", 2014).
private struct IDGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    var result: UInt64
    repeat {
      state &+= 0x9e37_79b9_7f4a_7c15
      result = state
      result = (result ^ (result >> 30)) &* 0xbf58_476d_1ce4_e5b9
      result = (result ^ (result >> 27)) &* 0x94d0_49bb_1331_11eb
      result ^= result >> 31
    } while result == 0
    return result
  }
}
