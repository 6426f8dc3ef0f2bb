/// The smallest part of an expression that has a meaning.
enum Token: Sendable, Equatable {
  case identifier(String)
  /// The magnitude of an integer: a minus before it is an operator.
  case int(UInt64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// An operator or a bracket.
  case symbol(String)
  case end
}

extension Token: CustomStringConvertible {
  /// As a message calls it.
  var description: String {
    switch self {
    case .identifier(let name): "\"\(name)\""
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "a byte string"
    case .symbol(let symbol): "\"\(symbol)\""
    case .end: "the end"
    }
  }
}
