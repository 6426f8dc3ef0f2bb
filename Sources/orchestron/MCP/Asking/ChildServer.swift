import Glibc
import OrchestronHost

/// A server that is started as a client does it: a program that speaks MCP on its standard input and output.
final class ChildServer {
  private let pid: pid_t
  private let input: CInt
  private let output: CInt
  private let errors: CInt
  private var lines = LineInput(limit: 64 << 20)
  private var said: [UInt8] = []
  private var lastID: Int64 = 0
  private var isEnded = false

  /// Milliseconds for an answer; clients wait about as long.
  private static let patience: UInt64 = 30_000

  /// Starts the words in a folder, with these variables alone.
  init(_ words: [String], in folder: String, _ variables: [String: String]) throws(Failure) {
    var pipes: [[CInt]] = []
    for _ in 0..<3 {
      var ends: [CInt] = [0, 0]
      guard pipe(&ends) == 0 else { throw Failure(.resourceExhausted, "a pipe cannot be made") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append(ends)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1)
    posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2)
    let words = ["/usr/bin/env", "-C", folder] + words
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var pid = pid_t()
    let error = posix_spawn(&pid, words[0], &actions, nil, &arguments, &environment)
    for end in [pipes[0][0], pipes[1][1], pipes[2][1]] { close(end) }
    self.pid = pid
    (input, output, errors) = (pipes[0][1], pipes[1][0], pipes[2][0])
    guard error == 0 else {
      isEnded = true
      throw Failure(.failedPrecondition, "\(words[0]) cannot be started: \(String(cString: strerror(error)))")
    }
    signal(SIGPIPE, SIG_IGN)
  }

  deinit {
    if !isEnded {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    for file in [input, output, errors] where file >= 0 { close(file) }
  }

  /// Asks and waits for the result.
  func ask(_ question: Question) throws(Problem) -> JSON {
    lastID += 1
    let line = question.message(id: lastID).bytes + [UInt8(ascii: "\n")]
    _ = write(input, line, line.count)
    let start = Stopwatch.now
    var answer: JSON?
    while answer == nil {
      guard !lines.isEnded else { throw problem("it ended without an answer to \(question.method)") }
      guard Stopwatch.now - start < ChildServer.patience else {
        throw problem("it did not answer \(question.method) within \(ChildServer.patience / 1000) s")
      }
      listen(for: 1000)
      var stranger: String?
      while answer == nil, stranger == nil,
        lines.next({ line in
          guard case .text(let text) = line, let message = try? JSON(parsing: text) else {
            stranger = "it prints what is no message of MCP on its standard output"
            return
          }
          if message["id"]?.int == lastID, message["method"] == nil { answer = message }
        })
      {}
      if let stranger { throw problem(stranger) }
    }
    return try (answer ?? .null).result
  }

  /// Closes its input and waits for its end.
  ///
  /// - Returns: Its exit code; nil when it does not end.
  func end() -> Int32? {
    close(input)
    let start = Stopwatch.now
    while Stopwatch.now - start < 5000 {
      var state: CInt = 0
      if waitpid(pid, &state, WNOHANG) == pid {
        isEnded = true
        return state & 0x7F == 0 ? state >> 8 & 0xFF : 128 + (state & 0x7F)
      }
      listen(for: 5)
    }
    return nil
  }

  /// Reads what it says, for at most these milliseconds.
  private func listen(for milliseconds: CInt) {
    var files = [pollfd(file: lines.isEnded ? -1 : output, POLLIN), pollfd(file: errors, POLLIN)]
    guard poll(&files, 2, milliseconds) > 0 else { return }
    if files[0].saw(POLLIN) { lines.read(from: output) }
    guard files[1].saw(POLLIN) else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(errors, &buffer, buffer.count)
    if count > 0 { said = (said + buffer[..<count]).suffix(4096) } else { usleep(1000) }
  }

  private func problem(_ sentence: String) -> Problem {
    listen(for: 0)
    let last = String(decoding: said, as: UTF8.self).split(separator: "\n").last.map { "; it says: \($0)" } ?? ""
    return Problem(Failure(.unavailable, sentence + last))
  }
}
