import Glibc
import OrchestronHost

/// Becomes readable when the process is asked to end by SIGTERM, SIGINT or SIGHUP. There is one in a process.
struct StopPipe {
  let file: CInt

  init() throws(Failure) {
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw Failure(.resourceExhausted, "a pipe cannot be made: \(String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    file = ends[0]
    stopPipeEnd = ends[1]
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      sigaddset(&signals, number)
      signal(number) { _ in
        var byte: UInt8 = 1
        write(stopPipeEnd, &byte, 1)
      }
    }
    // Whoever started us may have kept them from its own threads, and so from us.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A client that goes away is seen where it is written to.
    signal(SIGPIPE, SIG_IGN)
  }
}

/// Where the signals' handler writes. Set once, before the handler can run.
nonisolated(unsafe) private var stopPipeEnd: CInt = -1

/// Lines to standard error, for whoever looks why the bridge does what it does.
enum Note {
  /// Writes a line, unless somebody would have to wait for that.
  static func write(_ sentence: String) {
    var state = pollfd(file: STDERR_FILENO, POLLOUT)
    guard poll(&state, 1, 0) == 1, state.saw(only: POLLOUT) else { return }
    let line = Array("orchestron mcp: \(sentence)\n".utf8.prefix(4096))
    Glibc.write(STDERR_FILENO, line, line.count)
  }
}
