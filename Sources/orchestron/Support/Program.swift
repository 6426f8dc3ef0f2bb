import Glibc
import OrchestronHost

/// Programs that are started, this one among them.
enum Program {
  /// The absolute path by which this program was started, so that another start finds the same plugins.
  static func path(in surroundings: Surroundings) throws(Failure) -> String {
    let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    for folder in surroundings.programFolders where access("\(folder)/\(name)", X_OK) == 0 {
      return "\(folder)/\(name)"
    }
    throw Failure(.failedPrecondition, "the file of this program has gone; install Orchestron again")
  }

  /// Starts a program that stays when this one ends: in a session of its own, without input.
  ///
  /// - Parameter output: Where it writes; nowhere unless given.
  static func startDetached(_ words: [String], output: CInt? = nil) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for file in 1...2 as ClosedRange<CInt> {
      if let output {
        posix_spawn_file_actions_adddup2(&actions, output, file)
      } else {
        posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_WRONLY, 0)
      }
    }
    closeOthersAtStart()
    // Signals as a fresh program has them.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // POSIX_SPAWN_SETSID, which glibc shows to GNU sources alone.
    posix_spawnattr_setflags(
      &attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var pid = pid_t()
    let error = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
    guard error == 0 else {
      throw Failure(.failedPrecondition, "\(words[0]) cannot be started: \(String(cString: strerror(error)))")
    }
    return pid
  }

  /// Keeps programs that are started from inheriting what our own starter has left open: a program that stays would
  /// never close it.
  private static func closeOthersAtStart() {
    for file in 3..<CInt(min(sysconf(CInt(_SC_OPEN_MAX)), 1024)) { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
  }
}
