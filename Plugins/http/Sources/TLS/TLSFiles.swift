import Glibc

/// The files of TLS, by absolute paths.
struct TLSFiles: Equatable {
  /// PEM: the certificate, then those of its issuers.
  var certificate: String
  /// PEM, without a password.
  var key: String
  /// PEM: who signs the certificates that clients must show; nil when they show none.
  var clientCa: String?

  private var all: [String] { [certificate, key] + (clientCa.map { [$0] } ?? []) }

  /// Where a change is looked for.
  var folders: [String] {
    var folders: [String] = []
    for path in all {
      let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      if !folders.contains(folder) { folders.append(folder) }
    }
    return folders
  }

  /// What a file is known by: it differs when the file was written or replaced, also behind a symbolic link.
  struct Mark: Equatable {
    private var numbers: [Int] = []

    fileprivate init(_ path: String) {
      var facts = stat()
      guard stat(path, &facts) == 0 else { return }
      numbers = [
        Int(facts.st_dev), Int(facts.st_ino), facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
      ]
    }
  }

  var marks: [Mark] { all.map { Mark($0) } }

  /// Whether others than the owner of the key may read it.
  var isKeyShared: Bool {
    var facts = stat()
    return stat(key, &facts) == 0 && facts.st_mode & 0o077 != 0
  }
}
