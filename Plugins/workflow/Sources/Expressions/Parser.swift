/// Reads an expression by recursive descent; the grammar is that of the CEL specification, without messages and
/// comprehensions.
struct Parser {
  private var lexer: Lexer
  private let variables: Set<String>
  private var token = Token.end
  private var tokenStart = 0
  private var depth = 0

  /// - Parameters:
  ///   - offset: Where the expression begins in the text.
  ///   - variables: The names that it may use.
  init(_ text: [UInt8], from offset: Int = 0, variables: Set<String>) throws(ExpressionError) {
    lexer = Lexer(text, from: offset)
    self.variables = variables
    try advance()
  }

  /// Reads one expression up to the end of the text.
  mutating func whole() throws(ExpressionError) -> Syntax {
    let syntax = try expression()
    guard token == .end else { throw unexpected("an operator or the end") }
    return syntax
  }

  /// Reads one expression and the `}` behind it.
  ///
  /// - Returns: The expression, and where the text goes on.
  mutating func embedded() throws(ExpressionError) -> (Syntax, end: Int) {
    let syntax = try expression()
    guard token == .symbol("}") else { throw unexpected("an operator or \"}\"") }
    return (syntax, lexer.offset)
  }

  // MARK: Tokens

  private mutating func advance() throws(ExpressionError) {
    token = try lexer.next()
    tokenStart = lexer.start
  }

  private mutating func take(_ symbol: String) throws(ExpressionError) -> Bool {
    guard token == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ symbol: String) throws(ExpressionError) {
    guard try take(symbol) else { throw unexpected("\"\(symbol)\"") }
  }

  private func unexpected(_ wanted: String) -> ExpressionError {
    ExpressionError("expected \(wanted), found \(token)", at: tokenStart)
  }

  // MARK: Trees

  private func make(_ form: Syntax.Form, at offset: Int, _ parts: Syntax...) throws(ExpressionError) -> Syntax {
    try make(form, at: offset, parts)
  }

  private func make(_ form: Syntax.Form, at offset: Int, _ parts: [Syntax]) throws(ExpressionError) -> Syntax {
    let height = 1 + (parts.lazy.map(\.height).max() ?? 0)
    guard height <= Limits.height else {
      throw ExpressionError("the expression has more than \(Limits.height) levels; split it up", at: offset)
    }
    return Syntax(form: form, offset: offset, height: height)
  }

  // MARK: Grammar

  private mutating func expression() throws(ExpressionError) -> Syntax {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.depth else {
      throw ExpressionError("the expression nests deeper than \(Limits.depth); split it up", at: tokenStart)
    }
    let offset = tokenStart
    let condition = try disjunction()
    guard try take("?") else { return condition }
    let yes = try disjunction()
    try expect(":")
    let no = try expression()
    return try make(.conditional(condition, yes, no), at: offset, condition, yes, no)
  }

  private mutating func disjunction() throws(ExpressionError) -> Syntax {
    var left = try conjunction()
    while token == .symbol("||") {
      let offset = tokenStart
      try advance()
      let right = try conjunction()
      left = try make(.or(left, right), at: offset, left, right)
    }
    return left
  }

  private mutating func conjunction() throws(ExpressionError) -> Syntax {
    var left = try relation()
    while token == .symbol("&&") {
      let offset = tokenStart
      try advance()
      let right = try relation()
      left = try make(.and(left, right), at: offset, left, right)
    }
    return left
  }

  private mutating func relation() throws(ExpressionError) -> Syntax {
    try binary(["==", "!=", "<", "<=", ">", ">=", "in"]) { parser throws(ExpressionError) in
      try parser.binary(["+", "-"]) { parser throws(ExpressionError) in
        try parser.binary(["*", "/", "%"]) { parser throws(ExpressionError) in try parser.unary() }
      }
    }
  }

  /// Operands with operators of one precedence between them, from left to right.
  private mutating func binary(
    _ operators: Set<String>, _ operand: (inout Parser) throws(ExpressionError) -> Syntax
  ) throws(ExpressionError) -> Syntax {
    var left = try operand(&self)
    while let symbol = operatorSymbol, operators.contains(symbol), let found = BinaryOperator(rawValue: symbol) {
      let offset = tokenStart
      try advance()
      let right = try operand(&self)
      left = try make(.binary(found, left, right), at: offset, left, right)
    }
    return left
  }

  private var operatorSymbol: String? {
    switch token {
    case .symbol(let symbol): symbol
    case .identifier("in"): "in"
    default: nil
    }
  }

  private mutating func unary() throws(ExpressionError) -> Syntax {
    let offset = tokenStart
    var count = 0
    if token == .symbol("!") {
      while try take("!") { count += 1 }
      let operand = try member()
      return count % 2 == 0
        ? try make(.not(try make(.not(operand), at: offset, operand)), at: offset, operand)
        : try make(.not(operand), at: offset, operand)
    }
    while try take("-") { count += 1 }
    guard count > 0 else { return try member() }
    // The least integer has no positive counterpart, so that the sign belongs to the literal.
    if count % 2 == 1, token == .int(1 << 63) {
      try advance()
      return try make(.literal(.int(.min)), at: offset)
    }
    let operand = try member()
    return count % 2 == 0
      ? try make(.negate(try make(.negate(operand), at: offset, operand)), at: offset, operand)
      : try make(.negate(operand), at: offset, operand)
  }

  private mutating func member() throws(ExpressionError) -> Syntax {
    var operand = try primary()
    while true {
      let offset = tokenStart
      if try take(".") {
        guard case .identifier(let name) = token else { throw unexpected("a name") }
        let nameStart = tokenStart
        try advance()
        if try take("(") {
          let arguments = [operand] + (try list(until: ")"))
          operand = try call(name, arguments, isMethod: true, at: nameStart)
        } else {
          operand = try make(.select(operand, name), at: nameStart, operand)
        }
      } else if try take("[") {
        let index = try expression()
        try expect("]")
        operand = try make(.index(operand, index), at: offset, operand, index)
      } else {
        return operand
      }
    }
  }

  private mutating func primary() throws(ExpressionError) -> Syntax {
    let offset = tokenStart
    switch token {
    case .int(let value):
      guard let value = Int64(exactly: value) else {
        throw ExpressionError("\(value) is no integer of 64 bits; write \(value)u for an unsigned one", at: offset)
      }
      return try literal(.int(value))
    case .uint(let value): return try literal(.uint(value))
    case .double(let value): return try literal(.double(value))
    case .string(let value): return try literal(.string(value))
    case .bytes(let value): return try literal(.bytes(value))
    case .symbol("("):
      try advance()
      let inner = try expression()
      try expect(")")
      return inner
    case .symbol("["):
      try advance()
      let elements = try list(until: "]")
      return try make(.list(elements), at: offset, elements)
    case .symbol("{"):
      try advance()
      return try map(at: offset)
    case .identifier(let name):
      try advance()
      return try named(name, at: offset)
    default: throw unexpected("a value")
    }
  }

  private mutating func literal(_ value: CELValue) throws(ExpressionError) -> Syntax {
    let offset = tokenStart
    try advance()
    return try make(.literal(value), at: offset)
  }

  /// Values with commas between them, and the bracket behind them; a comma before it is allowed.
  private mutating func list(until bracket: String) throws(ExpressionError) -> [Syntax] {
    var elements: [Syntax] = []
    while !(try take(bracket)) {
      elements.append(try expression())
      guard try !take(bracket) else { break }
      guard try take(",") else { throw unexpected("\",\" or \"\(bracket)\"") }
    }
    return elements
  }

  private mutating func map(at offset: Int) throws(ExpressionError) -> Syntax {
    var entries: [(key: Syntax, value: Syntax)] = []
    while !(try take("}")) {
      let key = try expression()
      try expect(":")
      entries.append((key, try expression()))
      guard try !take("}") else { break }
      guard try take(",") else { throw unexpected("\",\" or \"}\"") }
    }
    return try make(.map(entries), at: offset, entries.flatMap { [$0.key, $0.value] })
  }

  // MARK: Names

  private mutating func named(_ name: String, at offset: Int) throws(ExpressionError) -> Syntax {
    switch name {
    case "true": return try make(.literal(.bool(true)), at: offset)
    case "false": return try make(.literal(.bool(false)), at: offset)
    case "null": return try make(.literal(.null), at: offset)
    case "in": throw ExpressionError("expected a value, found \"in\"", at: offset)
    default: break
    }
    if try take("(") {
      let arguments = try list(until: ")")
      return name == "has" ? try has(arguments, at: offset) : try call(name, arguments, isMethod: false, at: offset)
    }
    guard variables.contains(name) else {
      let known = variables.sorted().joined(separator: ", ")
      throw ExpressionError("there is no variable \"\(name)\"; there are \(known)", at: offset)
    }
    return try make(.variable(name), at: offset)
  }

  private func has(_ arguments: [Syntax], at offset: Int) throws(ExpressionError) -> Syntax {
    guard arguments.count == 1, case .select(let operand, let member) = arguments[0].form else {
      throw ExpressionError("has() asks for a member, as in has(task.dueDate)", at: offset)
    }
    return try make(.has(operand, member), at: offset, operand)
  }

  private func call(
    _ name: String, _ arguments: [Syntax], isMethod: Bool, at offset: Int
  ) throws(ExpressionError) -> Syntax {
    guard let function = Function(rawValue: name) else {
      if isMethod, ["all", "exists", "exists_one", "map", "filter"].contains(name) {
        throw ExpressionError(
          "\"\(name)\" is a comprehension of CEL, and these are not part of this language", at: offset)
      }
      throw ExpressionError("there is no function \"\(name)\"", at: offset)
    }
    guard function.accepts(count: arguments.count, isMethod: isMethod) else {
      throw ExpressionError("\(function.rawValue) is written \(function.usage)", at: offset)
    }
    return try make(.call(function, arguments), at: offset, arguments)
  }
}
