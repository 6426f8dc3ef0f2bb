import Glibc
import OrchestronHost

/// A connection to the control socket of a host that never waits.
final class HostLink {
  /// What the host says.
  enum Message {
    /// A piece of a stream. Valid during the call.
    case chunk(JSONElement, of: Int64)
    case answer(Result<Void, Problem>, to: Int64)
  }

  private var output: Outlet
  private var input = LineInput(limit: 64 << 20)
  private let document = JSONDocument()
  private var writer = JSONWriter(capacity: 4096)
  private var lastID: Int64 = 0
  /// The calls that are not answered yet.
  private(set) var calls: Set<Int64> = []

  /// Connects; nil when nobody listens there, or nobody takes more clients now.
  init?(path: String) {
    let socket = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    output = Outlet(socket)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else { return nil }
  }

  deinit { close(output.file) }

  /// The descriptor, and what it is to be watched for.
  func watched(isReading: Bool) -> pollfd {
    pollfd(file: output.file, (isReading ? POLLIN : 0) | (output.waiting > 0 ? POLLOUT : 0))
  }

  /// Bytes that the host has not taken yet.
  var waiting: Int { output.waiting }

  /// Calls a method.
  ///
  /// - Parameters:
  ///   - timeout: Milliseconds; 0 for the host's own limit.
  ///   - params: Writes the members of the arguments.
  /// - Returns: The id of the call.
  func call(_ method: String, timeout: Int64 = 0, _ params: (inout JSONWriter) -> Void) -> Int64 {
    lastID += 1
    writer.reset(keepingAtMost: 1 << 20)
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.int(lastID)
    writer.key("method")
    writer.string(method)
    if timeout > 0 {
      writer.key("timeout")
      writer.int(timeout)
    }
    writer.key("params")
    writer.beginObject()
    params(&writer)
    writer.endObject()
    writer.endObject()
    writer.newline()
    output.add(writer.bytes)
    calls.insert(lastID)
    return lastID
  }

  /// Sends what waits.
  ///
  /// - Returns: False when the host has gone.
  func flush() -> Bool { output.flush() }

  /// Reads what has come and tells `take` of it.
  ///
  /// - Returns: False when the host has gone.
  func receive(_ take: (Message) -> Void) -> Bool {
    input.read(from: output.file)
    var isSound = true
    while isSound, input.next({ isSound = understand($0, take) }) {}
    return isSound && !input.isEnded
  }

  private func understand(_ line: LineInput.Line, _ take: (Message) -> Void) -> Bool {
    guard case .text(let text) = line, (try? document.parse(text)) != nil else { return false }
    let root = document.root
    if root["method"]?.string == "chunk", let call = root["params"]?["call"]?.int {
      if let data = root["params"]?["data"] { take(.chunk(data, of: call)) }
      return true
    }
    guard let id = root["id"]?.int, calls.remove(id) != nil else { return root["method"] != nil }
    if let error = root["error"] {
      take(.answer(.failure(Problem(error["data"]?.json ?? .null)), to: id))
    } else {
      take(.answer(.success(()), to: id))
    }
    return true
  }
}
