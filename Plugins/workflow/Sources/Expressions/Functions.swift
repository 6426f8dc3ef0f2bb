import PluginData

extension Evaluator {
  /// - Parameter arguments: As many as the function accepts: the parser has counted them.
  mutating func call(
    _ function: Function, _ arguments: [CELValue], at offset: Int
  ) throws(ExpressionError) -> CELValue {
    let value = arguments[0]
    try spend(value.size, at: offset)
    switch function {
    case .size: return .int(Int64(try size(of: value, at: offset)))
    case .contains, .startsWith, .endsWith, .matches:
      guard case .string(let text) = value, case .string(let part) = arguments[1] else {
        throw noOverload(function.rawValue, value, arguments[1], at: offset)
      }
      return .bool(try test(function, text, part, at: offset))
    case .bool: return .bool(try bool(value, at: offset))
    case .int: return .int(try int(value, at: offset))
    case .uint: return .uint(try uint(value, at: offset))
    case .double: return .double(try double(value, at: offset))
    case .string: return .string(try string(value, at: offset))
    case .bytes: return .bytes(try bytes(value, at: offset))
    case .timestamp: return try timestamp(value, at: offset)
    case .duration: return try duration(value, at: offset)
    case .type: return .type(value.typeName)
    case .dyn: return value
    default: return try part(function, arguments, at: offset)
    }
  }

  // MARK: Text

  private func size(of value: CELValue, at offset: Int) throws(ExpressionError) -> Int {
    switch value {
    case .string(let text): text.unicodeScalars.count
    case .bytes(let bytes): bytes.count
    case .list(let elements): elements.count
    case .map(let map): map.count
    default: throw noOverload("size", value, at: offset)
    }
  }

  private mutating func test(
    _ function: Function, _ text: String, _ part: String, at offset: Int
  ) throws(ExpressionError) -> Bool {
    switch function {
    case .startsWith: return text.utf8.starts(with: part.utf8)
    case .endsWith: return text.utf8.reversed().starts(with: part.utf8.reversed())
    case .contains:
      try spend(text.utf8.count * max(part.utf8.count, 1) / 1024, at: offset)
      return isFound(part, in: text)
    default:
      let pattern: Pattern
      do throws(PatternError) {
        pattern = try Pattern(part)
      } catch {
        throw ExpressionError("the pattern \"\(part.prefix(100))\" is not valid: \(error.message)", at: offset)
      }
      try spend(part.utf8.count + pattern.cost(of: text), at: offset)
      return pattern.isFound(in: text)
    }
  }

  // MARK: Conversions

  private func noConversion(_ value: CELValue, to type: String, at offset: Int) -> ExpressionError {
    if case .string(let text) = value {
      return ExpressionError("\"\(text.prefix(100))\" cannot be read as \(type)", at: offset)
    }
    return ExpressionError("a value of type \(value.kind) cannot be converted to \(type)", at: offset)
  }

  private func bool(_ value: CELValue, at offset: Int) throws(ExpressionError) -> Bool {
    switch value {
    case .bool(let value): return value
    case .string("true"), .string("True"), .string("TRUE"), .string("t"), .string("1"): return true
    case .string("false"), .string("False"), .string("FALSE"), .string("f"), .string("0"): return false
    default: throw noConversion(value, to: "bool", at: offset)
    }
  }

  private func int(_ value: CELValue, at offset: Int) throws(ExpressionError) -> Int64 {
    let number: Int64? =
      switch value {
      case .int(let number): number
      case .uint(let number): Int64(exactly: number)
      case .double(let number): Int64(exactly: number.rounded(.towardZero))
      case .string(let text): Int64(text)
      case .timestamp(let moment): seconds(of: moment)
      default: nil
      }
    guard let number else { throw noConversion(value, to: "int", at: offset) }
    return number
  }

  private func uint(_ value: CELValue, at offset: Int) throws(ExpressionError) -> UInt64 {
    let number: UInt64? =
      switch value {
      case .int(let number): UInt64(exactly: number)
      case .uint(let number): number
      case .double(let number): UInt64(exactly: number.rounded(.towardZero))
      case .string(let text): UInt64(text)
      default: nil
      }
    guard let number else { throw noConversion(value, to: "uint", at: offset) }
    return number
  }

  private func double(_ value: CELValue, at offset: Int) throws(ExpressionError) -> Double {
    let number: Double? =
      switch value {
      case .int(let number): Double(number)
      case .uint(let number): Double(number)
      case .double(let number): number
      case .string(let text): Double(text)
      default: nil
      }
    guard let number else { throw noConversion(value, to: "double", at: offset) }
    return number
  }

  private func string(_ value: CELValue, at offset: Int) throws(ExpressionError) -> String {
    switch value {
    case .string(let text): return text
    case .bool(let value): return String(value)
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number):
      // 8.0 is written as 8, the way JSON and people write it.
      if let whole = Int64(exactly: number), whole.magnitude < 1 << 53 { return String(whole) }
      return number.description
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ExpressionError("the bytes are not valid UTF-8", at: offset)
      }
      return text
    case .timestamp(let moment): return moment.text
    case .duration(let span): return durationText(span)
    default: throw noConversion(value, to: "string", at: offset)
    }
  }

  private func bytes(_ value: CELValue, at offset: Int) throws(ExpressionError) -> [UInt8] {
    switch value {
    case .bytes(let bytes): return bytes
    case .string(let text): return Array(text.utf8)
    default: throw noConversion(value, to: "bytes", at: offset)
    }
  }

  /// Of an RFC 3339 text, a day, or seconds since 1970.
  private func timestamp(_ value: CELValue, at offset: Int) throws(ExpressionError) -> CELValue {
    switch value {
    case .timestamp: return value
    case .int(let seconds):
      let (milliseconds, overflows) = seconds.multipliedReportingOverflow(by: 1000)
      return try timestamp(overflows ? .max : milliseconds, at: offset)
    case .string(let text):
      if let moment = Instant(text) { return try timestamp(moment.milliseconds, at: offset) }
      if let day = Day(text) { return try timestamp(Int64(day.number) * 86_400_000, at: offset) }
      throw noConversion(value, to: "timestamp", at: offset)
    default: throw noConversion(value, to: "timestamp", at: offset)
    }
  }

  /// Of a text such as `1h30m`, or of seconds.
  private func duration(_ value: CELValue, at offset: Int) throws(ExpressionError) -> CELValue {
    switch value {
    case .duration: return value
    case .int(let seconds):
      let (milliseconds, overflows) = seconds.multipliedReportingOverflow(by: 1000)
      return try duration(overflows ? .max : milliseconds, at: offset)
    case .string(let text):
      guard let span = readDuration(text) else { throw noConversion(value, to: "duration", at: offset) }
      return try duration(span, at: offset)
    default: throw noConversion(value, to: "duration", at: offset)
    }
  }
}

/// Seconds since 1970, rounded down.
private func seconds(of moment: Instant) -> Int64 {
  let (quotient, remainder) = moment.milliseconds.quotientAndRemainder(dividingBy: 1000)
  return remainder < 0 ? quotient - 1 : quotient
}

/// Whether a text has another one in it.
private func isFound(_ part: String, in text: String) -> Bool {
  let text = Array(text.utf8)
  let part = Array(part.utf8)
  guard let first = part.first else { return true }
  guard text.count >= part.count else { return false }
  for start in 0...text.count - part.count where text[start] == first {
    if text[start..<start + part.count].elementsEqual(part) { return true }
  }
  return false
}
