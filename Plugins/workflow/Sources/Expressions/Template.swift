import PluginData

/// A text with expressions in it: `Finish ${ task.key } by ${ task.dueDate }`. `$${` stands for `${` itself.
struct Template: Sendable {
  private enum Part: Sendable {
    case text(String)
    case expression(Expression)
  }

  private let parts: [Part]

  /// - Parameter variables: The names that its expressions may use.
  init(_ text: String, variables: Set<String>) throws(ExpressionError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Limits.text else {
      throw ExpressionError("the text is longer than \(Limits.text) bytes", at: 0)
    }
    var parts: [Part] = []
    var plain: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let rest = bytes[offset...]
      if rest.starts(with: "$${".utf8) {
        plain += "${".utf8
        offset += 3
      } else if rest.starts(with: "${".utf8) {
        if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
        plain = []
        var parser = try Parser(bytes, from: offset + 2, variables: variables)
        let (syntax, end) = try parser.embedded()
        let source = String(decoding: bytes[offset + 2..<end - 1], as: UTF8.self)
        parts.append(.expression(Expression(syntax, text: source)))
        offset = end
      } else {
        plain.append(bytes[offset])
        offset += 1
      }
    }
    if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
    self.parts = parts
  }

  /// Its value. A template that is one expression and nothing else keeps the type of its value; in a longer text, what is
  /// no string stands as JSON.
  func value(_ variables: [String: CELValue]) throws(ExpressionError) -> Value {
    if parts.count == 1, case .expression(let expression) = parts[0] { return try json(expression, variables) }
    var text = ""
    for part in parts {
      switch part {
      case .text(let plain): text += plain
      case .expression(let expression):
        let value = try json(expression, variables)
        text += value.string ?? value.text
      }
      guard text.utf8.count <= Limits.result else {
        throw ExpressionError("the text would be longer than \(Limits.result) bytes", at: 0)
      }
    }
    return .string(text)
  }

  private func json(_ expression: Expression, _ variables: [String: CELValue]) throws(ExpressionError) -> Value {
    guard let value = try expression.value(variables).json else {
      throw ExpressionError("\(expression.text) is a number that JSON cannot express", at: 0)
    }
    return value
  }
}

extension Value {
  /// As compact JSON.
  fileprivate var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return writer.text
  }
}
