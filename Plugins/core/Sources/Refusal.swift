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

  /// Refuses texts with the character U+0000: searches and filters of storage find nothing that stands behind it.
  ///
  /// - Throws: `invalid_argument`, naming the argument.
  @Loop
  static func nulls(in call: Call, _ host: Host) throws(Failure) {
    // JSON has one way to write the character, and that is rare: what has it is looked at closely.
    let escape = Array("\\u0000".utf8)
    let text = call.arguments
    var place = text.startIndex
    while place < text.endIndex, let found = text[place...].firstIndex(of: escape[0]) {
      guard !text[found...].starts(with: escape) else {
        let name = Fields(try host.parse(text)).members.first { $0.value.hasNull }?.name ?? ""
        throw Failure(
          .invalidArgument, "the argument \"\(name)\" has a text with the character U+0000; leave it out",
          details: details(path: name, message: "has the character U+0000"))
      }
      // An escaped backslash is two bytes.
      place = found + 2
    }
  }

  /// Refuses a date whose year does not have four digits or is 0: as texts such dates neither sort nor can be read.
  static func unkeepable(_ date: String, path: String) -> Failure {
    Failure(
      .invalidArgument, "the \(path) \(date) lies outside of the years 1 to 9999; give another one",
      details: details(path: path, message: "lies outside of the years 1 to 9999"))
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

extension Day {
  /// Whether its year is one of 1 to 9999.
  var isKeepable: Bool { (1...9999).contains(year) }
}

extension Value {
  /// Whether a text in it, names of members included, has the character U+0000.
  fileprivate var hasNull: Bool {
    if let string { return string.utf8.contains(0) }
    if let array { return array.contains(where: \.hasNull) }
    return object?.members.contains { $0.name.utf8.contains(0) || $0.value.hasNull } ?? false
  }
}
