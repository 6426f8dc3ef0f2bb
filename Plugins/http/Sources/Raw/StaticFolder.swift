import Glibc
import PluginKit

/// The files of one folder, served by name. What was read is kept while the file does not change.
final class StaticFolder {
  struct File {
    var content: SharedBytes
    var type: StaticString
    /// The quoted tag of the content.
    var tag: String
    /// Whether the name changes with the content, so that it may be kept for a year.
    var isImmutable: Bool
    fileprivate var stamp: Stamp
  }

  fileprivate struct Stamp: Equatable {
    var seconds: Int
    var nanoseconds: Int
    var size: Int
  }

  private let root: String
  private var files: [String: File] = [:]
  private var kept = 0

  /// The largest file that is served, and how much is kept in memory for one folder.
  static let largest = 8 << 20
  static let keeps = 32 << 20

  /// - Parameter root: An absolute path without symbolic links.
  init(_ root: String) { self.root = root }

  /// The file of a path below the folder, the index for an empty path or one that ends with a slash; nil when there is
  /// none that may be served: outside of the folder, hidden, no plain file, too large.
  func file(_ path: Bytes) -> File? {
    var name = path.text
    if name.isEmpty || name.hasSuffix("/") { name += "index.html" }
    // By bytes: what looks like one character to Swift may be several to the file system.
    let segments = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let dot = UInt8(ascii: ".")
    guard !segments.contains(where: { $0.isEmpty || $0.first == dot }), !name.utf8.contains(0) else { return nil }
    guard let resolved = realpath("\(root)/\(name)", nil) else { return nil }
    defer { free(resolved) }
    guard String(cString: resolved).utf8.starts(with: "\(root)/".utf8) else { return nil }
    let descriptor = open(resolved, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.largest else {
      return nil
    }
    let stamp = Stamp(
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, size: Int(status.st_size))
    if let known = files[name], known.stamp == stamp { return known }
    guard let content = Self.read(descriptor, stamp.size) else { return nil }
    let file = File(
      content: content, type: Self.type(of: name), tag: Self.tag(of: content.bytes), isImmutable: Self.hasHash(name),
      stamp: stamp)
    keep(file, name)
    return file
  }

  private func keep(_ file: File, _ name: String) {
    if kept + file.content.bytes.count > Self.keeps {
      files = [:]
      kept = 0
    }
    kept += file.content.bytes.count - (files[name]?.content.bytes.count ?? 0)
    files[name] = file
  }

  private static func read(_ descriptor: CInt, _ size: Int) -> SharedBytes? {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, 1))
    var count = 0
    while count < size {
      let result = Glibc.read(descriptor, memory + count, size - count)
      guard result > 0 else {
        memory.deallocate()
        return nil
      }
      count += result
    }
    return SharedBytes(Bytes(start: memory, count: size)) { memory.deallocate() }
  }

  /// FNV-1a of 64 bits: tells contents of one name apart, nothing more is asked of it.
  private static func tag(of bytes: Bytes) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\"\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))\""
  }

  /// Whether a part of the last segment between dots or dashes is eight or more hexadecimal digits.
  private static func hasHash(_ name: String) -> Bool {
    let file = name.split(separator: "/").last ?? ""
    return file.split { $0 == "." || $0 == "-" }.contains { part in
      part.utf8.count >= 8 && part.utf8.allSatisfy { hexValue($0) != nil } && part.contains(where: \.isNumber)
    }
  }

  private static func type(of name: String) -> StaticString {
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    return switch ending {
    case "html", "htm": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js", "mjs": "text/javascript; charset=utf-8"
    case "json", "map": "application/json"
    case "webmanifest": "application/manifest+json"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "ico": "image/x-icon"
    case "woff2": "font/woff2"
    case "wasm": "application/wasm"
    case "txt", "md": "text/plain; charset=utf-8"
    case "pdf": "application/pdf"
    default: "application/octet-stream"
    }
  }
}
