import PluginData

/// The objects of a JSON list, or of a text of one object to a line, each parsed alone.
struct JSONRows: Sendable {
  enum Step {
    case object(Fields, row: Int)
    /// An entry that is no object or cannot be parsed; it has been reported.
    case nothing
    case atEnd
  }

  private let parse: JSONParser
  private var elements = JSONElements()

  init(parse: @escaping JSONParser) {
    self.parse = parse
  }

  mutating func feed(_ bytes: [UInt8]) {
    elements.feed(bytes)
  }

  mutating func end() {
    elements.end()
  }

  mutating func next(_ context: inout ImportContext) throws(ImportFailure) -> Step {
    guard let element = try elements.next() else { return .atEnd }
    let value: Value
    do {
      value = try parse(element.bytes)
    } catch {
      context.report.problem(element.number, "is no JSON\(JSONRows.place(of: element)): \(error)")
      return .nothing
    }
    guard let fields = value.object else {
      context.report.problem(element.number, "is no JSON object\(JSONRows.place(of: element))")
      return .nothing
    }
    return .object(fields, row: element.number)
  }

  private static func place(of element: JSONElements.Element) -> String {
    " (it begins in line \(element.place.line), column \(element.place.column))"
  }
}

extension Value {
  /// The text of a string, number or truth value; nil for null, lists and objects.
  var text: String? {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .double(let number): Int64(exactly: number).map { String($0) } ?? String(number)
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  var elements: [Value] { if case .array(let elements) = self { elements } else { [] } }

  /// Whether there is something in it.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let fields): fields.members.isEmpty
    case .bool, .int, .double: false
    }
  }

  /// What a report shows of the value.
  var example: String {
    switch self {
    case .array(let elements): "list of \(elements.count)"
    case .object: "object"
    default: text ?? "null"
    }
  }
}
