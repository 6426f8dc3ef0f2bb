import CPluginSDK
import PluginKit

/// A WebSocket that a plugin speaks on itself.
final class Channel: WebSocketHandler {
  private let callback: orch_http_socket_cb
  private var connection: WebSocketConnection?
  private let handle: UnsafeMutablePointer<Handle>
  private var wasRefused = false
  private var isOver = false

  private struct Handle {
    var v: UnsafePointer<orch_http_socket_verbs>
    var object: UnsafeMutableRawPointer?
  }

  init(_ callback: orch_http_socket_cb) {
    self.callback = callback
    handle = .allocate(capacity: 1)
    handle.initialize(to: Handle(v: UnsafePointer(Self.verbs), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    callback.release?(callback.ud)
    handle.deallocate()
  }

  /// As C sees it: valid until `closed` has run.
  var pointer: UnsafeMutablePointer<orch_http_socket> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_socket.self)
  }

  private static func from(_ pointer: UnsafeMutablePointer<orch_http_socket>?) -> Channel? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return handle.pointee.object.map { Unmanaged<Channel>.fromOpaque($0).takeUnretainedValue() }
  }

  func webSocketDidOpen(_ connection: WebSocketConnection) { self.connection = connection }

  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    callback.message?(callback.ud, isText ? 1 : 0, message.abi)
  }

  func webSocketDidDrain(_ connection: WebSocketConnection) {
    guard wasRefused, !connection.isCongested else { return }
    wasRefused = false
    callback.writable?(callback.ud)
  }

  func webSocketDidClose(_ connection: WebSocketConnection) {
    isOver = true
    self.connection = nil
    callback.closed?(callback.ud, connection.closeCode)
  }

  private func send(isText: Bool, _ data: SharedBytes) -> Status {
    // Before the handshake is written there is no connection yet: the caller is still within `upgrade`.
    guard let connection else { return isOver ? .cancelled : .failedPrecondition }
    guard !connection.isCongested else {
      wasRefused = true
      return .resourceExhausted
    }
    let isSent = isText ? connection.send { $0.append(data.bytes) } : connection.send(binary: data.bytes)
    return isSent ? .ok : .cancelled
  }

  /// Constant, never freed.
  nonisolated(unsafe) private static let verbs: UnsafeMutablePointer<orch_http_socket_verbs> = {
    let table = UnsafeMutablePointer<orch_http_socket_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_socket_verbs(
        size: UInt32(MemoryLayout<orch_http_socket_verbs>.size), reserved: 0,
        send: { socket, isText, data in
          let data = SharedBytes(taking: data)
          return (Channel.from(socket)?.send(isText: isText != 0, data) ?? .internal).rawValue
        },
        close: { socket, code, reason in Channel.from(socket)?.connection?.close(code, Bytes(reason)) }))
    return table
  }()
}
