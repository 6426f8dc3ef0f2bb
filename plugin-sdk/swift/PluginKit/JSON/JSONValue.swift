package import CPluginSDK

/// A parsed JSON text, of the host's parser. Freed with the last value that points into it.
package final class JSONDocument {
  let parser: UnsafePointer<orch_json>
  let raw: OpaquePointer

  /// Parses a text, which is copied.
  package init(_ text: UnsafeRawBufferPointer, with parser: UnsafePointer<orch_json>) throws(Failure) {
    var raw: OpaquePointer?
    var message = emptyText
    let status = parser.pointee.parse?(text.text, &raw, &message) ?? Status.unimplemented.rawValue
    guard status == 0, let raw else {
      throw Failure(status == 0 ? .internal : Status(status), string(message))
    }
    self.parser = parser
    self.raw = raw
  }

  deinit {
    parser.pointee.free?(raw)
  }
}

/// A value in a parsed JSON text, read where it stands. Keeps the whole text in memory.
///
/// Nothing here fails loudly: what is absent or of another kind reads as nil, so that a chain like
/// `config["limits"]["size"].int` needs no checks. ``decode(_:)`` is the form that tells what is wrong.
///
/// A text and its values belong to one thread at a time.
public struct JSONValue {
  /// What a value is.
  public enum Kind: Sendable { case absent, null, bool, int, double, string, array, object }

  private let document: JSONDocument
  /// Nil when there is no such value.
  private let raw: orch_json_value?

  package init(root document: JSONDocument) {
    self.document = document
    raw = document.parser.pointee.root?(document.raw)
  }

  private init(_ document: JSONDocument, _ raw: orch_json_value?) {
    self.document = document
    self.raw = raw
  }

  private var parser: UnsafePointer<orch_json> { document.parser }

  /// What the value is.
  public var kind: Kind {
    guard let raw, let type = parser.pointee.type?(raw) else { return .absent }
    switch UInt8(bitPattern: type) {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "b"): return .bool
    case UInt8(ascii: "i"): return .int
    case UInt8(ascii: "d"): return .double
    case UInt8(ascii: "s"): return .string
    case UInt8(ascii: "a"): return .array
    case UInt8(ascii: "o"): return .object
    default: return .absent
    }
  }

  /// Whether there is a value that is not null.
  public var isPresent: Bool {
    let kind = kind
    return kind != .absent && kind != .null
  }

  public var bool: Bool? {
    var value: UInt8 = 0
    guard let raw, parser.pointee.boolean?(raw, &value) == 1 else { return nil }
    return value != 0
  }

  /// An integer of 64 bits.
  public var int: Int? {
    var value: Int64 = 0
    guard let raw, parser.pointee.i64?(raw, &value) == 1 else { return nil }
    return Int(value)
  }

  /// Any number.
  public var double: Double? {
    var value = 0.0
    guard let raw, parser.pointee.f64?(raw, &value) == 1 else { return nil }
    return value
  }

  /// A string, copied.
  public var string: String? {
    utf8.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a string, valid as long as a value of this text exists.
  public var utf8: UnsafeRawBufferPointer? {
    var value = emptyText
    guard let raw, parser.pointee.str?(raw, &value) == 1 else { return nil }
    return bytes(of: value)
  }

  /// The member of an object.
  public subscript(key: String) -> JSONValue {
    key.withText { find($0, parser.pointee.get) }
  }

  /// The value at a JSON pointer (RFC 6901): `/limits/0/size`.
  public func at(pointer: String) -> JSONValue {
    pointer.withText { find($0, parser.pointee.pointer) }
  }

  private typealias Finder = @convention(c) (orch_json_value, orch_str, UnsafeMutablePointer<orch_json_value>?) -> UInt8

  private func find(_ name: orch_str, _ finder: Finder?) -> JSONValue {
    var value = orch_json_value()
    guard let raw, finder?(raw, name, &value) == 1 else { return JSONValue(document, nil) }
    return JSONValue(document, value)
  }

  /// The number of elements or members; 0 for everything else.
  public var count: Int {
    guard let raw else { return 0 }
    return parser.pointee.count?(raw) ?? 0
  }

  /// The elements of an array; none for everything else.
  public var elements: Elements {
    Elements(of: self)
  }

  /// The members of an object; none for everything else.
  public var members: Members {
    Members(of: self)
  }

  /// The value as compact JSON text.
  public var text: String {
    guard let raw, let buffer = parser.pointee.text?(raw) else { return "null" }
    return Body(taking: buffer).text
  }
}

extension JSONValue {
  /// Steps through an array or object.
  fileprivate struct Cursor {
    let value: JSONValue
    var raw = orch_json_cursor()

    mutating func next(wants kind: Kind) -> (key: orch_str, value: JSONValue)? {
      var key = emptyText
      var found = orch_json_value()
      guard let whole = value.raw, raw.state != 0 || value.kind == kind,
        value.parser.pointee.next?(whole, &raw, &key, &found) == 1
      else { return nil }
      return (key, JSONValue(value.document, found))
    }
  }

  /// The elements of an array, in order.
  public struct Elements: Sequence, IteratorProtocol {
    private var cursor: Cursor

    fileprivate init(of value: JSONValue) {
      cursor = Cursor(value: value)
    }

    public mutating func next() -> JSONValue? {
      cursor.next(wants: .array)?.value
    }
  }

  /// The members of an object, in order.
  public struct Members: Sequence, IteratorProtocol {
    private var cursor: Cursor

    fileprivate init(of value: JSONValue) {
      cursor = Cursor(value: value)
    }

    public mutating func next() -> (key: String, value: JSONValue)? {
      guard let (key, value) = cursor.next(wants: .object) else { return nil }
      return (PluginKit.string(key), value)
    }
  }
}

extension JSONValue: JSONText {
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    text.withJSON(body)
  }
}
