import CUV
import Glibc
import Testing

@testable import HTTPPlugin

/// A server on a loop of its own, which runs only while a test waits.
final class SocketSite: HTTPHandler {
  let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
  private(set) var server: Server!  // Set in `init`; it needs `self` as its application.
  private(set) var port = 0
  var waiting: [HTTPExchange] = []
  var gone = 0

  init(_ settings: ServerSettings = ServerSettings()) throws {
    signal(SIGPIPE, SIG_IGN)  // As the host does.
    uv_loop_init(loop)
    server = Server(loop, settings, app: self)
    port = try server.listen(host: "127.0.0.1", port: 0, isWebSocketOnly: false).port
  }

  func takesBodyInParts(_ exchange: HTTPExchange) -> Bool { false }

  func handle(_ exchange: HTTPExchange) {
    switch exchange.target.text {
    case "/later":
      exchange.onDisconnect = { [unowned self] in gone += 1 }
      waiting.append(exchange)
    case "/big": exchange.respond(.ok, .text, body: SharedBytes { $0.append(String(repeating: "b", count: 8 << 20)) })
    case "/bursts":
      exchange.beginStream()
      exchange.onWritable = { [unowned self] in burst(exchange) }
      burst(exchange)
    case "/ws": _ = WebSocketHandshake.answer(exchange) { EchoHandler() }
    case "/echo": exchange.respond(.ok, body: SharedBytes(copying: exchange.body))
    case "/secure": exchange.respond(.ok, .text, text: exchange.remote.isSecure ? "secure" : "plain")
    case "/abort":
      exchange.beginStream()
      exchange.stream { $0.append("half") }
      waiting.append(exchange)
    default: exchange.respond(.ok, .text, text: "hello")
    }
  }

  private var bursts = 0

  /// Streams ten times what may wait, each time in one turn of the loop.
  private func burst(_ exchange: HTTPExchange) {
    if bursts == 10 { return exchange.endStream() }
    bursts += 1
    while exchange.stream({ $0.append(String(repeating: "b", count: 1000)) }) {}
  }

  /// Runs the loop until something is so; answers false when that takes longer than five seconds.
  func run(until condition: () -> Bool) -> Bool {
    let end = uv_hrtime() + 5_000_000_000
    while !condition() {
      if uv_hrtime() > end { return false }
      uv_run(loop, UV_RUN_NOWAIT)
    }
    return true
  }

  /// Stops the server; answers whether every handle was closed.
  func stop() -> Bool {
    var isDone = false
    server.stop { isDone = true }
    guard run(until: { isDone }) else { return false }
    uv_run(loop, UV_RUN_NOWAIT)
    guard uv_loop_close(loop) == 0 else { return false }
    loop.deallocate()
    return true
  }
}

final class EchoHandler: WebSocketHandler {
  func webSocketDidOpen(_ connection: WebSocketConnection) {}
  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    connection.send { $0.append(message) }
  }
  func webSocketDidDrain(_ connection: WebSocketConnection) {}
  func webSocketDidClose(_ connection: WebSocketConnection) {}
}

/// A client with a plain socket that never blocks.
final class SocketPeer {
  private let descriptor: CInt
  private(set) var received: [UInt8] = []
  private(set) var isAtEnd = false

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let address = try #require(SocketAddress("127.0.0.1", port: port))
    let result = address.withPointer { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    try #require(result == 0)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { Glibc.close(descriptor) }

  func send(_ text: String) { send(Array(text.utf8)) }
  func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Reads what is there, and answers all that has come.
  @discardableResult
  func read(atMost limit: Int = .max) -> String {
    take(atMost: limit)
    return String(decoding: received, as: UTF8.self)
  }

  /// Reads what is there.
  func take(atMost limit: Int = .max) {
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
      while received.count < limit {
        let count = recv(descriptor, buffer.baseAddress, min(buffer.count, limit - received.count), 0)
        if count == 0 || (count < 0 && errno != EAGAIN) { isAtEnd = true }
        if count <= 0 { return }
        received.append(contentsOf: buffer.prefix(count))
      }
    }
  }
}
