import PluginData

/// Reads what `git` writes when it is run with ``arguments``, piece by piece.
///
/// ```swift
/// var reader = GitLogReader()
/// for chunk in output {
///   reader.feed(chunk)
///   while let commit = try reader.next() { use(commit) }
/// }
/// reader.end()
/// while let commit = try reader.next() { use(commit) }
/// ```
public struct GitLogReader: Sendable {
  /// The arguments of `git`, before those that choose the commits. The output does not depend on the user's
  /// configuration, runs no program of the repository, and any name of a file is possible in it.
  public static let arguments = [
    "--no-pager", "-c", "log.showSignature=false", "-c", "diff.renames=true", "-c", "log.follow=false", "log", "-z",
    "--numstat", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--no-mailmap", "--no-notes",
    "--encoding=UTF-8", "--format=tformat:%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cI%x1f%s%x1f%b",
  ]

  private let limit: Int
  private var input: [UInt8] = []
  private var position = 0
  private var hasEnded = false
  private var commit: GitCommit?
  /// Of a renamed file: what is known before its two names have come.
  private var rename: (change: GitCommit.Change, hasOldName: Bool)?

  /// - Parameter limit: The most bytes that a message or name of a file may have.
  public init(limit: Int = 4 << 20) {
    self.limit = limit
  }

  public mutating func feed(_ bytes: [UInt8]) {
    if position == input.count {
      input = bytes
    } else {
      input.removeFirst(position)
      input += bytes
    }
    position = 0
  }

  /// Says that the output is complete.
  public mutating func end() {
    hasEnded = true
  }

  /// The next commit; nil when more output is needed, or after the end when there is none left.
  public mutating func next() throws(IngestFailure) -> GitCommit? {
    while let token = try token() {
      if rename != nil {
        readName(token)
      } else if token.first == 0x1e {
        let last = commit
        commit = try GitLogReader.commit(token)
        if let last { return last }
      } else {
        try readChange(token)
      }
    }
    guard hasEnded else { return nil }
    guard rename == nil else { throw IngestFailure("the log is cut off within the names of a renamed file") }
    defer { commit = nil }
    return commit
  }

  /// What comes up to the next zero byte.
  private mutating func token() throws(IngestFailure) -> ArraySlice<UInt8>? {
    let end = input[position...].firstIndex(of: 0)
    guard (end ?? input.count) - position <= limit else {
      throw IngestFailure("an entry of the log is longer than \(limit) bytes")
    }
    guard let end else {
      guard hasEnded, position < input.count else { return nil }
      throw IngestFailure("the log is cut off")
    }
    defer { position = end + 1 }
    return input[position..<end]
  }

  // MARK: Parts

  private static func commit(_ token: ArraySlice<UInt8>) throws(IngestFailure) -> GitCommit {
    let parts = token.dropFirst().split(separator: 0x1f, maxSplits: 7, omittingEmptySubsequences: false)
    guard parts.count == 8 else { throw IngestFailure("the log was not written with the arguments that are needed") }
    let texts = parts.map { String(decoding: $0, as: UTF8.self) }
    guard let authored = Instant(texts[4]), let committed = Instant(texts[5]) else {
      throw IngestFailure("commit \(texts[0].shortened(to: 40)) has no readable time")
    }
    return GitCommit(
      hash: texts[0], parents: texts[1].split(separator: " ").map(String.init), author: texts[2],
      authorEmail: texts[3], authoredAt: authored, authorOffset: offset(texts[4]), committedAt: committed,
      subject: texts[6], body: texts[7].trimmed)
  }

  /// The minutes east of UTC at the end of an ISO 8601 time.
  private static func offset(_ time: String) -> Int {
    let end = Array(time.utf8.suffix(6))
    guard end.count == 6, end[3] == UInt8(ascii: ":"), let hours = Int(String(decoding: end[1...2], as: UTF8.self)),
      let minutes = Int(String(decoding: end[4...5], as: UTF8.self))
    else { return 0 }
    return (hours * 60 + minutes) * (end[0] == UInt8(ascii: "-") ? -1 : 1)
  }

  /// `12⇥3⇥path`; a renamed file has an empty path, and its two names follow.
  private mutating func readChange(_ token: ArraySlice<UInt8>) throws(IngestFailure) {
    // A line end is between the message and the first file.
    let line = token.first == UInt8(ascii: "\n") ? token.dropFirst() : token
    if line.isEmpty { return }
    let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, commit != nil else {
      throw IngestFailure("the log was not written with the arguments that are needed")
    }
    // Too large for this is no count of lines, and sums stay within an integer.
    let counts = parts.prefix(2).map { Int32(String(decoding: $0, as: UTF8.self)).map(Int.init) }
    let change = GitCommit.Change(
      path: String(decoding: parts[2], as: UTF8.self), oldPath: nil, added: counts[0], removed: counts[1])
    if parts[2].isEmpty { rename = (change, false) } else { commit?.changes.append(change) }
  }

  private mutating func readName(_ token: ArraySlice<UInt8>) {
    guard let hasOldName = rename?.hasOldName, var change = rename?.change else { return }
    let name = String(decoding: token, as: UTF8.self)
    if hasOldName {
      change.path = name
      commit?.changes.append(change)
      rename = nil
    } else {
      change.oldPath = name
      rename = (change, true)
    }
  }
}
