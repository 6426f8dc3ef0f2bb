import Glibc

@testable import OrchestronHost

/// A host with its control socket, on the test's own thread.
final class ControlHost {
  let host: TestHost
  let server: ControlServer
  private let folder: TestFolder

  init(_ fixtures: String...) throws {
    signal(SIGPIPE, SIG_IGN)
    folder = try TestFolder()
    host = try TestHost(try fixtures.map(Fixtures.path))
    try host.start()
    server = try ControlServer(host.host, path: folder.path + "/s")
  }

  deinit { server.close() }

  func connect() throws -> Client { try Client(self) }

  /// A client that never blocks: it sends and reads while the host's loop turns.
  final class Client {
    private let owner: ControlHost
    private let socket: CInt
    private var input = LineBuffer()
    private(set) var messages: [JSON] = []
    private(set) var isEnded = false
    private var lastID: Int64 = 1000

    fileprivate init(_ owner: ControlHost) throws {
      self.owner = owner
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      socket = Glibc.socket(AF_UNIX, type, 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: owner.server.path.utf8) }
      var status: CInt = -1
      owner.host.turn { [socket] in
        status = withUnsafePointer(to: &address) { address in
          address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
          }
        }
        return status == 0 || errno != EAGAIN  // EAGAIN: the host has not let the last ones in yet
      }
      guard status == 0 else { throw SystemError("connect") }
    }

    deinit { close() }

    private var isClosed = false

    func close() {
      guard !isClosed else { return }
      isClosed = true
      Glibc.close(socket)
    }

    /// Sends bytes, and lets the host read meanwhile; stops when the host has closed the connection.
    func send(_ bytes: [UInt8], reading: Bool = false) {
      var sent = 0
      var isRefused = false
      owner.host.turn {
        while sent < bytes.count {
          let count = bytes.withUnsafeBytes { trySend(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
          isRefused = count < 0
          guard count > 0 else { break }
          sent += count
        }
        if reading { read() }
        return sent == bytes.count || isRefused
      }
    }

    /// Sends what the system takes at once: 0 when there is no room, less when the host has closed the connection.
    func trySend(_ bytes: UnsafeRawBufferPointer) -> Int {
      let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      return count < 0 && errno == EAGAIN ? 0 : count
    }

    func send(_ line: String) { send(Array(line.utf8) + [10]) }

    /// Reads what has come in.
    func read() {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = Glibc.read(socket, &buffer, buffer.count)
        if count == 0 || (count < 0 && errno == ECONNRESET) { isEnded = true }
        guard count > 0 else { break }
        buffer[..<count].withUnsafeBytes { input.append($0) }
      }
      while let line = input.next({ Array($0) }) { messages.append((try? JSON(parsing: line)) ?? "not JSON") }
    }

    /// Reads until there are so many messages, or the connection has ended.
    @discardableResult
    func wait(for count: Int) -> [JSON] {
      owner.host.turn {
        read()
        return messages.count >= count || isEnded
      }
      return messages
    }

    /// Reads until a message fits.
    func wait(until condition: (JSON) -> Bool) -> JSON? {
      var seen = 0
      var found: JSON?
      owner.host.turn {
        read()
        found = messages[seen...].first(where: condition)
        seen = messages.count
        return found != nil || isEnded
      }
      return found
    }

    /// Calls a method and waits for the reply, which is taken off the messages.
    func call(_ method: String, _ params: JSON = [:], timeout: Int64? = nil) -> JSON {
      lastID += 1
      let id = JSON.int(lastID)
      var request: JSONObject = ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
      request["timeout"] = timeout.map { .int($0) }
      send(JSON.object(request).text)
      let reply = wait { $0["id"] == id } ?? .null
      messages.removeAll { $0["id"] == id }
      return reply
    }
  }
}
