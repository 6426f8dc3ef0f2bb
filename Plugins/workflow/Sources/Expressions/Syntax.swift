/// An expression as a tree.
struct Syntax: Sendable {
  indirect enum Form: Sendable {
    case literal(CELValue)
    case variable(String)
    /// `operand.member`
    case select(Syntax, String)
    /// `has(operand.member)`
    case has(Syntax, String)
    /// `operand[index]`
    case index(Syntax, Syntax)
    /// `function(a, b)`, and `a.function(b)` with the target first.
    case call(Function, [Syntax])
    case list([Syntax])
    case map([(key: Syntax, value: Syntax)])
    case not(Syntax)
    case negate(Syntax)
    case binary(BinaryOperator, Syntax, Syntax)
    case and(Syntax, Syntax)
    case or(Syntax, Syntax)
    case conditional(Syntax, Syntax, Syntax)
  }

  let form: Form
  /// Where it begins in the text, for messages.
  let offset: Int
  /// The levels of the tree below and with this one.
  let height: Int
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
}
