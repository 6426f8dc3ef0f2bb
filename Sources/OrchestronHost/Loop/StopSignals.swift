import Glibc

/// The signals by which a process is asked to end: SIGINT and SIGTERM.
public enum StopSignals {
  /// Takes these signals over: the first one calls `stop` on the loop, the second ends the process at once, also when a
  /// plugin holds the loop. To be called once, before the process has other threads.
  public static func watch(_ loop: Loop, _ stop: @escaping () -> Void) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    // Threads inherit the mask, so that one thread alone hears the signals.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let stop = LoopBound(stop)
    let heard = signals
    let mailbox = loop.remote
    Threads.startDetached(name: "orch-signals") {
      var signals = heard
      var number: CInt = 0
      while sigwait(&signals, &number) != 0 {}
      mailbox.post { stop.value() }
      while sigwait(&signals, &number) != 0 {}
      _exit(128 + number)
    }
  }
}
