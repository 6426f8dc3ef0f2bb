import Glibc
import OrchestronHost

/// The way to a storage folder that somebody else may be using.
enum Joining {
  /// What a command works with: the host that runs, or the lock with which it may run one itself.
  enum Way {
    case running(ControlClient)
    case alone(HostLock, storage: String)
  }

  /// Milliseconds for which a command waits for another one to be done.
  private static let patience = 2000
  /// Milliseconds that a host may take to end.
  private static let patienceWithHosts = 20_000
  private static let pause = 5

  /// Joins the host that runs in the folder, or makes the folder and takes its lock.
  static func join(_ storage: String) throws(Failure) -> Way {
    if let client = try running(storage) { return .running(client) }
    let storage = try StorageFolder.prepare(storage)
    for _ in 0..<patience / pause {
      if let client = try running(storage) { return .running(client) }
      if let lock = try HostLock.take(in: storage) { return .alone(lock, storage: storage) }
      usleep(UInt32(pause) * 1000)
    }
    throw busy(storage)
  }

  /// Makes the folder and takes its lock, from a host in the background if there is one.
  static func replace(_ storage: String) throws(Failure) -> Way {
    let storage = try StorageFolder.prepare(storage)
    return .alone(try take(storage, takesOver: true), storage: storage)
  }

  /// Takes the lock for a host that is to stay.
  ///
  /// - Parameter takesOver: Whether a host in the background is asked to end.
  static func take(_ storage: String, takesOver: Bool) throws(Failure) -> HostLock {
    var asked: Set<pid_t> = []
    var clients: [ControlClient] = []
    var left = patience
    while left > 0 {
      if let lock = try HostLock.take(in: storage) { return lock }
      if let holder = HostLock.holder(of: storage), let socket = holder.socket,
        asked.insert(holder.pid).inserted
      {
        guard takesOver, holder.isBackground else { throw holder.inUse(storage) }
        left = patienceWithHosts
        // Where nobody listens any more, it is ending already.
        guard let client = try ControlClient(path: socket) else { continue }
        try? client.ask("yield")
        clients.append(client)
      }
      usleep(UInt32(pause) * 1000)
      left -= pause
    }
    throw busy(storage)
  }

  /// The host that runs in the folder, or nil.
  static func running(_ storage: String) throws(Failure) -> ControlClient? {
    guard let socket = HostLock.holder(of: storage)?.socket else { return nil }
    return try ControlClient(path: socket)
  }

  /// The host that runs in the folder; there has to be one.
  static func require(_ storage: String, for purpose: String) throws(Failure) -> ControlClient {
    if let client = try running(storage) { return client }
    throw Failure(.unavailable, "no host runs in \(storage), which \(purpose) needs; start one by `orchestron run`")
  }

  private static func busy(_ storage: String) -> Failure {
    let pid = HostLock.holder(of: storage).map { " (pid \($0.pid))" } ?? ""
    return Failure(.unavailable, "another process\(pid) has been using \(storage) for \(patience / 1000) s; try again")
  }
}
