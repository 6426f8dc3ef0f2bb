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

  /// Refuses a change that was made for another revision than the entity has.
  ///
  /// - Parameter call: Its argument `revision` says for which; without it any will do.
  @Loop
  static func stale(_ call: Call, _ entity: some Entity) throws(Failure) {
    guard let revision = call.intIfPresent("revision"), revision != entity.revision else { return }
    throw Failure(
      .aborted,
      "\(entity.key) has changed: the change was made for revision \(revision), the \(type(of: entity).noun) has "
        + "revision \(entity.revision); read it again and repeat the change",
      details: details(current: entity))
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
