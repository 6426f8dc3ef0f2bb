/// Why a file is not a library that this host can open.
public struct ELFFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// What tests and programs tell faults apart by.
  public enum Kind: Sendable {
    /// Something else than an ELF file.
    case notALibrary
    /// The file ends before its headers say.
    case truncated
    /// 32-bit.
    case wrongClass
    /// Big-endian.
    case wrongByteOrder
    /// Built for another processor.
    case wrongMachine
    /// A program, an object file or another kind of ELF file.
    case notShared
    /// The headers contradict themselves.
    case malformed
  }

  public let kind: Kind
  /// What is wrong and what to do, as a sentence that follows the file's path.
  public let reason: String
  public var description: String { reason }

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  static func truncated(has: UInt64, needs: UInt64) -> ELFFault {
    ELFFault(
      .truncated,
      "this library is truncated: it has \(has) of at least \(needs) bytes, \(needs - has) are missing; copy or build it again"
    )
  }

  static func malformed(_ problem: String) -> ELFFault {
    ELFFault(.malformed, "this library is damaged: \(problem); build it again")
  }
}

/// What a file that is not ELF looks like, with its article: "a script", "an HTML page".
func describeForeignFile(_ bytes: UnsafeRawBufferPointer) -> String {
  if bytes.isEmpty { return "an empty file" }
  let known: [([UInt8], String)] = [
    (Array("#!".utf8), "a script"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer (the real file was not fetched)"),
    (Array("!<arch>\n".utf8), "a static library"),
    (Array("!<thin>\n".utf8), "a static library"),
    (Array("MZ".utf8), "a Windows library or program"),
    ([0xCF, 0xFA, 0xED, 0xFE], "a macOS library or program"),
    ([0xCA, 0xFE, 0xBA, 0xBE], "a macOS universal library or a Java class"),
    ([0x00, 0x61, 0x73, 0x6D], "a WebAssembly module"),
    ([0x42, 0x43, 0xC0, 0xDE], "LLVM bitcode"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
    ([0x1F, 0x8B], "a gzip archive"),
  ]
  for (magic, description) in known where bytes.starts(with: magic) { return description }

  let start = bytes.prefix(512)
  let trimmed = start.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
  for tag in ["<!doctype html", "<html"] where trimmed.count >= tag.utf8.count {
    if zip(trimmed, tag.utf8).allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 }) {
      return "an HTML page (a failed download?)"
    }
  }
  let isText = start.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || ($0 >= 0x09 && $0 <= 0x0D) }
  return isText ? "a text file" : "a file of unknown format"
}
