/// Ends a host in the background that nobody needs any more.
///
/// Asked to by another host that wants the storage folder, some time after the last client of the control socket has
/// gone, or when the folder has been removed. Belongs to the host's loop.
public final class BackgroundPresence {
  private let server: ControlServer
  private let lock: HostLock
  private let linger: Int64
  private let stop: (_ reason: String) -> Void
  private var timer: UInt64 = 0
  private var lastClient = Clock.milliseconds()

  /// Milliseconds between two looks.
  private static let pause: UInt64 = 500

  /// Begins to watch.
  ///
  /// - Parameters:
  ///   - linger: Milliseconds from the last client to the end.
  ///   - stop: Told once why the host is to end; it may be called again until ``end()``.
  public init(
    _ server: ControlServer, _ lock: HostLock, linger: UInt64, stop: @escaping (_ reason: String) -> Void
  ) {
    self.server = server
    self.lock = lock
    self.linger = Int64(clamping: linger)
    self.stop = stop
    server.yield = { stop("another host takes over") }
    timer = server.loop.startTimer(after: Self.pause, repeating: Self.pause) { [unowned self] in look() }
  }

  private func look() {
    let now = Clock.milliseconds()
    if !server.connections.isEmpty { lastClient = now }
    if !lock.isInPlace {
      stop("the storage folder has been removed")
    } else if now - lastClient >= linger {
      stop("nobody has been connected for \(linger / 1000) s")
    }
  }

  /// Ends the watch.
  public func end() {
    server.yield = nil
    server.loop.stopTimer(timer)
  }
}
