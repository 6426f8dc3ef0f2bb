/// What is wrong with an expression, and where.
struct ExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sentence without the place.
  let message: String
  /// Bytes before the place, in the text of the expression.
  let offset: Int

  init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }

  var description: String { "\(message) (at character \(offset + 1))" }
}
