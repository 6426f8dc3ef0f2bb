import CHost
import Glibc

/// Threads of the operating system.
enum Threads {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread that nobody waits for; false when the system has none left.
  @discardableResult
  static func startDetached(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = start(name: name, body) else { return false }
    return pthread_detach(thread) == 0
  }

  /// Starts a thread, to be joined or detached; nil when the system has none left.
  static func start(name: String, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(
      Body {
        chost_name_thread(name)
        body()
      })
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return nil
    }
    return thread
  }
}
