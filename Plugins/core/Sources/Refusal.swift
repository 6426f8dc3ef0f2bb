import PluginKit

/// The words of refusals.
enum Refusal {
  /// The details of a refusal that is about one argument: `{"errors":[{"path","message","allowed"}]}`.
  static func details(path: String, message: String, allowed: [Value] = []) -> String {
    var error: Fields = ["path": .string("/\(path)"), "message": .string(message)]
    if !allowed.isEmpty { error["allowed"] = .array(allowed) }
    return text(["errors": [.object(error)]])
  }

  /// The details of a refusal because of what an entity is now: `{"current":{…}}`.
  static func details(current entity: some Entity) -> String {
    text(["current": .object(entity.fields)])
  }

  /// `a, b or c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return "\(words.dropLast().joined(separator: ", ")) or \(last)"
  }

  private static func text(_ fields: Fields) -> String {
    String(decoding: fields.json, as: UTF8.self)
  }
}
