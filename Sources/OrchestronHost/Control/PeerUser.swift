import CUV
import Glibc

/// The user on the other side of a Unix socket.
public struct PeerUser: Sendable {
  let login: String

  /// The user of this process.
  public static var current: PeerUser {
    let user = geteuid()
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return PeerUser(login: String(user))
    }
    return PeerUser(login: String(cString: name))
  }

  /// As whom the user acts.
  public var actor: String { "user:\(login)" }

  /// Whether the peer is a process of this process's user, as the kernel has it.
  static func isSame(as pipe: UnsafeMutablePointer<uv_pipe_t>) -> Bool {
    var file: uv_os_fd_t = -1
    let status = pipe.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_fileno($0, &file) }
    // struct ucred, which Swift does not see: pid, uid, gid.
    var credentials: (pid: Int32, user: UInt32, group: UInt32) = (0, .max, .max)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard status == 0, getsockopt(file, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return false }
    return credentials.user == geteuid()
  }
}
