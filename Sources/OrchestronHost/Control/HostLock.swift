import Glibc

/// The lock that makes a host the only one of its storage folder: `host.lock`, which names its holder.
///
/// The lock is the kernel's (`flock`) and goes with the process that holds it, however it ends.
public final class HostLock {
  /// Who holds a lock.
  public struct Holder: Sendable, Equatable {
    public var pid: Int32
    /// The control socket; nil for a command that holds the lock for its own short time, and while a host starts.
    public var socket: String?
    /// Names of what the host listens on, with their URLs.
    public var addresses: [String: String]
    /// Whether it makes way for another host.
    public var isBackground: Bool

    public init(
      pid: Int32 = getpid(), socket: String? = nil, addresses: [String: String] = [:], isBackground: Bool = false
    ) {
      self.pid = pid
      self.socket = socket
      self.addresses = addresses
      self.isBackground = isBackground
    }

    /// `{"pid":…,"socket":…,"http":…}`
    public var json: JSON {
      var object = JSONObject(addresses.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
      object["socket"] = socket.map { .string($0) }
      object["pid"] = .int(Int64(pid))
      if isBackground { object["background"] = true }
      return .object(object)
    }

    /// Writes ``json`` to a file, for scripts that wait for it: readable by its owner alone, and by rename, so that the
    /// file is whole when it appears.
    ///
    /// - Parameter token: With which they come in.
    public func write(to path: String, token: String?) throws(Failure) {
      var object = json.object ?? [:]
      object["token"] = token.map { .string($0) }
      try FilePath.replace(path, with: JSON.object(object).bytes + [UInt8(ascii: "\n")])
    }

    init?(_ json: JSON) {
      guard let pid = json["pid"]?.int.flatMap(Int32.init(exactly:)) else { return nil }
      self.pid = pid
      socket = json["socket"]?.string
      isBackground = json["background"]?.bool == true
      addresses = [:]
      for (name, value) in json.object ?? [:] where name != "socket" { addresses[name] = value.string }
    }

    /// The sentence for somebody who needs the folder.
    public func inUse(_ folder: String) -> Failure {
      let places = (addresses.sorted { $0.key < $1.key }.map(\.value) + [socket].compactMap { $0 }).joined(
        separator: ", ")
      return Failure(
        .failedPrecondition,
        "a host (pid \(pid)\(places.isEmpty ? "" : ", \(places)")) already runs in \(folder); stop it, or choose "
          + "another folder by --storage")
    }
  }

  private let file: CInt
  private let path: String

  private init(file: CInt, path: String) {
    self.file = file
    self.path = path
  }

  /// Takes the lock of a folder; nil when somebody else has it.
  public static func take(in folder: String) throws(Failure) -> HostLock? {
    let path = "\(folder)/host.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Failure(.failedPrecondition, "\(path) cannot be opened: \(errorText(errno))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      close(file)
      if number == EWOULDBLOCK { return nil }
      throw Failure(.failedPrecondition, "\(path) cannot be locked: \(errorText(number))")
    }
    let lock = HostLock(file: file, path: path)
    lock.name(Holder())
    return lock
  }

  /// Who holds the lock of a folder, as the file says; nil when it names nobody. A host that was killed leaves its name
  /// behind: whether it lives, connecting or ``take(in:)`` tells.
  public static func holder(of folder: String) -> Holder? {
    let file = open("\(folder)/host.lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let count = read(file, &bytes, bytes.count)
    guard count > 0, let json = try? JSON(parsing: bytes[..<count]) else { return nil }
    return Holder(json)
  }

  /// Whether the file is still in its folder. Where somebody has removed it, another process can take its lock.
  public var isInPlace: Bool {
    var own = stat()
    var there = stat()
    return fstat(file, &own) == 0 && stat(path, &there) == 0 && own.st_ino == there.st_ino && own.st_dev == there.st_dev
  }

  /// Writes who holds the lock.
  public func name(_ holder: Holder) {
    var text = holder.json.bytes
    text.append(UInt8(ascii: "\n"))
    // Readers take what is no JSON for a holder that cannot be made out: the two steps need not be one.
    if ftruncate(file, 0) == 0 { pwrite(file, text, text.count, 0) }
  }

  deinit {
    ftruncate(file, 0)
    // A child that is just being started may still have the descriptor: closing alone would not give the lock back.
    flock(file, LOCK_UN)
    close(file)
  }
}
