import CPluginSDK
import PluginKit

@testable import HTTPPlugin

/// An exchange as a plugin holds it.
typealias RawPointer = UnsafeMutablePointer<orch_http_exchange>

/// The raw routes of a stub host.
final class StubRoutes {
  struct Route {
    var id: UInt64
    var route: String
    var flags: Int
    var folder: String
    var headers: [String]
    /// What the host finds when it is to run: `.ok` runs the handler.
    var status: Status
    var handler: (RawPointer) -> Void
  }

  private(set) var all: [Route] = []
  /// Who came, one line per request: id, actor, rights.
  private(set) var runs: [String] = []

  @discardableResult
  func add(
    _ route: String, flags: Int = 0, folder: String = "", headers: [String] = [], status: Status = .ok,
    _ handler: @escaping (RawPointer) -> Void = { _ in }
  ) -> UInt64 {
    let id = UInt64(all.count + 100)
    all.append(
      Route(id: id, route: route, flags: flags, folder: folder, headers: headers, status: status, handler: handler))
    return id
  }

  func remove(_ id: UInt64) { all.removeAll { $0.id == id } }

  private func run(_ id: UInt64, _ exchange: RawPointer) -> Status {
    guard let route = all.first(where: { $0.id == id }) else { return .notFound }
    let context = StubHost.context(exchange.pointee.v.pointee.ctx(exchange))
    runs.append("\(id) \(context?.actor ?? "nobody") \(context?.rights ?? "")")
    if route.status == .ok, route.folder.isEmpty { route.handler(exchange) }
    return route.status
  }

  private func each(_ body: (UnsafePointer<orch_http_route_info>) -> Void) {
    for route in all {
      let texts = ["stub", route.route, "read", route.folder].map { text in SharedBytes { $0.append(text) } }
      var info = orch_http_route_info()
      info.size = UInt32(MemoryLayout<orch_http_route_info>.size)
      info.flags = UInt32(route.flags)
      info.id = route.id
      info.plugin = texts[0].bytes.abi
      info.route = texts[1].bytes.abi
      info.permission = texts[2].bytes.abi
      info.folder = texts[3].bytes.abi
      let lines = route.headers.map { line in SharedBytes { $0.append(line) } }
      lines.map(\.bytes.abi).withUnsafeBufferPointer { headers in
        info.headers = headers.baseAddress
        info.n_headers = headers.count
        body(&info)
      }
      withExtendedLifetime((texts, lines)) {}
    }
  }

  // A constant table of constant functions.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_http_server> = {
    let table = UnsafeMutablePointer<orch_http_server>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_server(
        size: UInt32(MemoryLayout<orch_http_server>.size), reserved: 0,
        each: { host, body, ud in StubHost.from(host)?.routes.each { body?(ud, $0) } },
        run: { host, id, exchange in
          guard let host = StubHost.from(host), let exchange else { return Status.internal.rawValue }
          return host.routes.run(id, exchange).rawValue
        }))
    return table
  }()
}

/// The verbs of an exchange, as a plugin in C would call them.
extension UnsafeMutablePointer<orch_http_exchange> {
  var verbs: orch_http_exchange_verbs { pointee.v.pointee }

  var method: String { Bytes(verbs.method(self)).text }
  var target: String { Bytes(verbs.target(self)).text }
  var address: String { Bytes(verbs.address(self)).text }
  var isSecure: Bool { verbs.is_secure(self) == 1 }
  var body: String { Bytes(verbs.body(self)).text }

  func parameter(_ name: String) -> String? {
    var value = orch_str()
    return withBytes(name) { verbs.parameter(self, $0.abi, &value) } == 1 ? Bytes(value).text : nil
  }

  func header(_ name: String) -> String? {
    var value = orch_str()
    return withBytes(name) { verbs.header(self, $0.abi, &value) } == 1 ? Bytes(value).text : nil
  }

  private func withTexts<R>(_ texts: [String], _ body: (UnsafePointer<orch_str>?, Int) -> R) -> R {
    let held = texts.map { text in SharedBytes { $0.append(text) } }
    return withExtendedLifetime(held) {
      held.map(\.bytes.abi).withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
  }

  @discardableResult
  func respond(_ code: UInt16, _ headers: [String] = [], _ body: String = "") -> Status {
    withTexts(headers) { Status(verbs.respond(self, code, $0, $1, StubBuffer.make(Array(body.utf8)))) }
  }

  @discardableResult
  func fail(_ status: Status, _ message: String, details: String = "", retry: Int64 = 0) -> Status {
    withBytes(message) { message in
      withBytes(details) { Status(verbs.fail(self, status.rawValue, message.abi, $0.abi, retry)) }
    }
  }

  @discardableResult
  func begin(_ code: UInt16 = 200, _ headers: [String] = []) -> Status {
    withTexts(headers) { Status(verbs.begin(self, code, $0, $1)) }
  }

  /// Writes a part; what is not taken stays the caller's, who lets go of it.
  @discardableResult
  func write(_ part: [UInt8]) -> Status {
    let buffer = StubBuffer.make(part)
    let status = Status(verbs.write(self, buffer))
    if status != .ok, status != .cancelled { buffer.release(buffer.owner) }
    return status
  }

  @discardableResult
  func write(_ part: String) -> Status { write(Array(part.utf8)) }

  @discardableResult
  func end() -> Status { Status(verbs.end(self)) }

  func onWritable(_ action: @escaping () -> Void) { verbs.on_writable(self, StubTask.make(action)) }
  func onCancel(_ action: @escaping () -> Void) { verbs.on_cancel(self, StubTask.make(action)) }
  func abort() { verbs.abort(self) }
  func retain() { verbs.retain(self) }
  func release() { verbs.release(self) }

  func onReadable(_ action: @escaping () -> Void) { verbs.on_readable(self, StubTask.make(action)) }

  /// The next part of the body, empty at its end, or why there is none.
  func read() -> Result<String, Failure> {
    var out = orch_buf()
    let status = Status(verbs.read(self, &out))
    guard status == .ok else { return .failure(Failure(status, "read")) }
    defer { out.release?(out.owner) }
    return .success(Bytes(orch_str(p: UnsafePointer(out.p), n: out.n)).text)
  }

  /// As ``read()``, in a word: the part in brackets, `end`, or the status.
  func readWord() -> String {
    switch read() {
    case .success(let part): part.isEmpty ? "end" : "[\(part)]"
    case .failure(let failure): "\(failure.status)"
    }
  }

  func upgrade(_ channel: StubChannel, protocol name: String = "") -> Status {
    var socket: UnsafeMutablePointer<orch_http_socket>?
    let status = withBytes(name) { Status(verbs.upgrade(self, $0.abi, channel.callback(), &socket)) }
    channel.socket = socket
    return status
  }
}

/// A buffer on the heap: whoever reads it after its release, or releases it twice, is found by the address sanitizer.
enum StubBuffer {
  static func make(_ bytes: [UInt8]) -> orch_buf {
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: max(bytes.count, 1))
    for (index, byte) in bytes.enumerated() { memory[index] = CChar(bitPattern: byte) }
    return orch_buf(
      p: memory, n: bytes.count,
      release: { owner in owner?.assumingMemoryBound(to: CChar.self).deallocate() }, owner: memory)
  }
}

/// A task that runs a closure.
enum StubTask {
  private final class Box {
    let action: () -> Void
    init(_ action: @escaping () -> Void) { self.action = action }
  }

  static func make(_ action: @escaping () -> Void) -> orch_task {
    orch_task(
      fn: { box in
        guard let box else { return }
        Unmanaged<Box>.fromOpaque(box).takeUnretainedValue().action()
      }, ud: Unmanaged.passRetained(Box(action)).toOpaque(),
      release: { box in
        if let box { Unmanaged<Box>.fromOpaque(box).release() }
      })
  }
}

/// A WebSocket as a plugin holds it, with what it has heard.
final class StubChannel {
  var socket: UnsafeMutablePointer<orch_http_socket>?
  /// What happened, one word per event: `text:…`, `binary:…`, `writable`, `closed:1000`, `released`.
  private(set) var log: [String] = []
  var onText: (StubChannel, [UInt8], Bool) -> Void = { _, _, _ in }

  func callback() -> orch_http_socket_cb {
    orch_http_socket_cb(
      message: { me, isText, data in
        let bytes = Array(Bytes(data))
        StubChannel.from(me)?.hear((isText != 0 ? "text:" : "binary:") + "\(String(decoding: bytes, as: UTF8.self))")
        if let channel = StubChannel.from(me) { channel.onText(channel, bytes, isText != 0) }
      }, writable: { StubChannel.from($0)?.hear("writable") },
      closed: { me, code in StubChannel.from(me)?.hear("closed:\(code)") },
      ud: Unmanaged.passRetained(self).toOpaque(),
      release: { me in
        guard let me else { return }
        let channel = Unmanaged<StubChannel>.fromOpaque(me).takeRetainedValue()
        channel.hear("released")
        channel.socket = nil
      })
  }

  private static func from(_ me: UnsafeMutableRawPointer?) -> StubChannel? {
    me.map { Unmanaged<StubChannel>.fromOpaque($0).takeUnretainedValue() }
  }

  private func hear(_ event: String) { log.append(event) }

  @discardableResult
  func send(_ bytes: [UInt8], isText: Bool = true) -> Status {
    guard let socket else { return .cancelled }
    return Status(socket.pointee.v.pointee.send(socket, isText ? 1 : 0, StubBuffer.make(bytes)))
  }

  @discardableResult
  func send(_ text: String) -> Status { send(Array(text.utf8)) }

  func close(_ code: UInt16, _ reason: String = "") {
    guard let socket else { return }
    withBytes(reason) { socket.pointee.v.pointee.close(socket, code, $0.abi) }
  }
}
