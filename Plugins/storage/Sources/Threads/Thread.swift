import Glibc

/// A thread of our own, for work that may block.
struct Thread: Sendable {
  private let id: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread; `name` (at most 15 bytes) is what `ps` and debuggers show.
  init(_ name: String, _ run: @escaping @Sendable () -> Void) throws(StorageError) {
    let body = Unmanaged.passRetained(
      Body {
        Thread.setOwnName(name)
        run()
      })
    var id = pthread_t()
    let code = pthread_create(
      &id, nil,
      { pointer in
        // pthread_create hands over what it was given, which is never null here.
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      throw StorageError(.resourceExhausted, "a thread cannot be started: \(describe(systemError: code))")
    }
    self.id = id
  }

  private static func setOwnName(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = name.withCString { write(file, $0, strlen($0)) }
    close(file)
  }

  /// Waits until the thread has ended. Once for each thread.
  func join() {
    pthread_join(id, nil)
  }
}
