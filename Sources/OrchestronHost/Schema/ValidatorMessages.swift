/// The words of the ``Validator``.
extension Validator {
  static func typeMessage(_ types: TypeSet, _ value: JSONElement) -> String {
    let found =
      switch value.kind {
      case .string: "a string"
      case .int: "a number"
      case .double: types.contains(.integer) ? value.text : "a number"
      case .bool, .null: value.text
      case .array: "an array"
      case .object: "an object"
      }
    return types.isEmpty ? "is not allowed here" : "must be \(types.phrase), not \(found)"
  }

  /// A list for a sentence, bounded.
  static func list(_ items: [String]) -> String {
    let limit = 12
    guard items.count > limit else { return items.joined(separator: ", ") }
    return items.prefix(limit).joined(separator: ", ") + " and \(items.count - limit) more"
  }
}

extension SchemaNode.Choices {
  func contain(_ value: JSONElement) -> Bool {
    if let bytes = value.stringBytes { return strings.position(of: bytes) != nil }
    let isScalar = value.kind != .array && value.kind != .object
    guard others.contains(where: { isScalar || $0.kind == value.kind }) else { return false }
    return others.contains(value.json)
  }

  func message(for value: JSONElement) -> String {
    let near = value.string.flatMap { nearest($0, in: all.compactMap(\.string)) }
    let hint = near.map { "; did you mean \($0.quoted)?" } ?? ""
    return "must be \(all.count > 1 ? "one of " : "")\(Validator.list(all.map(\.text)))\(hint)"
  }
}

extension SchemaNode.StringRules {
  /// Such as `must be a word in small letters, not "A B"`, in the schema's own words (`x-must`) where it has some.
  func message(of pattern: Pattern, for value: JSONElement) -> String {
    guard let meaning else { return "must match the pattern \(pattern.source), which \(value.excerpt) does not" }
    return "must \(meaning), not \(value.excerpt)"
  }
}

extension JSONElement {
  /// A string as it was sent, quoted and cut.
  var excerpt: String { string?.quoted ?? text }
}

extension Bounds {
  func contain(_ count: Int) -> Bool { least <= count && count <= most }

  /// Such as `must be at most 5 characters long, not 9`.
  func message(_ verb: String, _ count: Int, _ noun: String, _ suffix: String) -> String {
    let (limit, bound) = count < least ? ("at least", least) : ("at most", most)
    let tail = suffix.isEmpty ? "" : " \(suffix)"
    return "must \(verb) \(limit) \(bound) \(noun)\(bound == 1 ? "" : "s")\(tail), not \(count)"
  }
}
