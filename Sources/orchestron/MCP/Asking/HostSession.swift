import Glibc
import OrchestronHost

/// A connection to the plugin `mcp` of the host, for a command that waits for each answer.
final class HostSession {
  private let link: HostLink
  private var connection = ""
  private var lastID: Int64 = 0
  /// The message that came last.
  private var message: JSON?
  private var failure: Problem?

  private static let patience: UInt64 = 30_000

  /// Opens a connection, to a host in the background where none runs.
  init(_ seeker: HostSeeker, wishes: JSONObject) throws(Problem) {
    link = try HostSession.find(seeker)
    let opening = link.call("mcp.open", timeout: 86_400_000) { writer in
      for (key, value) in wishes {
        writer.key(key)
        writer.json(value)
      }
    }
    try wait(for: opening) { !connection.isEmpty }
  }

  private static func find(_ seeker: HostSeeker) throws(Problem) -> HostLink {
    var seeker = seeker
    let start = Stopwatch.now
    while true {
      switch seeker.look() {
      case .host(let link): return link
      case .failure(let failure): throw Problem(failure)
      case .nobody(let pause):
        guard Stopwatch.now - start < patience else {
          throw Problem(Failure(.unavailable, "no host of \(seeker.storage) became reachable; try again"))
        }
        usleep(UInt32(pause) * 1000)
      }
    }
  }

  /// Asks and waits for the result.
  func ask(_ question: Question) throws(Problem) -> JSON {
    lastID += 1
    let id = JSON.int(lastID)
    let call = link.call("mcp.send") { writer in
      writer.key("connection")
      writer.string(connection)
      writer.key("message")
      writer.json(question.message(id: lastID))
    }
    message = nil
    try wait(for: call) { message?["id"] == id && message?["method"] == nil }
    return try (message ?? .null).result
  }

  private func wait(for call: Int64, _ isDone: () -> Bool) throws(Problem) {
    let start = Stopwatch.now
    while !isDone() {
      guard Stopwatch.now - start < HostSession.patience else {
        throw Problem(Failure(.deadlineExceeded, "the plugin mcp did not answer in time"))
      }
      guard link.flush() else { throw Problem(Failure(.unavailable, "the host has ended; try again")) }
      var file = link.watched(isReading: true)
      guard poll(&file, 1, 1000) > 0 else { continue }
      let isThere = link.receive { take($0, call) }
      if let failure { throw failure }
      guard isThere || isDone() else { throw Problem(Failure(.unavailable, "the host has ended; try again")) }
    }
  }

  private func take(_ answer: HostLink.Message, _ call: Int64) {
    switch answer {
    case .chunk(let data, _):
      if let id = data["connection"]?.string { connection = id }
      if let message = data["message"] { self.message = message.json }
    case .answer(.failure(let problem), call):
      let isMissing = problem.failure.status == .notFound && problem.plugin == "host"
      failure = isMissing ? Problem(HostSession.withoutPlugin) : problem
    case .answer: break
    }
  }

  static let withoutPlugin = Failure(
    .unavailable, "the host runs without the plugin mcp; `orchestron doctor` and `orchestron plugin list` say why")
}
