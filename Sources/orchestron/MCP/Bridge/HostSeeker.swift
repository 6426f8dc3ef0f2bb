import Glibc
import OrchestronHost

/// Finds the host of a storage folder, and starts one in the background where there is none.
struct HostSeeker {
  enum Finding {
    case host(HostLink)
    /// Nobody yet; look again after these milliseconds.
    case nobody(UInt64)
    /// None can be started.
    case failure(Failure)
  }

  let storage: String
  private let start: () throws(Failure) -> BackgroundHost
  /// The one that is being started.
  private var child: BackgroundHost?
  /// Those that are or were up; they are ours to bury.
  private var grown: [BackgroundHost] = []
  /// Since when somebody has had the folder without being reachable.
  private var held: UInt64?
  /// Before that, none is started.
  private var earliestStart: UInt64 = 0

  /// For how many milliseconds whoever has the folder may take to become reachable, before a host of our own waits for
  /// the folder.
  private static let patience: UInt64 = 5000

  init(_ storage: String, start: @escaping () throws(Failure) -> BackgroundHost) {
    self.storage = storage
    self.start = start
  }

  /// Gives another host this many milliseconds to come before one is started.
  mutating func leaveTime(_ milliseconds: UInt64) {
    earliestStart = Stopwatch.now + milliseconds
    held = nil
  }

  mutating func look() -> Finding {
    grown.removeAll { $0.end() != nil }
    let holder = HostLock.holder(of: storage)
    if let path = holder?.socket, let link = HostLink(path: path) {
      held = nil
      if let child { grown.append(child) }
      child = nil
      return .host(link)
    }
    let now = Stopwatch.now
    if let child {
      guard let code = child.end() else { return .nobody(5) }
      self.child = nil
      leaveTime(500)
      // Another one has the folder: that one will be reachable, or end.
      let isTaken = code == Status.failedPrecondition.exitCode || code == Status.unavailable.exitCode
      guard code == 0 || isTaken && isAlive(holder) else {
        return .failure(
          Failure(.unavailable, "the host of \(storage) could not be started: \(child.reason(code: code))"))
      }
      return .nobody(20)
    }
    if isAlive(holder) {
      let since = held ?? now
      held = since
      if now - since < HostSeeker.patience { return .nobody(20) }
    }
    guard now >= earliestStart else { return .nobody(20) }
    do throws(Failure) { child = try start() } catch { return .failure(error) }
    return .nobody(5)
  }

  /// Whether the storage folder is there. Where it has been removed, no host is wanted until somebody asks for something.
  var hasFolder: Bool { access(storage, F_OK) == 0 }

  private func isAlive(_ holder: HostLock.Holder?) -> Bool { holder.map { kill($0.pid, 0) == 0 } ?? false }
}

/// Milliseconds of a clock that only goes forward.
enum Stopwatch {
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }
}
