/// A number of a schema, compared without rounding.
enum Number: Sendable, Equatable {
  case int(Int64)
  case double(Double)

  init?(_ json: JSON) {
    switch json {
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    default: return nil
    }
  }

  /// A number of a value, nil for any other type.
  init?(_ value: JSONElement) {
    if value.kind == .int, let int = value.int {
      self = .int(int)
    } else if let double = value.double {
      self = .double(double)
    } else {
      return nil
    }
  }

  static func < (left: Number, right: Number) -> Bool {
    switch (left, right) {
    case (.int(let a), .int(let b)): a < b
    case (.double(let a), .double(let b)): a < b
    case (.int(let a), .double(let b)): order(a, b) < 0
    case (.double(let a), .int(let b)): order(b, a) > 0
    }
  }

  static func <= (left: Number, right: Number) -> Bool { !(right < left) }

  /// Below, at or above 0 as the integer is less than, equal to or greater than the double.
  private static func order(_ int: Int64, _ double: Double) -> Int {
    if double >= 0x1p63 { return -1 }
    if double < -0x1p63 { return 1 }
    let whole = double.rounded(.towardZero)
    let integer = Int64(whole)
    if int != integer { return int < integer ? -1 : 1 }
    return whole == double ? 0 : double > whole ? -1 : 1
  }

  /// True when dividing by `divisor`, which is above 0, leaves nothing. Fractions are taken as the decimals that they
  /// were written as: 0.3 is a multiple of 0.1, whatever rounding to doubles says.
  func isMultiple(of divisor: Number) -> Bool {
    if case .int(let a) = self, case .int(let b) = divisor { return a.isMultiple(of: b) }
    let (value, step) = (double, divisor.double)
    let quotient = value / step
    let isWhole = value == value.rounded() && step == step.rounded()
    guard quotient.isFinite, !isWhole else { return value.truncatingRemainder(dividingBy: step) == 0 }
    return abs(quotient - quotient.rounded()) <= 2 * quotient.ulp
  }

  private var double: Double {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    }
  }

  /// The number as JSON writes it.
  var text: String {
    switch self {
    case .int(let value): JSON.int(value).text
    case .double(let value): JSON.double(value).text
    }
  }
}
