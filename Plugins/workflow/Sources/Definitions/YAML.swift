import CYAML
import PluginKit

/// What is wrong with a YAML text, and where.
struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
  let message: String
  /// From 1.
  let line: Int
  let column: Int

  init(_ message: String, at mark: yaml_mark_t) {
    self.message = message
    line = Int(mark.line) + 1
    column = Int(mark.column) + 1
  }

  var description: String { "\(message) (line \(line), column \(column))" }
}

/// Reads one YAML document as a JSON value, by libyaml and the core schema of YAML 1.2: `yes` and `on` are texts.
///
/// What JSON cannot express is refused, and so are anchors and aliases: a short text could stand for a huge one.
struct YAMLReader: ~Copyable {
  private static let depthLimit = 64

  /// Lives at one place, because libyaml keeps pointers into it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  static func value(of text: String) throws(YAMLError) -> Value {
    let bytes = Array(text.utf8)
    let result: Result<Value, YAMLError> = bytes.withUnsafeBufferPointer { bytes in
      let reader = YAMLReader(bytes)
      return Result { () throws(YAMLError) in try reader.document() }
    }
    return try result.get()
  }

  // MARK: Events

  /// The next event, with what it holds copied.
  private func next() throws(YAMLError) -> (event: Event, mark: yaml_mark_t) {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else {
      let problem = parser.pointee.problem.map { String(cString: $0) } ?? "is not readable"
      throw YAMLError("the YAML is not valid: \(problem)", at: parser.pointee.problem_mark)
    }
    defer { yaml_event_delete(&raw) }
    return (try event(raw), raw.start_mark)
  }

  private enum Event {
    case end, ignored, sequenceStart, sequenceEnd, mappingStart, mappingEnd
    case scalar(String, isPlain: Bool)
  }

  private func event(_ raw: yaml_event_t) throws(YAMLError) -> Event {
    switch raw.type {
    case YAML_STREAM_END_EVENT: return .end
    case YAML_ALIAS_EVENT: throw YAMLError("aliases are not supported", at: raw.start_mark)
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      try refuse(anchor: scalar.anchor, tag: scalar.tag, at: raw.start_mark)
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      try refuse(anchor: raw.data.sequence_start.anchor, tag: raw.data.sequence_start.tag, at: raw.start_mark)
      return .sequenceStart
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      try refuse(anchor: raw.data.mapping_start.anchor, tag: raw.data.mapping_start.tag, at: raw.start_mark)
      return .mappingStart
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    default: return .ignored
    }
  }

  private func refuse(
    anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, at mark: yaml_mark_t
  ) throws(YAMLError) {
    if anchor != nil { throw YAMLError("anchors are not supported", at: mark) }
    if tag != nil { throw YAMLError("tags are not supported", at: mark) }
  }

  // MARK: Values

  private func document() throws(YAMLError) -> Value {
    var document: Value?
    while true {
      let (event, mark) = try next()
      switch event {
      case .end: return document ?? .null
      case .ignored: continue
      default:
        guard document == nil else { throw YAMLError("there is more than one document", at: mark) }
        document = try value(event, mark, depth: 1)
      }
    }
  }

  private func value(_ event: Event, _ mark: yaml_mark_t, depth: Int) throws(YAMLError) -> Value {
    guard depth <= YAMLReader.depthLimit else {
      throw YAMLError("it nests deeper than \(YAMLReader.depthLimit)", at: mark)
    }
    switch event {
    case .scalar(let text, let isPlain): return isPlain ? try plain(text, mark) : .string(text)
    case .sequenceStart:
      var elements: [Value] = []
      while true {
        let (event, mark) = try next()
        if case .sequenceEnd = event { return .array(elements) }
        elements.append(try value(event, mark, depth: depth + 1))
      }
    default: return .object(try mapping(depth: depth))
    }
  }

  private func mapping(depth: Int) throws(YAMLError) -> Fields {
    var members: [(String, Value)] = []
    var names: Set<String> = []
    while true {
      let (key, keyMark) = try next()
      if case .mappingEnd = key { return Fields(members) }
      guard case .scalar(let name, _) = key else { throw YAMLError("a key must be a text", at: keyMark) }
      guard names.insert(name).inserted else { throw YAMLError("the key \"\(name)\" comes twice", at: keyMark) }
      guard members.count < 100 else { throw YAMLError("there are more than 100 keys", at: keyMark) }
      let (event, mark) = try next()
      members.append((name, try value(event, mark, depth: depth + 1)))
    }
  }

  /// What a text without quotes means.
  private func plain(_ text: String, _ mark: yaml_mark_t) throws(YAMLError) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: break
    }
    guard let first = text.utf8.first, first.isDigit || "+-.".utf8.contains(first) else { return .string(text) }
    if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) { return .int(number) }
    if text.hasPrefix("0o"), let number = Int64(text.dropFirst(2), radix: 8) { return .int(number) }
    let isNumber = text.utf8.allSatisfy { $0.isDigit || "+-.eE".utf8.contains($0) }
    if isNumber, let number = Int64(text) { return .int(number) }
    if isNumber, let number = Double(text) {
      guard number.isFinite else { throw YAMLError("\(text) is too large for a number", at: mark) }
      return .double(number)
    }
    if [".inf", ".nan"].contains(text.lowercased().drop { $0 == "+" || $0 == "-" }) {
      throw YAMLError("\(text) is no number that JSON can express", at: mark)
    }
    return .string(text)
  }
}
