import CPluginSDK
import PluginKit

@testable import HTTPPlugin

/// A host that answers calls by a closure and delivers the events that a test gives it.
final class StubHost {
  enum Outcome {
    case answer(String)
    case failure(Status, String, details: String = "", plugin: String = "core")
    /// Answered by ``finish(_:with:)``.
    case later
  }

  /// What the plugin called, one line per call: actor, method, arguments.
  private(set) var calls: [String] = []
  private(set) var cancelled: [UInt64] = []
  private(set) var credited: UInt64 = 0
  /// Milliseconds that the contexts of calls were given, in order; those of the plugin itself are left out.
  private(set) var timeouts: [Int64] = []
  /// Contexts made and not freed.
  private(set) var contexts = 0
  private(set) var subscribed: [String] = []
  private(set) var unsubscribed: [UInt64] = []
  var refusesSubscriptions = false
  var answer: (String, String) -> Outcome = { _, _ in .answer("null") }
  /// What `host.services` answers.
  var services = #"{"items":[],"next":null}"#

  private var pending: [UInt64: orch_reply_cb] = [:]
  private var sinks: [UInt64: orch_event_cb] = [:]
  private var lastID: UInt64 = 0
  private let handle = UnsafeMutablePointer<Handle>.allocate(capacity: 1)

  /// What the plugin holds as its host: the object stands behind the table.
  private struct Handle {
    var v: UnsafePointer<orch_host_verbs>
    var object: UnsafeMutableRawPointer
  }

  /// What `ctx` of the C headers is: the identity stands behind the table.
  struct Context {
    var v: UnsafePointer<orch_ctx_verbs>
    var actor: String
    /// `*` for everything.
    var rights: String
  }

  static func context(_ pointer: UnsafeMutablePointer<orch_ctx>?) -> Context? {
    UnsafeMutableRawPointer(pointer)?.assumingMemoryBound(to: Context.self).pointee
  }

  /// The raw routes of plugins.
  let routes = StubRoutes()

  init() {
    let table = UnsafeMutablePointer<orch_host_verbs>.allocate(capacity: 1)
    table.initialize(to: Self.verbs)
    handle.initialize(to: Handle(v: UnsafePointer(table), object: Unmanaged.passUnretained(self).toOpaque()))
  }

  deinit {
    for callback in pending.values { callback.release(callback.ud) }
    for sink in sinks.values { sink.release(sink.ud) }
    handle.pointee.v.deallocate()
    handle.deallocate()
  }

  var raw: UnsafeMutablePointer<orch_host> { UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_host.self) }

  static func from(_ pointer: UnsafeMutablePointer<orch_host>?) -> StubHost? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return Unmanaged<StubHost>.fromOpaque(handle.pointee.object).takeUnretainedValue()
  }

  private static let verbs: orch_host_verbs = {
    var verbs = orch_host_verbs()
    verbs.size = UInt32(MemoryLayout<orch_host_verbs>.size)
    verbs.log = { _, _, _, _ in }
    verbs.extension = { _, id in
      switch id.map({ String(cString: $0) }) {
      case ORCH_EXT_ACTOR: UnsafeRawPointer(actorTable)
      case ORCH_EXT_HTTP_SERVER: UnsafeRawPointer(StubRoutes.table)
      default: nil
      }
    }
    verbs.call = { host, context, method, arguments, _, callback, id in
      StubHost.from(host)?.call(context, Bytes(method).text, Bytes(arguments).text, callback, id)
    }
    verbs.cancel = { host, id in
      StubHost.from(host)?.cancelled.append(id)
      return 0
    }
    verbs.credit = { host, _, bytes in
      StubHost.from(host)?.credited += bytes
      return 0
    }
    verbs.subscribe = { host, context, wish, callback, out in
      guard let host = StubHost.from(host), let wish = wish?.pointee else { return Status.internal.rawValue }
      return host.subscribe(context, wish, callback, out)
    }
    verbs.unsubscribe = { host, id in
      guard let host = StubHost.from(host) else { return Status.internal.rawValue }
      host.unsubscribed.append(id)
      if let sink = host.sinks.removeValue(forKey: id) { sink.release(sink.ud) }
      return 0
    }
    return verbs
  }()

  // Constant tables of constant functions.
  nonisolated(unsafe) private static let actorTable: UnsafeMutablePointer<orch_actor> = {
    let table = UnsafeMutablePointer<orch_actor>.allocate(capacity: 1)
    table.initialize(
      to: orch_actor(
        size: UInt32(MemoryLayout<orch_actor>.size),
        make: { host, identity, out in
          guard let host = StubHost.from(host), let identity = identity?.pointee else { return 13 }
          let context = UnsafeMutablePointer<Context>.allocate(capacity: 1)
          context.initialize(
            to: Context(
              v: UnsafePointer(StubHost.contextTable), actor: Bytes(identity.actor).text,
              rights: identity.rights.p == nil ? "*" : Bytes(identity.rights).text))
          host.contexts += 1
          if !Bytes(identity.actor).equals("system") { host.timeouts.append(identity.timeout_ms) }
          out?.pointee = UnsafeMutableRawPointer(context).assumingMemoryBound(to: orch_ctx.self)
          return 0
        },
        free: { host, context in
          StubHost.from(host)?.contexts -= 1
          guard let context else { return }
          let mine = UnsafeMutableRawPointer(context).assumingMemoryBound(to: Context.self)
          mine.deinitialize(count: 1)
          mine.deallocate()
        }))
    return table
  }()

  nonisolated(unsafe) private static let contextTable: UnsafeMutablePointer<orch_ctx_verbs> = {
    let table = UnsafeMutablePointer<orch_ctx_verbs>.allocate(capacity: 1)
    table.initialize(to: orch_ctx_verbs())
    table.pointee.failure = { _, out in
      let reason: StaticString = "no such topic"
      out?.pointee.message = Bytes(start: reason.utf8Start, count: reason.utf8CodeUnitCount).abi
    }
    return table
  }()

  // MARK: Calls

  private func call(
    _ context: UnsafeMutablePointer<orch_ctx>?, _ method: String, _ arguments: String, _ callback: orch_reply_cb,
    _ id: UnsafeMutablePointer<UInt64>?
  ) {
    lastID += 1
    id?.pointee = lastID
    pending[lastID] = callback
    if method == "host.services" { return finish(lastID, with: .answer(services)) }
    let actor = Self.context(context)?.actor ?? "nobody"
    calls.append("\(actor) \(method) \(arguments)")
    finish(lastID, with: answer(method, arguments))
  }

  /// The id of the newest call.
  var lastCall: UInt64 { lastID }

  func finish(_ id: UInt64, with outcome: Outcome) {
    switch outcome {
    case .later: return
    case .answer(let json): reply(id, UInt32(ORCH_REPLY_END), json: json)
    case .failure(let status, let message, let details, let plugin):
      reply(id, UInt32(ORCH_REPLY_ERROR), status: status, message: message, details: details, plugin: plugin)
    }
    if let callback = pending.removeValue(forKey: id) { callback.release(callback.ud) }
  }

  func chunk(_ id: UInt64, _ json: String) { reply(id, UInt32(ORCH_REPLY_CHUNK), json: json) }

  private func reply(
    _ id: UInt64, _ kind: UInt32, json: String? = nil, status: Status = .ok, message: String = "", details: String = "",
    plugin: String = "core"
  ) {
    let texts = [message, details, plugin].map { text in SharedBytes { $0.append(text) } }
    let body = json.map { json in SharedBytes { $0.append(json) } }
    var buffer = orch_buf()
    if let body {
      buffer.p = UnsafeMutableRawPointer(mutating: body.bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      buffer.n = body.bytes.count
      buffer.owner = Unmanaged.passRetained(body).toOpaque()
      buffer.release = { owner in
        if let owner { Unmanaged<SharedBytes>.fromOpaque(owner).release() }
      }
    }
    withUnsafeMutablePointer(to: &buffer) { buffer in
      var reply = orch_reply()
      reply.size = UInt32(MemoryLayout<orch_reply>.size)
      reply.kind = kind
      reply.status = status.rawValue
      reply.body = body == nil ? nil : buffer
      reply.message = texts[0].bytes.abi
      reply.details = texts[1].bytes.abi
      reply.plugin = texts[2].bytes.abi
      if let callback = pending[id] { callback.fn(callback.ud, &reply) }
      if let release = buffer.pointee.release { release(buffer.pointee.owner) }
    }
    withExtendedLifetime(texts) {}
  }

  // MARK: Events

  private func subscribe(
    _ context: UnsafeMutablePointer<orch_ctx>?, _ wish: orch_subscribe, _ callback: orch_event_cb,
    _ out: UnsafeMutablePointer<orch_subscription>?
  ) -> orch_status {
    let topics = UnsafeBufferPointer(start: wish.topics, count: wish.n_topics).map { Bytes($0).text }
    if topics.contains("bad") || refusesSubscriptions {
      callback.release(callback.ud)
      return Status.invalidArgument.rawValue
    }
    let since = wish.flags & UInt32(ORCH_SUBSCRIBE_SINCE) != 0 ? "\(wish.since)" : "-"
    subscribed.append("\(topics.joined(separator: ",")) \(since) \(Bytes(wish.log).text)")
    lastID += 1
    sinks[lastID] = callback
    out?.pointee.id = lastID
    out?.pointee.seq = 41
    out?.pointee.low = 5
    let log: StaticString = "log-1"
    out?.pointee.log = Bytes(start: log.utf8Start, count: log.utf8CodeUnitCount).abi
    return 0
  }

  /// Delivers an event to every subscription.
  func deliver(_ topic: String, _ data: String, seq: UInt64 = 0, kind: Int = ORCH_EVENT, from: UInt64 = 0) {
    let texts = [topic, data, "core", "log-2"].map { text in SharedBytes { $0.append(text) } }
    var event = orch_event()
    event.size = UInt32(MemoryLayout<orch_event>.size)
    event.kind = UInt32(kind)
    event.seq = seq
    event.from = from
    event.time_ms = 1_700_000_000_123
    event.topic = texts[0].bytes.abi
    event.data = texts[1].bytes.abi
    event.source = texts[2].bytes.abi
    event.log = texts[3].bytes.abi
    for sink in sinks.sorted(by: { $0.key < $1.key }).map(\.value) { sink.fn(sink.ud, &event) }
    withExtendedLifetime(texts) {}
  }
}
