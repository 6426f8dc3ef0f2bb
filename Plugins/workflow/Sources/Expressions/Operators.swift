import PluginData

extension Evaluator {
  mutating func negate(_ value: CELValue, at offset: Int) throws(ExpressionError) -> CELValue {
    switch value {
    case .int(let number):
      guard number != .min else { throw overflow(at: offset) }
      return .int(-number)
    case .double(let number): return .double(-number)
    default: throw noOverload("-", value, at: offset)
    }
  }

  mutating func apply(
    _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    switch symbol {
    case .equal, .notEqual:
      try spendComparing(left, right, at: offset)
      return .bool((left == right) == (symbol == .equal))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return try compare(symbol, left, right, at: offset)
    case .isIn: return .bool(try contains(right, left, at: offset))
    case .add, .subtract, .multiply, .divide, .modulo: return try compute(symbol, left, right, at: offset)
    }
  }

  // MARK: Comparing

  private mutating func compare(
    _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    try spend(min(left.size, right.size), at: offset)
    if isNaN(left) || isNaN(right) { return .bool(false) }
    guard let order = left.order(right) else { throw noOverload(symbol.rawValue, left, right, at: offset) }
    return switch symbol {
    case .less: .bool(order == .less)
    case .lessOrEqual: .bool(order != .greater)
    case .greater: .bool(order == .greater)
    default: .bool(order != .less)
    }
  }

  private func isNaN(_ value: CELValue) -> Bool {
    if case .double(let number) = value { number.isNaN } else { false }
  }

  private mutating func contains(
    _ whole: CELValue, _ part: CELValue, at offset: Int
  ) throws(ExpressionError) -> Bool {
    switch whole {
    case .list(let elements):
      for element in elements {
        try spendComparing(element, part, at: offset)
        if element == part { return true }
      }
      return false
    case .map(let map):
      try spend(map.count, at: offset)
      return map[part] != nil
    default: throw noOverload("in", part, whole, at: offset)
    }
  }

  /// Comparing looks at everything that both values hold, at every level.
  private mutating func spendComparing(
    _ left: CELValue, _ right: CELValue, at offset: Int
  ) throws(ExpressionError) {
    switch (left, right) {
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return }
      for (left, right) in zip(left, right) {
        try spend(1, at: offset)
        try spendComparing(left, right, at: offset)
      }
    case (.map(let left), .map(let right)):
      guard left.count == right.count else { return }
      try spend(left.count * (1 + left.count / 8), at: offset)
      for (key, value) in left.pairs {
        if let other = right[key] { try spendComparing(value, other, at: offset) }
      }
    default: try spend(min(left.size, right.size), at: offset)
    }
  }

  // MARK: Computing

  private mutating func compute(
    _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    switch (left, right) {
    case (.int(let left), .int(let right)): return .int(try integer(symbol, left, right, at: offset))
    case (.uint(let left), .uint(let right)): return .uint(try integer(symbol, left, right, at: offset))
    case (.double(let left), .double(let right)) where symbol != .modulo: return .double(real(symbol, left, right))
    // CEL has no overload for these. JSON has one kind of number, so that 8 and 8.5 must work alike.
    case (.int(let left), .double(let right)) where symbol != .modulo:
      return .double(real(symbol, Double(left), right))
    case (.double(let left), .int(let right)) where symbol != .modulo:
      return .double(real(symbol, left, Double(right)))
    case (.timestamp, _), (.duration, _): return try time(symbol, left, right, at: offset)
    default: break
    }
    guard symbol == .add else { throw noOverload(symbol.rawValue, left, right, at: offset) }
    try spend(left.size + right.size, at: offset)
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try checkLength(left.utf8.count + right.utf8.count, at: offset)
      return .string(left + right)
    case (.bytes(let left), .bytes(let right)):
      try checkLength(left.count + right.count, at: offset)
      return .bytes(left + right)
    case (.list(let left), .list(let right)): return .list(left + right)
    default: throw noOverload("+", left, right, at: offset)
    }
  }

  func checkLength(_ bytes: Int, at offset: Int) throws(ExpressionError) {
    guard bytes <= Limits.result else {
      throw ExpressionError("the text would be longer than \(Limits.result) bytes", at: offset)
    }
  }

  private func integer<Number: FixedWidthInteger>(
    _ symbol: BinaryOperator, _ left: Number, _ right: Number, at offset: Int
  ) throws(ExpressionError) -> Number {
    if right == 0, symbol == .divide || symbol == .modulo {
      throw ExpressionError("a whole number cannot be divided by zero", at: offset)
    }
    let (value, overflows) =
      switch symbol {
      case .add: left.addingReportingOverflow(right)
      case .subtract: left.subtractingReportingOverflow(right)
      case .multiply: left.multipliedReportingOverflow(by: right)
      case .divide: left.dividedReportingOverflow(by: right)
      default: left.remainderReportingOverflow(dividingBy: right)
      }
    guard !overflows else { throw overflow(at: offset) }
    return value
  }

  private func real(_ symbol: BinaryOperator, _ left: Double, _ right: Double) -> Double {
    switch symbol {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    default: left / right
    }
  }

  func overflow(at offset: Int) -> ExpressionError {
    ExpressionError("the result does not fit into 64 bits", at: offset)
  }

  // MARK: Time

  private func time(
    _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    switch (symbol, left, right) {
    case (.add, .timestamp(let moment), .duration(let span)), (.add, .duration(let span), .timestamp(let moment)):
      return try timestamp(try integer(.add, moment.milliseconds, span, at: offset), at: offset)
    case (.subtract, .timestamp(let moment), .duration(let span)):
      return try timestamp(try integer(.subtract, moment.milliseconds, span, at: offset), at: offset)
    case (.subtract, .timestamp(let left), .timestamp(let right)):
      return .duration(left.milliseconds - right.milliseconds)
    case (.add, .duration(let left), .duration(let right)), (.subtract, .duration(let left), .duration(let right)):
      return try duration(try integer(symbol, left, right, at: offset), at: offset)
    default: throw noOverload(symbol.rawValue, left, right, at: offset)
    }
  }
}
