import CHost
import CUV
import Glibc

/// Serves the control socket of a host: every public method, and events, as JSON-RPC 2.0 with one JSON text per line.
///
/// Only processes of the host's own user are let in; they act as `user:<login>`. Belongs to the host's loop.
///
/// - `service.method` with named arguments. A stream is sent as notifications `chunk {call,data}` before the reply,
///   `call` being the id of the request. A request may carry `timeout` in milliseconds.
/// - `subscribe {topics,since?,log?}` answers `{subscription,log,seq,low}`; then come notifications
///   `event {subscription,seq?,topic,time,source,data}`, `resync {subscription,log,seq}`, and
///   `lost {subscription,from?,to?,count}` for a client that reads too slowly. `unsubscribe {subscription}` ends it.
/// - `cancel {call}` gives up a request that is under way.
/// - `yield` asks a host in the background to end, for another that wants its folder.
/// - `describe {method}` answers the declaration of one method.
public final class ControlServer {
  /// The socket's path.
  public let path: String
  unowned let host: Host
  let loop: Loop
  /// Every client's actor.
  let actor: Text
  /// Where requests are parsed, one at a time.
  let document = JSONDocument()
  var writer = JSONWriter(capacity: 4096)
  private let listener: UnsafeMutablePointer<uv_pipe_t>
  private var connectionsByID: [UInt64: ControlConnection] = [:]
  private let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// How many clients may be connected.
  static let connectionLimit = 512

  /// Binds the socket and listens. Whoever calls holds the ``HostLock`` of the folder, so that a socket already there
  /// is a dead host's.
  ///
  /// The process has to ignore SIGPIPE: a client that goes away is no reason to end.
  public init(_ host: Host, path: String) throws(Failure) {
    self.host = host
    self.path = path
    loop = host.loop
    actor = Text(PeerUser.current.actor)
    unlink(path)
    listener = .allocate(capacity: 1)
    uv_pipe_init(loop.uv, listener, 0)
    listener.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    // Nobody can connect before it listens, so that the mode is set in time. (A umask would be the whole process's.)
    var status = uv_pipe_bind(listener, path)
    if status == 0, chmod(path, 0o600) != 0 { status = uv_translate_sys_error(errno) }
    if status == 0 {
      status = listener.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream in
        uv_listen(stream, 128) { listener, status in
          guard status == 0, let data = listener?.pointee.data else { return }
          Unmanaged<ControlServer>.fromOpaque(data).takeUnretainedValue().accept()
        }
      }
    }
    guard status == 0 else {
      close()
      throw Failure(
        .failedPrecondition, "the control socket \(path) cannot be opened: \(String(cString: uv_strerror(status)))")
    }
  }

  deinit { readBuffer.deallocate() }

  /// What ends the host when it is asked to make way; nil for a host that does not.
  var yield: (() -> Void)?

  private var isListening = true

  /// Lets no client in any more; those that are connected stay.
  public func stopListening() {
    guard isListening else { return }
    isListening = false
    unlink(path)
    listener.pointee.data = nil
    listener.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
  }

  /// Stops listening and ends all connections. To be called before the server goes.
  public func close() {
    stopListening()
    for connection in connections { connection.close() }
  }

  /// The clients that are connected.
  var connections: [ControlConnection] { Array(connectionsByID.values) }

  private func accept() {
    let pipe = UnsafeMutablePointer<uv_pipe_t>.allocate(capacity: 1)
    uv_pipe_init(loop.uv, pipe, 0)
    let isAccepted = listener.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { listener in
      pipe.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { uv_accept(listener, $0) == 0 }
    }
    let connection = ControlConnection(pipe, server: self, id: host.newID())
    guard isAccepted, connectionsByID.count < ControlServer.connectionLimit, PeerUser.isSame(as: pipe) else {
      return connection.close()
    }
    connectionsByID[connection.id] = connection
    connection.startReading()
  }

  func ended(_ connection: ControlConnection) { connectionsByID[connection.id] = nil }

  /// The memory that all connections read into, one at a time.
  var readMemory: uv_buf_t {
    uv_buf_t(base: readBuffer.baseAddress?.assumingMemoryBound(to: CChar.self), len: readBuffer.count)
  }
}
