import Glibc

/// A consistent copy of the database in a temporary file beside it, for those who read it slowly: a snapshot of the
/// database itself would keep its log growing meanwhile. The file goes with its last owner.
final class StoreCopy: Sendable {
  let file: String

  private static let mark = ".copy-"

  /// Makes the copy, which takes as long as it takes.
  ///
  /// - Parameter original: the path of an open database.
  init(of original: String) throws(StorageError) {
    var template = Array("\(original)\(StoreCopy.mark)XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    file = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      throw StorageError(
        .permissionDenied,
        "a temporary copy beside \(original) cannot be made (\(describe(systemError: errno))); "
          + "make its folder writable")
    }
    close(descriptor)
    do {
      try Database(file: original, role: .reader).copy(to: file)
    } catch {
      unlink(file)
      throw error
    }
  }

  deinit {
    unlink(file)
  }

  /// Up to `count` bytes from `offset` on; none at the end.
  func bytes(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failed() }
    defer { close(descriptor) }
    var read = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      read = pread(descriptor, buffer.baseAddress, count, off_t(offset))
      filled = max(0, read)
    }
    guard read >= 0 else { throw failed() }
    return bytes
  }

  private func failed() -> StorageError {
    StorageError(.unavailable, "the temporary copy \(file) cannot be read (\(describe(systemError: errno)))")
  }

  /// Removes copies that a crash has left beside a database.
  static func removeAll(beside original: String) {
    let slash = original.lastIndex(of: "/")
    let folder = slash.map { String(original[..<$0]) } ?? "."
    let name = slash.map { String(original[original.index(after: $0)...]) } ?? original
    guard let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let found = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if found.hasPrefix(name + mark) { unlink("\(folder)/\(found)") }
    }
  }
}
