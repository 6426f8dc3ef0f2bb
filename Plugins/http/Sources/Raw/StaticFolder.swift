import Glibc
import PluginKit

/// The files of one folder, served by name. Small ones are kept in memory while they do not change.
final class StaticFolder {
  struct File {
    enum Content {
      case memory(SharedBytes)
      /// Too large to be read in one go.
      case disk(OpenFile)
    }

    var content: Content
    var size: Int
    var type: StaticString
    /// What tells the content apart: an entity tag without its quotes.
    var tag: String
    /// Whether the name changes with the content, so that it may be kept for a year.
    var isImmutable: Bool
    fileprivate var stamp: Stamp
  }

  fileprivate struct Stamp: Equatable {
    var seconds: Int
    var nanoseconds: Int
    var size: Int

    init(_ status: stat) {
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
      size = Int(status.st_size)
    }
  }

  private let root: String
  /// Header lines of the plugin, for every answer with a file.
  let headers: SharedBytes
  /// Whether the plugin says itself how long an answer may be kept.
  let saysHowLongToKeep: Bool
  private var files: [String: File] = [:]
  private var kept = 0

  /// The largest file that is read on the loop, and how much is kept in memory for one folder.
  static let small = 256 << 10
  static let keeps = 32 << 20

  /// - Parameters:
  ///   - root: An absolute path without symbolic links.
  ///   - headers: Header lines with their ends.
  init(_ root: String, headers: SharedBytes) {
    self.root = root
    self.headers = headers
    saysHowLongToKeep = headers.bytes.text.lowercased().split(separator: "\r\n").contains {
      $0.hasPrefix("cache-control:")
    }
  }

  /// The file of a path below the folder, the index for an empty path or one that ends with a slash; nil when there is
  /// none that may be served: outside of the folder, hidden, no plain file.
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
    var status = stat()
    // What is kept need not be opened.
    if let known = files[name], stat(resolved, &status) == 0, known.stamp == Stamp(status) { return known }
    guard let file = OpenFile(resolved), fstat(file.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    let stamp = Stamp(status)
    func make(_ content: File.Content, tag: String) -> File {
      File(
        content: content, size: stamp.size, type: Self.type(of: name), tag: tag, isImmutable: Self.hasHash(name),
        stamp: stamp)
    }
    guard stamp.size <= Self.small else { return make(.disk(file), tag: Self.tag(of: stamp)) }
    guard let content = file.read(from: 0, count: stamp.size) else { return nil }
    let found = make(.memory(content), tag: Self.tag(of: content.bytes))
    keep(found, name)
    return found
  }

  private func keep(_ file: File, _ name: String) {
    if kept + file.size > Self.keeps {
      files = [:]
      kept = 0
    }
    kept += file.size - (files[name]?.size ?? 0)
    files[name] = file
  }

  /// The tag of a file that is not read as a whole: each change of it moves its time, which has nanoseconds.
  private static func tag(of stamp: Stamp) -> String {
    let parts = [stamp.seconds, stamp.nanoseconds, stamp.size].map { String($0, radix: 16) }
    return parts.joined(separator: "-")
  }

  /// FNV-1a of 64 bits: tells contents of one name apart, nothing more is asked of it.
  static func tag(of bytes: Bytes) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))"
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
