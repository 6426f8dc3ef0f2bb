import Glibc

/// A connection to the control socket of a running host, for programs that wait for each answer.
public final class ControlClient {
  private let socket: CInt
  private var input = LineBuffer()
  private let document = JSONDocument()
  private var lastID: Int64 = 0
  /// Notifications that came while an answer was awaited.
  private var pending: [Notification] = []

  /// Something that the host says by itself.
  public struct Notification: Sendable {
    /// `event`, `lost` or `resync`.
    public let method: String
    public let params: JSON
  }

  /// Connects; nil when nobody listens there.
  public init?(path: String) throws(Failure) {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard path.utf8.count <= room else {
      Glibc.close(socket)
      throw Failure(.invalidArgument, "the socket's path \(path) is longer than \(room) bytes")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if status == 0 { return }
    let number = errno
    Glibc.close(socket)
    if number == ENOENT || number == ECONNREFUSED { return nil }
    throw Failure(.unavailable, "the host cannot be reached by \(path): \(errorText(number))")
  }

  deinit { close(socket) }

  /// Calls a method and waits for its answer.
  ///
  /// - Parameters:
  ///   - params: The JSON object of the arguments, as text.
  ///   - timeout: Milliseconds after which the host gives the call up; 0 for its own limit.
  ///   - chunk: Told each chunk of a stream.
  public func call(
    _ method: String, _ params: [UInt8] = [], timeout: Int64 = 0, chunk: (JSON) -> Void = { _ in }
  ) throws(Problem) -> JSON {
    lastID += 1
    let id = lastID
    var writer = JSONWriter(capacity: params.count + 128)
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.int(id)
    writer.key("method")
    writer.string(method)
    if !params.isEmpty {
      writer.key("params")
      params.withUnsafeBytes { writer.raw($0) }
    }
    if timeout > 0 {
      writer.key("timeout")
      writer.int(timeout)
    }
    writer.endObject()
    writer.newline()
    let outcome: Result<JSON, Problem>
    do throws(Failure) {
      try send(writer.bytes)
      outcome = try answer(to: id, chunk)
    } catch {
      throw Problem(error)
    }
    return try outcome.get()
  }

  /// Sends a request whose answer is of no interest.
  public func ask(_ method: String) throws(Failure) {
    var writer = JSONWriter()
    writer.rpcNotification(method) { writer in
      writer.beginObject()
      writer.endObject()
    }
    try send(writer.bytes)
  }

  private func answer(to id: Int64, _ chunk: (JSON) -> Void) throws(Failure) -> Result<JSON, Problem> {
    while true {
      switch try receive() {
      case .notification(let note) where note.method == "chunk" && note.params["call"]?.int == id:
        chunk(note.params["data"] ?? .null)
      case .notification(let note): pending.append(note)
      case .answer(let outcome, let of): if of == id || of == nil { return outcome }
      }
    }
  }

  /// Waits for what the host says next by itself.
  public func next() throws(Failure) -> Notification {
    if !pending.isEmpty { return pending.removeFirst() }
    while true {
      if case .notification(let note) = try receive() { return note }
    }
  }

  private enum Message {
    case notification(Notification)
    /// `to` is nil when the host could not make out the request.
    case answer(Result<JSON, Problem>, to: Int64?)
  }

  /// Waits for one line.
  private func receive() throws(Failure) -> Message {
    while true {
      let line = input.next { [document] line in
        Result { () throws(JSONError) in
          try document.parse(line)
          return document.root.json
        }
      }
      if let line {
        guard let message = try? line.get() else { throw Failure(.internal, "the host answered with a broken line") }
        if let method = message["method"]?.string {
          return .notification(Notification(method: method, params: message["params"] ?? .null))
        }
        if let error = message["error"] {
          return .answer(.failure(Problem(error["data"] ?? .null)), to: message["id"]?.int)
        }
        return .answer(.success(message["result"] ?? .null), to: message["id"]?.int)
      }
      guard !input.isTooLong else { throw Failure(.resourceExhausted, "the host's answer is too long") }
      try read()
    }
  }

  private func read() throws(Failure) {
    try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer throws(Failure) in
      var count: Int
      repeat { count = Glibc.read(socket, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      guard count > 0 else { throw Failure(.unavailable, "the host has ended") }
      input.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      let count = Glibc.send(
        socket, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure(.unavailable, "the host has ended") }
      sent += count
    }
  }
}
