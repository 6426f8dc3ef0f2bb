import MCPProtocol
import PluginKit

/// A server that is a child process: one message a line. What it writes to its standard error goes to the log.
@Loop
final class StdioTransport: Transport {
  var received: (JSONValue) -> Void = { _ in }
  var failed: (Int, RequestFailure) -> Void = { _, _ in }
  var ended: (Failure) -> Void = { _ in }
  var missed: () -> Void = {}
  let isProgram = true

  /// The longest message, in bytes.
  static let messageLimit = 16 << 20

  private let host: Host
  private let name: String
  private var child: ChildProcess?
  private var lines = LineBuffer(limit: messageLimit)
  private var errors: ErrorLog
  private var traffic = Traffic()
  private var second: Timer?

  init(_ command: ChildCommand, name: String, host: Host) throws(Failure) {
    self.host = host
    self.name = name
    errors = ErrorLog(host: host, name: name)
    second = try host.every(milliseconds: 1000) { [weak self] in self?.errors.nextSecond() }
    do throws(Failure) {
      child = try host.spawn(command) { [weak self] stream, bytes in
        self?.read(stream, bytes)
      } exited: { [weak self] end in
        let how = end.signal != 0 ? "by the signal \(end.signal)" : "with the status \(end.status)"
        self?.end(Failure(.unavailable, "its program ended \(how)"))
      }
    } catch {
      second?.stop()
      throw error
    }
  }

  func agree(on era: Era) {}
  func listen() {}

  func send(_ message: Outgoing) throws(Failure) {
    guard let child else { throw Failure(.unavailable, "the MCP server \"\(name)\" has ended") }
    do throws(Failure) { try child.write(message.body + [0x0A]) } catch {
      throw error.status == .resourceExhausted
        ? Failure(.resourceExhausted, "the MCP server \"\(name)\" does not read what it is sent: try again later")
        : Failure(.unavailable, "the MCP server \"\(name)\" takes no input any more")
    }
  }

  func giveUp(_ request: Int) -> Bool { false }

  func close() {
    guard let child else { return }
    self.child = nil
    second?.stop()
    child.closeInput()
    // It has its chance to end by itself, as the protocol has it, and a second more when it is told.
    for (delay, signal) in [(1000, 15), (3000, 9)] as [(Int, Int32)] {
      do throws(Failure) { try host.after(milliseconds: delay) { child.signal(signal) } } catch { child.signal(9) }
    }
  }

  private func read(_ stream: ChildProcess.Stream, _ bytes: UnsafeRawBufferPointer) {
    guard child != nil else { return }
    guard stream == .output else { return errors.add(bytes) }
    do throws(Failure) {
      try traffic.count(bytes: bytes.count)
      try lines.add(bytes) { line throws(Failure) in
        try traffic.count(messages: 1)
        guard let json = try? host.parse(Array(line)) else {
          errors.add(note: "wrote a line that is no JSON to its standard output")
          return
        }
        received(json)
      }
    } catch {
      end(error)
    }
  }

  private func end(_ failure: Failure) {
    guard child != nil else { return }
    close()
    ended(failure)
  }
}

/// Cuts bytes into lines.
struct LineBuffer {
  private let limit: Int
  private var rest: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  /// Gives each line that is whole now, without its end; empty ones are left out.
  mutating func add(
    _ bytes: UnsafeRawBufferPointer, line: (ArraySlice<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = rest.count
    rest.append(contentsOf: bytes)
    var begin = 0
    while let end = rest[start...].firstIndex(of: 0x0A) {
      var text = rest[begin..<end]
      if text.last == 0x0D { text = text.dropLast() }
      if !text.isEmpty { try line(text) }
      begin = end + 1
      start = begin
    }
    rest.removeFirst(begin)
    guard rest.count <= limit else {
      throw Failure(.resourceExhausted, "it sent a message of more than \(limit >> 20) MiB")
    }
  }
}

/// What a child process complains of, for the log: a few lines a second, each of bounded length.
@Loop
private struct ErrorLog {
  private static let linesPerSecond = 10

  private let host: Host
  private let name: String
  private var line: [UInt8] = []
  private var count = 0

  init(host: Host, name: String) {
    self.host = host
    self.name = name
  }

  mutating func nextSecond() {
    if count > Self.linesPerSecond {
      host.log(.warn, "the MCP server \"\(name)\" wrote \(count - Self.linesPerSecond) lines more than are shown")
    }
    count = 0
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes {
      if byte == 0x0A {
        add(note: "says: \(CleanText.line(String(decoding: line, as: UTF8.self), limit: 500))")
        line.removeAll(keepingCapacity: true)
      } else if line.count < 2000 {
        line.append(byte)
      }
    }
  }

  mutating func add(note: String) {
    count += 1
    if count <= Self.linesPerSecond { host.log(.info, "the MCP server \"\(name)\" \(note)") }
  }
}
