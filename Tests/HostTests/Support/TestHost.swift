import Glibc
import Synchronization

@testable import OrchestronHost

/// A host on the test's own thread, with fixture plugins.
final class TestHost {
  let host: Host
  let loop: Loop
  private let folder: TestFolder
  private let lines: LogLines
  private var isStopped = false

  /// What the host has logged.
  final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  /// Makes a host that looks for plugins in `roots`; nothing is started yet.
  init(_ roots: [String], configure: (inout Host.Options) -> Void = { _ in }) throws {
    folder = try TestFolder()
    var options = Host.Options()
    options.pluginRoots = roots
    options.storageFolder = try folder.makeFolder("storage")
    options.runtimeFolder = try folder.makeFolder("run")
    options.isDebug = true
    configure(&options)
    let lines = LogLines()
    self.lines = lines
    loop = try Loop()
    host = Host(options, loop: loop, log: HostLog(level: .debug, format: .json) { lines.add($0) })
  }

  deinit { if !isStopped { stop() } }

  var storageFolder: String { host.options.storageFolder }

  /// The lines logged so far.
  var log: [String] { lines.all }

  /// True when a line holds that text.
  func logged(_ text: String) -> Bool { log.contains { $0.contains(text) } }

  /// Turns the loop until the condition holds; false after `seconds`.
  @discardableResult
  func turn(upTo seconds: Double = 20, until condition: () -> Bool) -> Bool {
    let deadline = Clock.nanoseconds() + UInt64(seconds * 1e9)
    let ticker = loop.startTimer(after: 20, repeating: 20) {}
    defer { loop.stopTimer(ticker) }
    while !condition() {
      guard Clock.nanoseconds() < deadline else { return false }
      loop.turn(wait: true)
    }
    return true
  }

  /// Starts all plugins and waits; gives the failure of an essential one.
  @discardableResult
  func start() throws -> Failure? {
    var outcome: Failure??
    host.start { outcome = .some($0) }
    guard turn(until: { outcome != nil }) else { throw TimedOut(what: "start", log: log) }
    return outcome ?? nil
  }

  /// Stops all plugins and waits.
  func stop() {
    isStopped = true
    var isDone = false
    host.stop { isDone = true }
    turn(until: { isDone })
  }

  /// The state of a plugin, and why.
  func plugin(_ id: String) -> (state: PluginState, reason: String)? {
    host.lifecycle.plugin(id).map { ($0.state, $0.reason?.message ?? "") }
  }

  /// The outcome of a call: the answer, or the failure.
  func call(
    _ method: String, _ arguments: String = "{}", as actor: String = "user:test", timeout: Int64 = 0
  ) throws -> Outcome {
    var chunks: [JSON] = []
    var outcome: Outcome?
    host.call(method, Array(arguments.utf8), as: actor, timeout: timeout) { reply in
      switch reply {
      case .chunk(let bytes): chunks.append((try? JSON(parsing: bytes)) ?? .null)
      case .end(let bytes):
        outcome = Outcome(answer: bytes.isEmpty ? .null : try? JSON(parsing: bytes), failure: nil, chunks: chunks)
      case .failure(let failure, _): outcome = Outcome(answer: nil, failure: failure, chunks: chunks)
      }
    }
    guard turn(until: { outcome != nil }), let outcome else { throw TimedOut(what: method, log: log) }
    return outcome
  }

  struct Outcome {
    let answer: JSON?
    let failure: Failure?
    let chunks: [JSON]
    var status: Status { failure?.status ?? .ok }
    var message: String { failure?.message ?? "" }
  }

  struct TimedOut: Error, CustomStringConvertible {
    let what: String
    let log: [String]
    var description: String { "\(what) did not end in time; the log says:\n\(log.joined())" }
  }
}

/// The fixture plugins, built once for the process.
enum Fixtures {
  private static let folder: Result<String, any Error> = Result {
    let out = "\(root)/.build/fixtures"
    try run("\(root)/Tests/Fixtures/build", [out])
    return out
  }

  /// The folder of one of the SDK's examples, built.
  static func example(_ name: String) throws -> String {
    let folder = "\(root)/plugin-sdk/examples/\(name)"
    try run("make", ["-s", "-C", folder])
    return folder
  }

  private static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

  /// The folder of one fixture: a plugin's, or one of several plugins.
  static func path(_ name: String) throws -> String { try folder.get() + "/" + name }
}
