import PluginData

/// An expression in the Common Expression Language (CEL, https://github.com/google/cel-spec), without comprehensions and
/// messages. It is checked when it is made: syntax, names of variables and functions, numbers of arguments.
struct Expression: Sendable {
  /// What was written.
  let text: String
  private let syntax: Syntax

  /// - Parameter variables: The names that it may use.
  init(_ text: String, variables: Set<String>) throws(ExpressionError) {
    guard text.utf8.count <= Limits.text else {
      throw ExpressionError("the expression is longer than \(Limits.text) bytes", at: 0)
    }
    var parser = try Parser(Array(text.utf8), variables: variables)
    self.text = text
    syntax = try parser.whole()
  }

  init(_ syntax: Syntax, text: String) {
    self.text = text
    self.syntax = syntax
  }

  /// Its value. The same variables always give the same value.
  ///
  /// - Parameter variables: What the names stand for; one that is missing is an error only where it is used.
  func value(_ variables: [String: CELValue]) throws(ExpressionError) -> CELValue {
    var evaluator = Evaluator(variables)
    return try evaluator.value(of: syntax)
  }

  /// Its value where a condition is wanted.
  func holds(_ variables: [String: CELValue]) throws(ExpressionError) -> Bool {
    let value = try value(variables)
    guard case .bool(let holds) = value else {
      throw ExpressionError("a condition is true or false, this is of type \(value.kind)", at: 0)
    }
    return holds
  }
}
