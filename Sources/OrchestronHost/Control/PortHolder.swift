import Glibc

/// Finds who listens on a port of this machine, as far as this user may see it.
public enum PortHolder {
  /// `process 4711 (nginx)`, or nil when it cannot be told.
  public static func find(port: UInt16) -> String? {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      for inode in inodes(listeningOn: port, in: table) {
        if let process = process(holding: "socket:[\(inode)]") { return process }
      }
    }
    return nil
  }

  /// The inodes of listening sockets with that port. A line is `sl local:port remote:port state … inode …`.
  private static func inodes(listeningOn port: UInt16, in table: String) -> [Substring] {
    text(of: table).split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
        UInt16(local, radix: 16) == port
      else { return nil }
      return fields[9]
    }
  }

  private static func process(holding socket: String) -> String? {
    for process in entries(of: "/proc") where UInt32(process) != nil {
      let descriptors = "/proc/\(process)/fd"
      guard entries(of: descriptors).contains(where: { target(of: "\(descriptors)/\($0)") == socket }) else { continue }
      let name = text(of: "/proc/\(process)/comm").split(separator: "\n").first.map { " (\($0))" } ?? ""
      return "process \(process)\(name)"
    }
    return nil
  }

  private static func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func target(of link: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let length = readlink(link, start, buffer.count)
      return length > 0 ? String(decoding: buffer.prefix(length), as: UTF8.self) : nil
    }
  }

  /// The whole of a file of `/proc`, which has no size before it is read.
  private static func text(of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      while case let count = read(file, buffer.baseAddress, buffer.count), count > 0 {
        bytes.append(contentsOf: buffer.prefix(count))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
