import CUV

/// A listening TCP socket on the host's loop.
final class Listener {
  /// Why a port cannot be listened on, as a sentence with the fix.
  struct Failure: Error {
    var sentence: String
  }

  /// The port that was bound; a free one when 0 was asked for.
  private(set) var port: Int
  private let tcp: UnsafeMutablePointer<uv_tcp_t>
  private let accept: (UnsafeMutablePointer<uv_stream_t>) -> Void

  /// Binds and listens. `accept` is called for each client that waits, with the stream to accept it from.
  init(
    _ loop: UnsafeMutablePointer<uv_loop_t>, host: String, port wanted: Int,
    accept: @escaping (UnsafeMutablePointer<uv_stream_t>) -> Void
  ) throws(Failure) {
    guard let address = SocketAddress(host, port: wanted) else {
      throw Failure(
        sentence: "The host \"\(host)\" is no IP address; use 127.0.0.1, ::1 or an address of this machine.")
    }
    self.accept = accept
    port = wanted
    tcp = .allocate(capacity: 1)
    uv_tcp_init(loop, tcp)  // Cannot fail without a socket.
    var result = address.withPointer { uv_tcp_bind(tcp, $0, 0) }  // libuv sets SO_REUSEADDR.
    if result == 0 {
      result = tcp.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream in
        uv_listen(stream, 1024) { stream, status in
          guard status == 0, let stream, let data = stream.pointee.data else { return }
          Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue().accept(stream)
        }
      }
    }
    port = SocketAddress(boundTo: tcp)?.port ?? wanted
    guard result == 0 else {
      tcp.pointee.data = nil
      Self.close(tcp)
      throw Failure(sentence: Self.sentence(result, address, wanted))
    }
    tcp.pointee.data = Unmanaged.passUnretained(self).toOpaque()  // Closed before this object goes.
  }

  /// Stops listening; clients that are connected stay.
  func close() {
    tcp.pointee.data = nil
    Self.close(tcp)
  }

  private static func close(_ tcp: UnsafeMutablePointer<uv_tcp_t>) {
    tcp.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
      guard uv_is_closing(handle) == 0 else { return }
      uv_close(handle) { UnsafeMutableRawPointer($0)?.deallocate() }
    }
  }

  private static func sentence(_ error: CInt, _ address: SocketAddress, _ port: Int) -> String {
    switch error {
    case UV_EADDRINUSE.rawValue:
      let holder = PortHolder.find(port: port).map { " by \($0)" } ?? ""
      return "Port \(port) on \(address.text) is taken\(holder); stop that program, or use --port 0 for a free port."
    case UV_EACCES.rawValue:
      return "Port \(port) needs privileges; use a port above 1023, or --port 0 for a free one."
    case UV_EADDRNOTAVAIL.rawValue:
      return "The address \(address.text) does not belong to this machine."
    default:
      return "Cannot listen on \(address.text) port \(port): \(String(cString: uv_strerror(error)))."
    }
  }
}
