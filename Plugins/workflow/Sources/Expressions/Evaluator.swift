/// Computes the value of an expression. Errors are thrown; `&&`, `||` and `?:` go on where CEL says that an error does not
/// matter.
struct Evaluator {
  private let variables: [String: CELValue]
  private var steps = 0

  init(_ variables: [String: CELValue]) {
    self.variables = variables
  }

  /// Counts work, and ends an evaluation that does too much.
  mutating func spend(_ cost: Int, at offset: Int) throws(ExpressionError) {
    steps += cost
    guard steps <= Limits.steps else {
      throw ExpressionError("the expression takes more than \(Limits.steps) steps", at: offset)
    }
  }

  mutating func value(of syntax: Syntax) throws(ExpressionError) -> CELValue {
    try spend(1, at: syntax.offset)
    switch syntax.form {
    case .literal(let value): return value
    case .variable(let name):
      guard let value = variables[name] else {
        throw ExpressionError("\(name) has no value here", at: syntax.offset)
      }
      return value
    case .select(let operand, let name):
      let map = try map(operand, for: name, at: syntax.offset)
      guard let value = map[.string(name)] else {
        throw ExpressionError("there is no member \"\(name)\"; has() asks whether there is", at: syntax.offset)
      }
      return value
    case .has(let operand, let name):
      return .bool(try map(operand, for: name, at: syntax.offset)[.string(name)] != nil)
    case .index(let operand, let index):
      return try element(of: try value(of: operand), try value(of: index), at: syntax.offset)
    case .call(let function, let arguments):
      let values = try values(of: arguments)
      return try call(function, values, at: syntax.offset)
    case .list(let elements): return .list(try values(of: elements))
    case .map(let entries): return .map(.entries(try self.entries(entries)))
    case .not(let operand):
      let value = try value(of: operand)
      guard case .bool(let isTrue) = value else { throw noOverload("!", value, at: syntax.offset) }
      return .bool(!isTrue)
    case .negate(let operand): return try negate(try value(of: operand), at: syntax.offset)
    case .binary(let symbol, let left, let right):
      let left = try value(of: left)
      return try apply(symbol, left, try value(of: right), at: syntax.offset)
    case .and(let left, let right): return try decide(left, right, by: false, "&&", at: syntax.offset)
    case .or(let left, let right): return try decide(left, right, by: true, "||", at: syntax.offset)
    case .conditional(let condition, let yes, let no):
      let value = try value(of: condition)
      guard case .bool(let isTrue) = value else { throw noOverload("?:", value, at: syntax.offset) }
      return try self.value(of: isTrue ? yes : no)
    }
  }

  private mutating func values(of parts: [Syntax]) throws(ExpressionError) -> [CELValue] {
    var values: [CELValue] = []
    values.reserveCapacity(parts.count)
    for part in parts { values.append(try value(of: part)) }
    return values
  }

  // MARK: Logic

  /// `&&` and `||`: one side that decides is enough, whatever the other one is, an error too.
  private mutating func decide(
    _ left: Syntax, _ right: Syntax, by deciding: Bool, _ symbol: String, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    let first = truth(of: left, symbol, at: offset)
    if case .success(deciding) = first { return .bool(deciding) }
    let second = truth(of: right, symbol, at: offset)
    if case .success(deciding) = second { return .bool(deciding) }
    _ = try first.get()
    _ = try second.get()
    return .bool(!deciding)
  }

  private mutating func truth(of syntax: Syntax, _ symbol: String, at offset: Int) -> Result<Bool, ExpressionError> {
    do throws(ExpressionError) {
      let value = try value(of: syntax)
      guard case .bool(let isTrue) = value else { return .failure(noOverload(symbol, value, at: offset)) }
      return .success(isTrue)
    } catch {
      return .failure(error)
    }
  }

  // MARK: Maps and lists

  private mutating func map(_ operand: Syntax, for name: String, at offset: Int) throws(ExpressionError) -> CELMap {
    let value = try value(of: operand)
    guard case .map(let map) = value else {
      throw ExpressionError("a value of type \(value.kind) has no member \"\(name)\"", at: offset)
    }
    try spend(map.count / 8, at: offset)
    return map
  }

  private mutating func element(
    of value: CELValue, _ index: CELValue, at offset: Int
  ) throws(ExpressionError) -> CELValue {
    switch value {
    case .map(let map):
      try spend(map.count / 8, at: offset)
      guard let element = map[index] else {
        throw ExpressionError("there is no member \(literal(index)); \"in\" asks whether there is", at: offset)
      }
      return element
    case .list(let elements):
      guard let place = wholeNumber(index) else {
        throw ExpressionError(
          "the elements of a list have whole numbers, not a value of type \(index.kind)", at: offset)
      }
      guard elements.indices.contains(place) else {
        throw ExpressionError("there is no element \(place) in a list of \(elements.count)", at: offset)
      }
      return elements[place]
    default: throw ExpressionError("a value of type \(value.kind) has no elements", at: offset)
    }
  }

  private func wholeNumber(_ value: CELValue) -> Int? {
    switch value {
    case .int(let value): Int(value)
    case .uint(let value): Int(exactly: value)
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  private mutating func entries(
    _ entries: [(key: Syntax, value: Syntax)]
  ) throws(ExpressionError) -> [(key: CELValue, value: CELValue)] {
    var result: [(key: CELValue, value: CELValue)] = []
    for entry in entries {
      let key = try value(of: entry.key)
      switch key {
      case .bool, .int, .uint, .string: break
      default: throw ExpressionError("a value of type \(key.kind) cannot be a key", at: entry.key.offset)
      }
      try spend(result.count / 8, at: entry.key.offset)
      guard !result.contains(where: { $0.key == key }) else {
        throw ExpressionError("the key \(literal(key)) comes twice", at: entry.key.offset)
      }
      result.append((key, try value(of: entry.value)))
    }
    return result
  }

  // MARK: Words

  func noOverload(_ symbol: String, _ values: CELValue..., at offset: Int) -> ExpressionError {
    ExpressionError("\(symbol) is not defined for \(values.map(\.kind).joined(separator: " and "))", at: offset)
  }

  private func literal(_ value: CELValue) -> String {
    switch value {
    case .string(let text): "\"\(text.prefix(100))\""
    case .int(let number): String(number)
    case .uint(let number): "\(number)u"
    case .bool(let value): String(value)
    default: "of type \(value.kind)"
    }
  }
}
