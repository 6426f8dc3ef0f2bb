import Glibc

/// Looks for private copies of libraries of which a process must have one alone: two SQLites corrupt a database file that
/// both open (POSIX locks are the process's), two OpenSSLs mix up their symbols.
enum BundledCopies {
  private struct Known {
    let name: String
    /// How the library's own functions are called.
    let prefixes: [String]
    /// How the shared library's file is called.
    let file: String
    /// A text in every build of the library, and hardly anywhere else.
    let signature: String
  }

  private static let known = [
    Known(
      name: "SQLite", prefixes: ["sqlite3_"], file: "libsqlite3",
      signature: "CREATE TABLE x(type text,name text,tbl_name text,rootpage int,sql text)"),
    Known(
      name: "OpenSSL", prefixes: ["SSL_", "OPENSSL_", "OpenSSL_", "EVP_"], file: "libssl",
      signature: "OPENSSL_ia32cap="),
    Known(name: "OpenSSL", prefixes: [], file: "libcrypto", signature: "crypto/evp/evp_enc.c"),
  ]

  /// A sentence for each copy in the library at `path`.
  static func find(in path: String, _ contents: ELFContents) throws(PluginFault) -> [String] {
    let file = try MappedFile(path)
    let local = LocalSymbols(in: file.bytes)
    let folder = FilePath.folder(of: path)
    var sentences: [String] = []
    for library in known where !sentences.contains(where: { $0.contains(library.name) }) {
      let isOwn = { (name: String) in library.prefixes.contains { name.hasPrefix($0) } }
      if let symbol = contents.exports.first(where: { isOwn($0.name) }) {
        sentences.append(
          "the library exports \(symbol.name), so it brings its own copy of \(library.name), which clashes with the "
            + "system's; link to the system's library, or hide the symbols with the SDK's exports.map")
      } else if let symbol = local.first(withPrefixes: library.prefixes) {
        sentences.append(
          "the library defines \(symbol), so it brings its own copy of \(library.name); link to the system's library")
      } else if contains(library.signature, file.bytes) {
        sentences.append(
          "the library holds a text of \(library.name), so it brings its own copy; link to the system's library")
      } else if let needed = contents.needed.first(where: { $0.hasPrefix(library.file) }),
        access("\(folder)/\(needed)", F_OK) == 0
      {
        sentences.append("\(needed) lies beside the library: its own copy of \(library.name); leave it to the system")
      }
    }
    return sentences
  }

  private static func contains(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let text = Array(text.utf8)
    var rest = bytes
    while let start = rest.baseAddress, let found = memchr(start, CInt(text[0]), rest.count) {
      rest = UnsafeRawBufferPointer(rebasing: rest[UnsafeRawPointer(found) - start..<rest.count])
      guard rest.count >= text.count else { return false }
      if rest.starts(with: text) { return true }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    }
    return false
  }
}

/// The full symbol table of a library, which a stripped one has not. Bounds are checked: a damaged table counts as none.
private struct LocalSymbols {
  private let table: UnsafeRawBufferPointer
  private let names: UnsafeRawBufferPointer

  private static let sectionSize: UInt64 = 64
  private static let typeSymbolTable: UInt32 = 2

  init(in buffer: UnsafeRawBufferPointer) {
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    (table, names) = LocalSymbols.find(in: ELFBytes(buffer: buffer)) ?? (nothing, nothing)
  }

  /// The symbol table and the names that belong to it.
  private static func find(in bytes: ELFBytes) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer)? {
    guard let sections = bytes.integer(at: 40, as: UInt64.self), let count = bytes.integer(at: 60, as: UInt16.self),
      sections < bytes.count
    else { return nil }
    func section(_ index: UInt64) -> UnsafeRawBufferPointer? {
      let at = sections + index * sectionSize
      guard let offset = bytes.integer(at: at + 24, as: UInt64.self),
        let size = bytes.integer(at: at + 32, as: UInt64.self)
      else { return nil }
      return bytes.slice(at: offset, size: size)
    }
    for index in 0..<UInt64(count) {
      let at = sections + index * sectionSize
      guard bytes.integer(at: at + 4, as: UInt32.self) == typeSymbolTable,
        let link = bytes.integer(at: at + 40, as: UInt32.self), link < count,
        let table = section(index), let names = section(UInt64(link))
      else { continue }
      return (table, names)
    }
    return nil
  }

  /// The first defined function or object whose name begins with one of the prefixes.
  func first(withPrefixes prefixes: [String]) -> String? {
    let prefixes = prefixes.map { Array($0.utf8) }
    let size = Int(ELF.symbolSize)
    for at in stride(from: 0, to: table.count - size + 1, by: size) {
      let name = Int(UInt32(littleEndian: table.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      let section = table.loadUnaligned(fromByteOffset: at + 6, as: UInt16.self)
      guard section != 0, name < names.count else { continue }
      let tail = names[name...]
      if prefixes.contains(where: { tail.starts(with: $0) }) {
        return String(decoding: tail.prefix { $0 != 0 }, as: UTF8.self)
      }
    }
    return nil
  }
}
