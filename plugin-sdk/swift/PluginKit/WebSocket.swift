import CPluginSDK

/// One WebSocket of a plugin, made of a request by ``WebExchange/upgrade(protocol:)``.
///
/// ```swift
/// try host.route("GET /echo") { exchange in
///   guard let socket = try? exchange.upgrade() else { return }
///   socket.onMessage = { [unowned socket] message in socket.send(message) }
/// }
/// ```
/// It stays open whether or not the plugin holds this object, until one side closes it. Who has opened it is asked again
/// when that may have changed; with other rights it is closed with the code 4401. When the route ends, it is closed with
/// 1001 and its functions are not called any more.
@Loop
public final class WebSocket {
  /// One whole message.
  public enum Message: Sendable, Equatable {
    case text(String)
    case bytes([UInt8])
  }

  /// Called with each message.
  public var onMessage: (@Loop (Message) -> Void)?
  /// Called when there is room again after a refused ``send(_:)-(Message)``.
  public var onWritable: (@Loop () -> Void)?
  /// Called last, with the code of the client's close frame: 1005 for one without a code, 1006 without a frame.
  public var onClose: (@Loop (Int) -> Void)?

  private var socket: UnsafeMutablePointer<orch_http_socket>?

  fileprivate init() {}

  /// Whether messages can still be sent.
  public var isOpen: Bool { socket != nil }

  /// Sends one message.
  ///
  /// - Returns: ``Status/resourceExhausted`` when 1 MiB waits for the client: the message is dropped, ``onWritable`` tells
  ///   when there is room. ``Status/cancelled`` once the socket is closed.
  @discardableResult
  public func send(_ message: Message) -> Status {
    guard let socket else { return .cancelled }
    guard let send = socket.pointee.v.pointee.send else { return .unimplemented }
    return switch message {
    case .text(let text): Status(send(socket, 1, give(Array(text.utf8))))
    case .bytes(let bytes): Status(send(socket, 0, give(bytes)))
    }
  }

  /// Sends one message of text, as ``send(_:)-(Message)``.
  @discardableResult
  public func send(_ text: String) -> Status { send(.text(text)) }

  /// Closes the socket; ``onClose`` follows.
  ///
  /// - Parameters:
  ///   - code: 1000 to 1003, 1007 to 1014, or 3000 to 4999; others are sent as 1011.
  ///   - reason: At most 123 bytes.
  public func close(_ code: Int = 1000, _ reason: String = "") {
    guard let socket else { return }
    reason.withText { socket.pointee.v.pointee.close?(socket, UInt16(clamping: code), $0) }
  }

  fileprivate func open(_ socket: UnsafeMutablePointer<orch_http_socket>) { self.socket = socket }

  fileprivate func didClose(_ code: Int) {
    socket = nil
    onClose?(code)
  }

  /// The functions may hold this object.
  fileprivate func end() {
    socket = nil
    onMessage = nil
    onWritable = nil
    onClose = nil
  }
}

extension WebExchange {
  /// Makes the connection a WebSocket.
  ///
  /// - Parameter name: A subprotocol that the client offers in `Sec-WebSocket-Protocol`, or nothing.
  /// - Throws: ``Status/invalidArgument`` when the request is no handshake; the client has been answered then.
  @Loop
  public func upgrade(protocol name: String = "") throws(Failure) -> WebSocket {
    guard let upgrade = raw.pointee.v.pointee.upgrade else { throw .missing(ORCH_EXT_HTTP_ROUTES) }
    let webSocket = WebSocket()
    let callback = orch_http_socket_cb(
      message: Hearing.message, writable: Hearing.writable, closed: Hearing.closed,
      ud: Unmanaged.passRetained(webSocket).toOpaque(), release: Hearing.release)
    var socket: UnsafeMutablePointer<orch_http_socket>?
    let status = name.withText { upgrade(raw, $0, callback, &socket) }
    try Failure.check(status, "the request is no handshake of a WebSocket")
    guard let socket else { throw Failure(.internal, "the server has made no WebSocket") }
    webSocket.open(socket)
    return webSocket
  }
}

/// The functions that the server calls.
@Loop
private enum Hearing {
  static let message: @convention(c) (UnsafeMutableRawPointer?, UInt8, orch_str) -> Void = { me, isText, data in
    guard let webSocket = webSocket(me) else { return }
    webSocket.onMessage?(isText != 0 ? .text(string(data)) : .bytes(Array(bytes(of: data))))
  }

  static let writable: @convention(c) (UnsafeMutableRawPointer?) -> Void = { webSocket($0)?.onWritable?() }

  static let closed: @convention(c) (UnsafeMutableRawPointer?, UInt16) -> Void = { webSocket($0)?.didClose(Int($1)) }

  static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { me in
    guard let me else { return }
    let webSocket = Unmanaged<WebSocket>.fromOpaque(me).takeRetainedValue()
    webSocket.end()
  }

  private static func webSocket(_ me: UnsafeMutableRawPointer?) -> WebSocket? {
    me.map { Unmanaged<WebSocket>.fromOpaque($0).takeUnretainedValue() }
  }
}
