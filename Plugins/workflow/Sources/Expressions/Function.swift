/// The functions of the language.
enum Function: String, Sendable {
  // Text, lists and maps.
  case size, contains, startsWith, endsWith, matches
  // Conversions.
  case bool, int, uint, double, string, bytes, timestamp, duration, type, dyn
  // Parts of timestamps and durations.
  case getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear
  case getHours, getMinutes, getSeconds, getMilliseconds

  /// Whether it may be written with so many arguments, the target of a method among them.
  func accepts(count: Int, isMethod: Bool) -> Bool {
    switch self {
    case .size: count == 1
    case .contains, .startsWith, .endsWith: count == 2 && isMethod
    case .matches: count == 2
    case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .dyn: count == 1 && !isMethod
    default: (1...2).contains(count) && isMethod
    }
  }

  /// How it is written.
  var usage: String {
    switch self {
    case .size: "size(value) or value.size()"
    case .contains, .startsWith, .endsWith: "text.\(rawValue)(part)"
    case .matches: "text.matches(pattern)"
    case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .dyn: "\(rawValue)(value)"
    default: "timestamp.\(rawValue)() or timestamp.\(rawValue)(\"Europe/Berlin\")"
    }
  }
}
