import PluginData

extension Evaluator {
  /// CEL's years 1 to 9999.
  private static let moments = -62_135_596_800_000...253_402_300_799_999 as ClosedRange<Int64>
  /// Both ways as long as the years that there are.
  private static let spans = -315_576_000_000_000...315_576_000_000_000 as ClosedRange<Int64>

  func timestamp(_ milliseconds: Int64, at offset: Int) throws(ExpressionError) -> CELValue {
    guard Self.moments.contains(milliseconds) else {
      throw ExpressionError("the timestamp lies outside the years 1 to 9999", at: offset)
    }
    return .timestamp(Instant(milliseconds: milliseconds))
  }

  func duration(_ milliseconds: Int64, at offset: Int) throws(ExpressionError) -> CELValue {
    guard Self.spans.contains(milliseconds) else {
      throw ExpressionError("the duration is longer than 10,000 years", at: offset)
    }
    return .duration(milliseconds)
  }

  /// A part of a timestamp in a time zone, or of a duration.
  mutating func part(
    _ function: Function, _ arguments: [CELValue], at offset: Int
  ) throws(ExpressionError) -> CELValue {
    switch (arguments[0], arguments.count > 1 ? arguments[1] : .string("UTC")) {
    case (.timestamp(let moment), .string(let zone)):
      // Reading a zone means reading a file.
      try spend(zone == "UTC" ? 0 : 1000, at: offset)
      let offsetSeconds = try utcOffset(of: zone, at: moment, offset)
      return .int(part(function, of: Instant(milliseconds: moment.milliseconds + offsetSeconds * 1000)))
    case (.duration(let span), _) where arguments.count == 1:
      switch function {
      case .getHours: return .int(span / 3_600_000)
      case .getMinutes: return .int(span / 60_000)
      case .getSeconds: return .int(span / 1000)
      case .getMilliseconds: return .int(span % 1000)
      default: throw noOverload(function.rawValue, arguments[0], at: offset)
      }
    default: throw noOverload(function.rawValue, arguments[0], at: offset)
    }
  }

  /// - Parameter local: The moment shifted so that UTC shows what the clock on the wall shows.
  private func part(_ function: Function, of local: Instant) -> Int64 {
    let day = TimeZone.utc.day(at: local)
    let milliseconds = local.milliseconds - Int64(day.number) * 86_400_000
    return switch function {
    case .getFullYear: Int64(day.year)
    case .getMonth: Int64(day.month - 1)
    case .getDate: Int64(day.dayOfMonth)
    case .getDayOfMonth: Int64(day.dayOfMonth - 1)
    // Sunday is 0 in CEL.
    case .getDayOfWeek: Int64((day.weekday + 1) % 7)
    case .getDayOfYear: Int64(day - Day(year: day.year, month: 1, day: 1))
    case .getHours: milliseconds / 3_600_000
    case .getMinutes: milliseconds / 60_000 % 60
    case .getSeconds: milliseconds / 1000 % 60
    default: milliseconds % 1000
    }
  }

  /// Seconds east of UTC: of an IANA zone, or written as `+02:00`.
  private func utcOffset(of zone: String, at moment: Instant, _ offset: Int) throws(ExpressionError) -> Int64 {
    if let fixed = fixedOffset(zone) { return fixed }
    guard let zone = TimeZone(zone) else {
      throw ExpressionError("there is no time zone \"\(zone.prefix(64))\"; write one such as Europe/Berlin", at: offset)
    }
    return Int64(zone.offset(at: moment))
  }

  private func fixedOffset(_ text: String) -> Int64? {
    var digits = text.utf8[...]
    let sign: Int64 = digits.first == UInt8(ascii: "-") ? -1 : 1
    if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") { digits.removeFirst() }
    let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isDigit) }),
      let hours = Int64(String(decoding: parts[0], as: UTF8.self)),
      let minutes = Int64(String(decoding: parts[1], as: UTF8.self)), hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}

/// A span of time as CEL writes it: `90s`, `1.5s`.
func durationText(_ milliseconds: Int64) -> String {
  let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
  let sign = milliseconds < 0 ? "-" : ""
  guard rest > 0 else { return "\(sign)\(seconds)s" }
  var digits = String(rest + 1000).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  return "\(sign)\(seconds).\(digits)s"
}

/// Reads a span of time: `1h30m`, `-1.5s`, `250ms`; what is finer than a millisecond is cut off.
///
/// - Returns: Milliseconds; nil when it is none.
func readDuration(_ text: String) -> Int64? {
  var rest = text.utf8[...]
  guard rest.count <= 64 else { return nil }
  let isNegative = rest.first == UInt8(ascii: "-")
  if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
  if rest.elementsEqual("0".utf8) { return 0 }
  guard !rest.isEmpty else { return nil }
  var nanoseconds = 0.0
  while !rest.isEmpty {
    let digits = rest.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
    rest = rest.dropFirst(digits.count)
    let unit = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
    rest = rest.dropFirst(unit.count)
    // Swift reads neither "." nor "1.2.3" as a number.
    guard let number = Double(String(decoding: digits, as: UTF8.self)),
      let length = unitNanoseconds[String(decoding: unit, as: UTF8.self)]
    else { return nil }
    nanoseconds += number * length
  }
  // A thousandth of a nanosecond, which no text means, makes up for the rounding of decimal fractions.
  let milliseconds = ((nanoseconds + 0.001) / 1e6).rounded(.down)
  return Int64(exactly: isNegative ? -milliseconds : milliseconds)
}

private let unitNanoseconds = ["h": 3.6e12, "m": 6e10, "s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1]
