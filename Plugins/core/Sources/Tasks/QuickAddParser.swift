import Interchange
import PluginKit

/// A task in one line: `Fix login @ada #api !high ~2h due:fri parent:ORC-3 +auth`.
///
/// The line is words with spaces between them. These are marks, all other words are the title:
///
/// | mark | means |
/// |---|---|
/// | `@ada`, `@me` | who does it |
/// | `#api` | a label; as many as one likes |
/// | `!high` | the priority: critical, high, medium, low or trivial |
/// | `~2h`, `~1.5h`, `~30m`, `~1h30m`, `~2d` | hours that it will take; a day has the project's hours |
/// | `~3p` | its size in points |
/// | `due:2026-01-31`, `due:today`, `due:tomorrow`, `due:fri`, `due:+3d`, `due:+2w` | the day by which it is to be done |
/// | `parent:ORC-3` | the task that it is a part of |
/// | `+auth` | the component |
///
/// A weekday is the next one after today. Of marks that may come once the first counts. Nothing is lost: what looks like
/// a mark and is none that is known stays in the title, and when marks are all there is, the whole line is the title and
/// no mark counts. A backslash before a word makes it a plain one: `\#1`.
struct QuickAdd: Equatable {
  private(set) var title = ""
  /// The fields that the marks set, as `tasks.create` takes them.
  private(set) var fields = Fields()

  private let today: Day
  private let hoursPerDay: Double
  private let takesParent: Bool

  /// The most labels of a task, and the most characters of a name in a mark.
  private static let labelLimit = 50
  private static let nameLimit = 64

  /// - Parameters:
  ///   - today: By the project's calendar.
  ///   - hoursPerDay: What `~1d` is.
  ///   - takesParent: Whether the task that `parent:` names is there; otherwise the mark stays in the title.
  init(_ text: String, today: Day, hoursPerDay: Double, takesParent: Bool = true) {
    self.today = today
    self.hoursPerDay = hoursPerDay
    self.takesParent = takesParent
    var plain: [Substring] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.count > 1, word.first == "\\" {
        plain.append(word.dropFirst())
      } else if !take(word) {
        plain.append(word)
      }
    }
    title = plain.joined(separator: " ")
    guard !VisibleText.shows(title) else { return }
    title = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    fields = Fields()
  }

  /// Takes a word as a mark; false when it is none, or one that has its value already.
  private mutating func take(_ word: Substring) -> Bool {
    let rest = word.dropFirst()
    switch word.first {
    case "@": return set("assignee", rest == Handle.caller ? .string(Handle.caller) : handle(rest))
    case "#": return addLabel(rest)
    case "!": return set("priority", TaskPriority(rawValue: rest.lowercased()).map { .string($0.rawValue) })
    case "+": return set("component", Self.name(rest).map(Value.string))
    case "~": return setEstimate(rest.lowercased())
    default: break
    }
    guard let colon = word.firstIndex(of: ":") else { return false }
    let value = word[word.index(after: colon)...]
    switch word[..<colon].lowercased() {
    case "due": return set("dueDate", day(value.lowercased()).map { .string($0.text) })
    case "parent": return takesParent && set("parentTask", Self.isReference(value) ? .string(String(value)) : nil)
    default: return false
    }
  }

  private mutating func set(_ field: String, _ value: Value?) -> Bool {
    guard let value, fields[field] == nil else { return false }
    fields[field] = value
    return true
  }

  private func handle(_ text: Substring) -> Value? { Handle.normalized(String(text)).map(Value.string) }

  private mutating func addLabel(_ text: Substring) -> Bool {
    guard let label = Self.name(text).map(Value.string) else { return false }
    let labels = fields["labels"]?.array ?? []
    guard !labels.contains(label) else { return true }
    guard labels.count < Self.labelLimit else { return false }
    fields["labels"] = .array(labels + [label])
    return true
  }

  /// A name in a mark: a letter first, so that `#1` and `+1` are what people mean by them.
  private static func name(_ text: Substring) -> String? {
    guard let first = text.first, first.isLetter, text.count <= nameLimit,
      text.allSatisfy({ Handle.isPart($0) || $0 == "/" || $0 == ":" })
    else { return nil }
    return String(text)
  }

  private static func isReference(_ text: Substring) -> Bool {
    (1...nameLimit).contains(text.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
  }

  // MARK: Estimates

  private mutating func setEstimate(_ text: String) -> Bool {
    if text.hasSuffix("p") {
      return set("storyPoints", Self.number(text.dropLast()).flatMap { $0 <= 1000 ? .double($0) : nil })
    }
    guard let hours = hours(text[...]), hours > 0, hours <= 100_000 else { return false }
    return set("estimatedHours", .double(hours))
  }

  /// The hours of `1h30m`: numbers with a unit behind each.
  private func hours(_ text: Substring) -> Double? {
    var (rest, sum) = (text, 0.0)
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      guard let number = Self.number(digits), let unit = rest.dropFirst(digits.count).first else { return nil }
      switch unit {
      case "d": sum += number * hoursPerDay
      case "h": sum += number
      case "m": sum += number / 60
      default: return nil
      }
      rest = rest.dropFirst(digits.count + 1)
    }
    return sum
  }

  /// Digits with at most one point among them.
  private static func number(_ text: Substring) -> Double? {
    guard let first = text.utf8.first, (0x30...0x39).contains(first), text.utf8.count <= 12,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
    else { return nil }
    return Double(text)
  }

  // MARK: Days

  private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  private func day(_ text: String) -> Day? {
    switch text {
    case "today": return today
    case "tomorrow": return today + 1
    default: break
    }
    if text.count >= 3, let weekday = Self.weekdays.firstIndex(where: { $0.hasPrefix(text) }) {
      return today + ((weekday - today.weekday + 6) % 7 + 1)
    }
    if text.hasPrefix("+"), let unit = text.last, let count = Int(text.dropFirst().dropLast()),
      (0...3650).contains(count)
    {
      switch unit {
      case "d": return today + count
      case "w": return today + 7 * count
      default: return nil
      }
    }
    return Day(text)
  }
}
