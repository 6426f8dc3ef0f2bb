import CHost
import Glibc

extension HostExtensions {
  /// The most that a plugin may keep, in bytes.
  private static let stateLimit = 1 << 20

  /// `orchestron.state/1`.
  static let state = orch_state(
    size: UInt32(MemoryLayout<orch_state>.size),
    load: { pointer, out in
      guard let plugin = Plugin.onLoop(pointer, "state.load"), let out else {
        return Status.failedPrecondition.rawValue
      }
      guard let bytes = try? StateFile.read(plugin.statePath) else { return Status.notFound.rawValue }
      out.pointee = .copying(bytes)
      return Status.ok.rawValue
    },
    store: { pointer, bytes in
      guard let plugin = Plugin.onLoop(pointer, "state.store") else { return Status.failedPrecondition.rawValue }
      guard bytes.n <= stateLimit else { return Status.resourceExhausted.rawValue }
      do throws(Failure) { try StateFile.write(bytes.bytes, to: plugin.statePath) } catch {
        plugin.host.log.error(error.message, plugin: plugin.id)
        return error.status.rawValue
      }
      return Status.ok.rawValue
    })
}

extension Plugin {
  fileprivate var statePath: String { "\(host.options.storageFolder)/state/\(id)" }
}

/// Small files that are replaced whole or not at all.
enum StateFile {
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("\(path) cannot be read") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count >= 0 else { throw failure("\(path) cannot be read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Writes beside the file, syncs, and renames. The folder of the file is made when it is missing.
  static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(Failure) {
    if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o700) }
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("\(temporary) cannot be written") }
    var written = 0
    while written < bytes.count {
      let count = bytes.baseAddress.map { Glibc.write(file, $0 + written, bytes.count - written) } ?? -1
      guard count > 0 else {
        close(file)
        throw failure("\(temporary) cannot be written")
      }
      written += count
    }
    let isSynced = fsync(file) == 0
    close(file)
    guard isSynced, rename(temporary, path) == 0 else { throw failure("\(path) cannot be written") }
  }

  private static func failure(_ what: String) -> Failure {
    Failure(errno == ENOENT ? .notFound : .unavailable, "\(what): \(String(cString: strerror(errno)))")
  }
}
