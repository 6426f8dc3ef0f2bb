import Interchange
import PluginKit

/// A commit as it is stored: one document for each, written once and never changed.
///
/// `{id,project,hash,author,email,at,day,subject,merge,fix,added,removed,fileCount,files:[{path,oldPath?,added?,removed?}]}`:
/// `merge` and `fix` are 0 or 1, so that they can be summed up; `added` and `removed` count lines.
struct CommitItem: Entity {
  static let collection = "core/commits"
  static let noun = "commit"
  static let order: [String] = []

  var fields: Fields
  var project: String { fields["project"]?.string ?? "" }

  init(fields: Fields) {
    self.fields = fields
  }

  /// Of a commit that touches more files, the first ones are kept; the sums are those of all.
  static let fileLimit = 500

  init(_ commit: GitCommit, in project: ProjectItem) {
    var fields: Fields = [
      "id": .string(CommitItem.id(of: commit.hash, in: project)), "project": .string(project.id),
      "hash": .string(commit.hash), "author": .string(commit.author), "email": .string(commit.authorEmail),
      "at": .string(commit.committedAt.text), "day": .string(project.zone.day(at: commit.committedAt).text),
      "subject": .string(String(commit.subject.unicodeScalars.prefix(500))), "merge": commit.isMerge ? 1 : 0,
      "fix": commit.isFix ? 1 : 0, "added": .int(Int64(commit.linesAdded)), "removed": .int(Int64(commit.linesRemoved)),
      "fileCount": .int(Int64(commit.changes.count)),
    ]
    fields["files"] = .array(
      commit.changes.prefix(CommitItem.fileLimit).map { change in
        var file: Fields = ["path": .string(change.path)]
        file["oldPath"] = change.oldPath.map(Value.string)
        file["added"] = change.added.map { .int(Int64($0)) }
        file["removed"] = change.removed.map { .int(Int64($0)) }
        return .object(file)
      })
    self.fields = fields
  }

  static func id(of hash: String, in project: ProjectItem) -> String { "\(project.id).\(hash)" }
}

/// Which tasks a commit names.
enum TaskMentions {
  /// The keys of a project's tasks in a message, such as `ORC-42`, in any case; each once, in the order of the text.
  static func keys(in message: String, of project: String) -> [String] {
    let text = Array(message.utf8)
    let key = Array(project.asciiUppercased.utf8)
    var keys: [String] = []
    var place = 0
    while place + key.count + 1 < text.count {
      defer { place += 1 }
      guard place == 0 || !isWord(text[place - 1]), matches(key, text, at: place),
        text[place + key.count] == UInt8(ascii: "-")
      else { continue }
      let digits = text[(place + key.count + 1)...].prefix { isDigit($0) }
      let isWhole = digits.endIndex == text.count || !isWord(text[digits.endIndex])
      guard (1...9).contains(digits.count), isWhole, digits.first != UInt8(ascii: "0") else { continue }
      let found = "\(project.asciiUppercased)-\(String(decoding: digits, as: UTF8.self))"
      if !keys.contains(found) { keys.append(found) }
    }
    return keys
  }

  private static func matches(_ key: [UInt8], _ text: [UInt8], at place: Int) -> Bool {
    key.indices.allSatisfy { index in
      let byte = text[place + index]
      return key[index] == ((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }
}
