import PluginKit

/// What a source said of a task when it was imported last: a hash of each field, so that a later import changes only
/// what has changed there and leaves alone what was changed here.
struct SourceState: Sendable, Equatable {
  /// The fields that a source may set, each with its place in the text. New ones go to the end.
  static let fields = [
    "title", "description", "type", "status", "priority", "assignee", "watchers", "component", "labels",
    "estimatedHours", "storyPoints", "startDate", "dueDate", "completedDate", "progress", "checkpoints", "sprint",
    "comments", "timeEntries", "parent", "links",
  ]

  private var hashes: [String: String] = [:]

  init() {}

  /// - Parameter text: What ``text`` gave; nil for a task that was never imported.
  init(_ text: String?) {
    let bytes = Array((text ?? "").utf8)
    for (place, name) in SourceState.fields.enumerated() where (place + 1) * 8 <= bytes.count {
      let hash = String(decoding: bytes[place * 8..<place * 8 + 8], as: UTF8.self)
      if hash != SourceState.nothing { hashes[name] = hash }
    }
  }

  /// Eight characters for each field, in their order.
  var text: String { SourceState.fields.map { hashes[$0] ?? SourceState.nothing }.joined() }

  /// Whether the source says something else of a field than it did.
  ///
  /// - Parameter value: Nil when it says nothing, which is no news of a task that was never imported.
  func isNews(_ value: Value?, of field: String) -> Bool { hashes[field] != value.map(SourceState.hash) }

  mutating func note(_ value: Value?, of field: String) {
    hashes[field] = value.map(SourceState.hash)
  }

  private static let nothing = "--------"

  /// FNV-1a of 32 bits, in hexadecimal.
  private static func hash(_ value: Value) -> String {
    let bytes = (["": value] as Fields).json
    return String(bytes.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }, radix: 16).padded(to: 8)
  }
}

/// Ids of what is imported besides tasks: the same at every import, so that nothing is made twice.
enum ImportedID {
  /// A UUID of version 7 whose random bits are a hash.
  ///
  /// - Parameters:
  ///   - names: What tells the entity from all others.
  ///   - moment: When it was made, as the source says.
  static func id(_ names: [String], at moment: Instant?) -> String {
    let time = UInt64(clamping: moment?.milliseconds ?? 0) & 0xffff_ffff_ffff
    let high = hash(names, seed: 0xcbf2_9ce4_8422_2325)
    let low = hash(names, seed: 0x9ae1_6a3b_2f90_404f)
    let halves = (time << 16 | 0x7000 | high & 0xfff, 0x8000_0000_0000_0000 | low >> 2)
    let digits = String(halves.0, radix: 16).padded(to: 16) + String(halves.1, radix: 16).padded(to: 16)
    var (text, count) = ("", 0)
    for digit in digits {
      if [8, 12, 16, 20].contains(count) { text.append("-") }
      text.append(digit)
      count += 1
    }
    return text
  }

  /// FNV-1a of 64 bits, a zero byte between the names.
  private static func hash(_ names: [String], seed: UInt64) -> UInt64 {
    var hash = seed
    for name in names {
      for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = hash &* 0x100_0000_01b3
    }
    return hash
  }
}

extension String {
  fileprivate func padded(to count: Int) -> String { String(repeating: "0", count: max(0, count - utf8.count)) + self }
}
