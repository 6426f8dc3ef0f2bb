import PluginKit

/// The short name by which a person or an agent is written in tasks, in comments and on the command line: `ada`.
///
/// Letters and digits of any script, `.`, `_` and `-`; a letter or digit first; at most 64 characters; no capitals.
enum Handle {
  /// What callers write to mean themselves.
  static let caller = "me"
  /// Words that stand where a handle may stand, and mean something else.
  static let reserved: Set<String> = [caller, "none"]
  static let maximalLength = 64

  /// The handle in its one spelling; nil when the text is none.
  static func normalized(_ text: String) -> String? {
    let handle = text.lowercased()
    guard let first = handle.first, isLetterOrDigit(first), handle.count <= maximalLength,
      handle.allSatisfy(isPart), !reserved.contains(handle)
    else { return nil }
    return handle
  }

  /// The handle of whoever acts: what follows the kind in `user:Ada`, with `-` for what no handle has.
  static func of(actor: String) -> String {
    let name = actor.split(separator: ":", maxSplits: 1).last ?? ""
    let spelt = name.lowercased().map { isPart($0) ? $0 : "-" }.drop { !isLetterOrDigit($0) }
    return spelt.isEmpty ? "unknown" : String(spelt.prefix(maximalLength))
  }

  /// What is meant by a name that a caller wrote: `me` is the caller, a handle is meant in its one spelling, and what is
  /// none stays as it is.
  static func resolve(_ name: String, for actor: String) -> String {
    name.lowercased() == caller ? of(actor: actor) : normalized(name) ?? name
  }

  /// Whether a handle may contain the character.
  static func isPart(_ character: Character) -> Bool {
    isLetterOrDigit(character) || character == "." || character == "_" || character == "-"
  }

  static func isLetterOrDigit(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}

@Loop
extension Call {
  /// As whom the caller works, `kind:id`.
  var person: String { context?.person ?? "plugin:\(Core.id)" }

  /// The handle of whoever calls.
  var caller: String { Handle.of(actor: person) }

  /// The handle that the caller means with a name.
  func handle(_ name: String) -> String { Handle.resolve(name, for: person) }
}

extension Context {
  /// As whom the caller works: who shows a token, as the person behind it. An agent is somebody itself.
  var person: String { actor.hasPrefix("token:") && !behalf.isEmpty ? behalf : actor }
}
