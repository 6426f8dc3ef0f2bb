import PluginKit

/// Reads the members of one object of a definition and notes what is wrong with them.
final class ObjectReader {
  /// What was found to be wrong, of all objects of a definition.
  final class Problems {
    var list: [DefinitionError.Problem] = []
  }

  private let fields: Fields
  let path: String
  let problems: Problems
  private var known: Set<String> = []

  /// - Parameter value: Noted as wrong unless it is an object.
  init(_ value: Value, at path: String, _ problems: Problems) {
    fields = value.object ?? Fields()
    self.path = path
    self.problems = problems
    if value.object == nil { problems.list.append(.init(path: path, message: "must be an object")) }
  }

  func note(_ name: String, _ message: String, allowed: [String] = []) {
    problems.list.append(.init(path: name.isEmpty ? path : "\(path)/\(name)", message: message, allowed: allowed))
  }

  /// Notes the members that nobody has asked for.
  func refuseOthers() {
    for name in fields.names where !known.contains(name) {
      note(name, "is not known here; there are \(known.sorted().joined(separator: ", "))", allowed: known.sorted())
    }
  }

  /// The value of a member; nil when it is absent or null.
  func value(_ name: String) -> Value? {
    known.insert(name)
    return fields[name].flatMap { $0 == .null ? nil : $0 }
  }

  // MARK: Kinds

  func string(_ name: String, atMost length: Int = 200) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string, !text.isEmpty, text.unicodeScalars.count <= length else {
      note(name, "must be a text of 1 to \(length) characters")
      return nil
    }
    return text
  }

  func requiredString(_ name: String, atMost length: Int = 200) -> String {
    if value(name) == nil { note(name, "is missing") }
    return string(name, atMost: length) ?? ""
  }

  /// A word such as a name: letters, digits, `_` and `-`, a letter first.
  func requiredName(_ name: String) -> String {
    let text = requiredString(name, atMost: 64)
    if !text.isEmpty, !isName(text) {
      note(name, "must consist of letters, digits, - and _, with a letter first")
    }
    return text
  }

  func bool(_ name: String) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let bool = value.bool else {
      note(name, "must be true or false")
      return nil
    }
    return bool
  }

  func int(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
    guard let value = value(name) else { return nil }
    guard let number = value.int, range.contains(number) else {
      note(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  func double(_ name: String, _ range: ClosedRange<Double>) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double, range.contains(number) else {
      note(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// A list of at most so many values; none when it is absent.
  func array(_ name: String, atMost count: Int) -> [Value] {
    guard let value = value(name) else { return [] }
    guard let elements = value.array, elements.count <= count else {
      note(name, "must be a list of at most \(count)")
      return []
    }
    return elements
  }

  /// One text or a list of them; none when it is absent.
  func strings(_ name: String, allowed: [String] = []) -> [String] {
    guard let value = value(name) else { return [] }
    let elements = value.array ?? [value]
    let texts = elements.compactMap(\.string)
    guard texts.count == elements.count, texts.count <= 50, allowed.isEmpty || texts.allSatisfy(allowed.contains) else {
      note(
        name, allowed.isEmpty ? "must be a text or a list of texts" : "must be one of these or a list of them",
        allowed: allowed)
      return []
    }
    return texts
  }

  // MARK: Expressions

  func condition(_ name: String, _ variables: Set<String>) -> Expression? {
    guard let text = string(name, atMost: Limits.text) else { return nil }
    do throws(ExpressionError) {
      return try Expression(text, variables: variables)
    } catch {
      note(name, "is no condition: \(error)")
      return nil
    }
  }

  func parameters(_ value: Value, at path: String, _ variables: Set<String>) -> Parameters {
    switch value {
    case .string(let text):
      do throws(ExpressionError) {
        return .template(try Template(text, variables: variables))
      } catch {
        note(path, "has an expression that is not valid: \(error)")
        return .value(value)
      }
    case .array(let elements):
      return .array(
        elements.enumerated().map { index, element in parameters(element, at: "\(path)/\(index)", variables) })
    case .object(let fields):
      return .object(
        fields.members.map { ($0.name, parameters($0.value, at: "\(path)/\(escapedPointer($0.name))", variables)) })
    default: return .value(value)
    }
  }
}

/// Letters, digits, `_` and `-`, a letter first.
func isName(_ text: String) -> Bool {
  guard let first = text.utf8.first, first.isWord, !first.isDigit else { return false }
  return text.utf8.allSatisfy { $0.isWord || $0 == UInt8(ascii: "-") }
}

/// A name as a JSON pointer spells it (RFC 6901).
private func escapedPointer(_ name: String) -> String {
  name.contains { $0 == "~" || $0 == "/" }
    ? name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined() : name
}
