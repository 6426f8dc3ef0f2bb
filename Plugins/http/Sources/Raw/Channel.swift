import CPluginSDK
import PluginKit

/// A WebSocket that a plugin speaks on itself.
///
/// Its functions are the host's, which may be called at any time and close it when the plugin stops.
final class Channel: WebSocketHandler, Resident {
  private let app: Application
  private let visitor: Visitor
  private let callback: orch_http_socket_cb
  private var connection: WebSocketConnection?
  private let handle: UnsafeMutablePointer<Handle>
  private var wasRefused = false
  /// Whether the plugin has this object, and so is to be told of its end.
  private(set) var isGiven = false
  private var isOver = false

  // What the plugin does before the reply to the handshake is on its way.
  private var early: [(isText: Bool, data: SharedBytes)] = []
  private var earlyBytes = 0
  private var earlyClose: (code: UInt16, reason: SharedBytes)?
  private static let earlyLimit = 1 << 20

  private struct Handle {
    var v: UnsafePointer<orch_http_socket_verbs>
    var object: UnsafeMutableRawPointer?
  }

  init(_ app: Application, _ visitor: Visitor, _ callback: orch_http_socket_cb) {
    self.app = app
    self.visitor = visitor
    self.callback = callback
    handle = .allocate(capacity: 1)
    handle.initialize(to: Handle(v: UnsafePointer(Self.verbs), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    handle.pointee.object = nil  // What is told now may still use the handle.
    // The client may have gone before the connection was a WebSocket.
    if isGiven, !isOver { callback.closed?(callback.ud, 1006) }
    callback.release?(callback.ud)
    handle.deallocate()
  }

  /// As C sees it: valid until `closed` has run.
  func give() -> UnsafeMutablePointer<orch_http_socket> {
    isGiven = true
    return UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_socket.self)
  }

  private static func from(_ pointer: UnsafeMutablePointer<orch_http_socket>?) -> Channel? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return handle.pointee.object.map { Unmanaged<Channel>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: The client

  func webSocketDidOpen(_ connection: WebSocketConnection) {
    self.connection = connection
    app.didBegin(self)
    connection.expectIdentity(within: visitor.timeLeft)
    for message in early { write(message.isText, message.data, to: connection) }
    early = []
    if let earlyClose { connection.close(earlyClose.code, earlyClose.reason.bytes) }
    earlyClose = nil
  }

  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    guard !isOver else { return }
    if let problem = app.excess(of: visitor, connection.engine) {
      // How its plugin would tell it, nobody knows here.
      var sentence = problem.detail
      return sentence.withUTF8 { connection.close(WebSocketConnection.CloseCode.tryAgainLater.rawValue, $0) }
    }
    callback.message?(callback.ud, isText ? 1 : 0, message.abi)
  }

  func webSocketDidDrain(_ connection: WebSocketConnection) {
    guard wasRefused, !isOver, !connection.isCongested else { return }
    wasRefused = false
    callback.writable?(callback.ud)
  }

  func webSocketDidClose(_ connection: WebSocketConnection) {
    self.connection = nil
    app.didEnd(self)
    end(connection.closeCode)
  }

  private func end(_ code: UInt16) {
    guard !isOver else { return }
    isOver = true
    callback.closed?(callback.ud, code)
  }

  // MARK: What changes while it is open

  func identifyAgain() {
    guard let before = visitor.principal, before !== app.authenticator.nobody, !visitor.isAsking else { return }
    visitor.ask { [weak self] _ in
      guard let self, let connection else { return }
      // The plugin has been told who this is and what he may do: with other rights he comes again.
      guard let now = visitor.principal, now.isSame(as: before) else {
        return connection.close(.unauthenticated, "what you have shown does not hold any more")
      }
      connection.expectIdentity(within: visitor.timeLeft)
    }
  }

  func webSocketIdentityIsDue(_ connection: WebSocketConnection) { identifyAgain() }

  // MARK: The plugin

  private func send(_ isText: Bool, _ data: SharedBytes) -> Status {
    guard !isOver, earlyClose == nil else { return .cancelled }
    guard let connection else {
      guard earlyBytes + data.bytes.count <= Self.earlyLimit else { return .resourceExhausted }
      earlyBytes += data.bytes.count
      early.append((isText, data))
      return .ok
    }
    guard !connection.isCongested else {
      wasRefused = true
      return .resourceExhausted
    }
    return write(isText, data, to: connection) ? .ok : .cancelled
  }

  @discardableResult
  private func write(_ isText: Bool, _ data: SharedBytes, to connection: WebSocketConnection) -> Bool {
    withExtendedLifetime(data) {
      isText ? connection.send { $0.append(data.bytes) } : connection.send(binary: data.bytes)
    }
  }

  private func close(_ code: UInt16, _ reason: Bytes) {
    guard let connection else {
      if !isOver, earlyClose == nil { earlyClose = (code, SharedBytes(copying: reason)) }
      return
    }
    connection.close(code, reason)
  }

  /// Constant, never freed.
  nonisolated(unsafe) private static let verbs: UnsafeMutablePointer<orch_http_socket_verbs> = {
    let table = UnsafeMutablePointer<orch_http_socket_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_socket_verbs(
        size: UInt32(MemoryLayout<orch_http_socket_verbs>.size), reserved: 0,
        send: { socket, isText, data in
          let data = SharedBytes(taking: data)
          return (Channel.from(socket)?.send(isText != 0, data) ?? .cancelled).rawValue
        },
        close: { socket, code, reason in Channel.from(socket)?.close(code, Bytes(reason)) }))
    return table
  }()
}
