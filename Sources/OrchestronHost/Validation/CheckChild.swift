import CHost
import Glibc

/// Runs one command in a child process that dies with this one: bounded in time, its output captured.
struct CheckChild {
  /// How the child ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
    case timedOut
  }

  let ending: Ending
  /// What it wrote to standard output, at most its first bytes.
  let output: [UInt8]
  /// The last lines that it wrote to standard error.
  let errorLines: [String]

  private static let outputLimit = 4 << 10
  private static let errorLimit = 16 << 10

  /// Runs `program` with `arguments` (the program's own name included) and waits for it.
  init(_ program: String, _ arguments: [String], limit seconds: Int) throws(Failure) {
    var pipes: [[CInt]] = []
    for _ in 0..<2 {
      var ends: [CInt] = [-1, -1]
      guard pipe(&ends) == 0 else { throw CheckChild.failed(program) }
      pipes.append(ends)
    }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    var argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    let pid = chost_spawn(program, &argv, environ, ".", [nothing, pipes[0][1], pipes[1][1]])
    let failure = pid > 0 ? nil : CheckChild.failed(program)
    for ends in pipes { close(ends[1]) }
    let ends = pipes.map { $0[0] }
    defer { ends.forEach { close($0) } }
    if let failure { throw failure }

    var texts: [[UInt8]] = [[], []]
    let isDone = CheckChild.follow(pid, ends, until: Clock.milliseconds() + Int64(seconds) * 1000, &texts)
    // Whatever the plugin may have started dies as well.
    kill(-pid, SIGKILL)
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    ending = !isDone ? .timedOut : signal != 0 ? .killed(signal) : .exited(status >> 8 & 0xFF)
    output = texts[0]
    errorLines = String(decoding: texts[1], as: UTF8.self).split(separator: "\n").suffix(8).map(String.init)
  }

  /// Reads both outputs until the process ends; false when it did not in time.
  private static func follow(
    _ pid: pid_t, _ ends: [CInt], until deadline: Int64, _ texts: inout [[UInt8]]
  ) -> Bool {
    let exit = chost_pidfd(pid)
    defer { close(exit) }
    var polls = (ends + [exit]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let left = deadline - Clock.milliseconds()
      guard left > 0 else { return false }
      if poll(&polls, nfds_t(polls.count), CInt(clamping: left)) < 0, errno != EINTR { return false }
      // The end is looked at before the outputs, so that the last words are not missed.
      let hasEnded = polls[2].revents != 0
      for index in 0..<2 where polls[index].revents != 0 {
        let count = read(polls[index].fd, &buffer, buffer.count)
        guard count > 0 else {
          polls[index].fd = -1
          continue
        }
        texts[index] += buffer[..<count]
        if index == 0, texts[0].count > outputLimit { texts[0].removeLast(texts[0].count - outputLimit) }
        if index == 1, texts[1].count > errorLimit { texts[1].removeFirst(texts[1].count - errorLimit) }
      }
      let isSilent = polls[0].revents == 0 && polls[1].revents == 0
      if hasEnded, isSilent || polls[0].fd < 0 && polls[1].fd < 0 { return true }
    }
  }

  private static func failed(_ program: String) -> Failure {
    Failure(.resourceExhausted, "\(program) could not be started: \(errorText(errno))")
  }
}

extension CheckChild.Ending {
  /// How a process that should have gone on came to its end.
  var description: String {
    switch self {
    case .exited(let code): "the process ended with code \(code)"
    case .killed(let signal): "the process died of \(CheckChild.Ending.name(of: signal)) (signal \(signal))"
    case .timedOut: "the process did not end in time"
    }
  }

  private static func name(of signal: Int32) -> String {
    switch signal {
    case SIGSEGV: "SIGSEGV"
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGILL: "SIGILL"
    case SIGFPE: "SIGFPE"
    case SIGTRAP: "SIGTRAP"
    case SIGKILL: "SIGKILL"
    case SIGTERM: "SIGTERM"
    case SIGPIPE: "SIGPIPE"
    default: "a signal"
    }
  }
}
