import Glibc

/// Finds who listens on a port, as far as this user may see it.
enum PortHolder {
  /// `process 4711 (nginx)`, or nil when it cannot be told.
  static func find(port: Int) -> String? {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      for inode in inodes(listeningOn: port, in: table) {
        if let process = process(holding: "socket:[\(inode)]") { return process }
      }
    }
    return nil
  }

  /// The inodes of listening sockets with that port. A line is `sl local:port remote:port state … inode …`.
  private static func inodes(listeningOn port: Int, in table: String) -> [Substring] {
    let text = read(table)
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
        Int(local, radix: 16) == port
      else { return nil }
      return fields[9]
    }
  }

  private static func process(holding socket: String) -> String? {
    for process in entries(of: "/proc") where process.allSatisfy(\.isNumber) {
      for descriptor in entries(of: "/proc/\(process)/fd") {
        guard link("/proc/\(process)/fd/\(descriptor)") == socket else { continue }
        let name = read("/proc/\(process)/comm").filter { $0 != "\n" }
        return name.isEmpty ? "process \(process)" : "process \(process) (\(name))"
      }
    }
    return nil
  }

  private static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let length = readlink(path, base, 255)
      guard length > 0 else { return nil }
      base[length] = 0
      return String(cString: base)
    }
  }

  private static func read(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      while true {
        let count = fread(buffer.baseAddress, 1, buffer.count, file)
        if count == 0 { return }
        bytes.append(contentsOf: buffer.prefix(count))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
