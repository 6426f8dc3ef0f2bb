import CHost

@testable import OrchestronHost

/// A plugin that serves HTTP, as the host sees it: exchanges and sockets that remember what is done with them.
final class StubServer {
  let plugin: Plugin

  init(_ plugin: Plugin) { self.plugin = plugin }

  /// Runs the handler of a route by its text, as `user:ada` with all rights.
  func run(_ route: String) -> StubServed? {
    guard let route = plugin.host.httpRoutes.all.first(where: { $0.text.string == route }),
      let context = plugin.faceContext(rights: nil)
    else { return nil }
    let served = StubServed(context, of: plugin)
    served.status = Status(rawValue: HostExtensions.httpServer.run(plugin.pointer, route.id, served.pointer))
    return served
  }
}

/// One request, as its server holds it.
final class StubServed {
  /// What was done, one word per event: `respond:200`, `fail:14`, `begin`, `abort`, `upgrade`, `close:1001 reason`,
  /// `send:text`.
  private(set) var log: [String] = []
  /// References that the host holds.
  private(set) var holds = 0
  fileprivate(set) var status: Status?
  /// What the host has handed over; this stub never releases it by itself.
  private(set) var tasks: [String: orch_task] = [:]
  private(set) var hearing: orch_http_socket_cb?
  /// The host's answer to whatever is called after the answer has ended.
  private var reply = "none"

  private let context: UnsafeMutablePointer<orch_ctx>
  private let plugin: Plugin
  private let exchange = UnsafeMutablePointer<chost_handle>.allocate(capacity: 1)
  private let socket = UnsafeMutablePointer<chost_handle>.allocate(capacity: 1)

  fileprivate init(_ context: UnsafeMutablePointer<orch_ctx>, of plugin: Plugin) {
    self.context = context
    self.plugin = plugin
    let me = Unmanaged.passUnretained(self).toOpaque()
    exchange.initialize(to: chost_handle(v: UnsafeRawPointer(Self.exchangeVerbs), object: me))
    socket.initialize(to: chost_handle(v: UnsafeRawPointer(Self.socketVerbs), object: me))
  }

  deinit {
    HostExtensions.actor.free(plugin.pointer, context)
    exchange.deallocate()
    socket.deallocate()
  }

  var pointer: UnsafeMutablePointer<orch_http_exchange> {
    UnsafeMutableRawPointer(exchange).assumingMemoryBound(to: orch_http_exchange.self)
  }

  // MARK: What a server does

  /// Runs a task that the plugin has set: `writable`, `cancel` or `readable`.
  func fire(_ name: String) {
    guard let task = tasks[name] else { return }
    task.fn?(task.ud)
  }

  /// Lets go of everything that the host has handed over.
  func release() {
    for task in tasks.values { task.release?(task.ud) }
    tasks = [:]
    if let hearing { hearing.release?(hearing.ud) }
    hearing = nil
  }

  func receive(_ text: String) {
    guard let hearing else { return }
    orch_str.with(text) { hearing.message?(hearing.ud, 1, $0) }
  }

  func drain() { if let hearing { hearing.writable?(hearing.ud) } }
  func close(_ code: UInt16) { if let hearing { hearing.closed?(hearing.ud, code) } }

  // MARK: What the host does

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> StubServed {
    // Every pointer of this stub is one of its handles.
    let handle = pointer.unsafelyUnwrapped.assumingMemoryBound(to: chost_handle.self)
    return Unmanaged<StubServed>.fromOpaque(handle.pointee.object).takeUnretainedValue()
  }

  private func end(_ word: String, as next: String = "ended", from before: String = "none") -> orch_status {
    guard reply == before else { return Status.failedPrecondition.rawValue }
    reply = next
    log.append(word)
    return 0
  }

  nonisolated(unsafe) private static let exchangeVerbs: UnsafeMutablePointer<orch_http_exchange_verbs> = {
    var verbs = orch_http_exchange_verbs()
    verbs.size = UInt32(MemoryLayout<orch_http_exchange_verbs>.size)
    verbs.ctx = { from($0).context }
    verbs.method = { _ in get.str }
    verbs.retain = { from($0).holds += 1 }
    verbs.release = { from($0).holds -= 1 }
    verbs.respond = { x, code, _, _, body in
      body.release?(body.owner)
      return from(x).end("respond:\(code)")
    }
    verbs.fail = { x, status, _, _, _ in from(x).end("fail:\(status)") }
    verbs.begin = { x, _, _, _ in from(x).end("begin", as: "streaming") }
    verbs.on_writable = { from($0).take("writable", $1) }
    verbs.on_cancel = { from($0).take("cancel", $1) }
    verbs.on_readable = { from($0).take("readable", $1) }
    verbs.upgrade = { x, _, callback, out in
      let me = from(x)
      me.hearing = callback
      out?.pointee = UnsafeMutableRawPointer(me.socket).assumingMemoryBound(to: orch_http_socket.self)
      return me.end("upgrade")
    }
    verbs.abort = { _ = from($0).end("abort", from: "streaming") }
    let table = UnsafeMutablePointer<orch_http_exchange_verbs>.allocate(capacity: 1)
    table.initialize(to: verbs)
    return table
  }()

  nonisolated(unsafe) private static let socketVerbs: UnsafeMutablePointer<orch_http_socket_verbs> = {
    let table = UnsafeMutablePointer<orch_http_socket_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_socket_verbs(
        size: UInt32(MemoryLayout<orch_http_socket_verbs>.size), reserved: 0,
        send: { socket, _, data in
          let bytes = UnsafeRawBufferPointer(start: data.p, count: data.n)
          from(socket).log.append("send:\(String(decoding: bytes, as: UTF8.self))")
          data.release?(data.owner)
          return 0
        }, close: { socket, code, reason in from(socket).log.append("close:\(code) \(reason.string)") }))
    return table
  }()

  private static let get = Text("GET")

  private func take(_ name: String, _ task: orch_task) {
    if let before = tasks[name] { before.release?(before.ud) }
    tasks[name] = task
  }
}
