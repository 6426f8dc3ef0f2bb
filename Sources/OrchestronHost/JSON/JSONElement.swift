internal import CSimdjson

/// A value inside a ``JSONDocument``: a trivial 16-byte view that copies and allocates nothing.
///
/// Valid until its document parses again, is trimmed or ends; a debug build stops at an outdated element of a
/// document that still lives.
public struct JSONElement {
  private let view: UnsafePointer<ojson_view>
  private let index: UInt32
  private let generation: UInt32

  init(view: UnsafePointer<ojson_view>, index: UInt32, generation: UInt32) {
    self.view = view
    self.index = index
    self.generation = generation
  }
}

// MARK: - Scalars

extension JSONElement {
  /// The type of the value.
  public var kind: JSONKind {
    switch tag {
    case .null: .null
    case .true, .false: .bool
    case .int: .int
    case .unsigned, .double: .double
    case .string: .string
    case .array: .array
    default: .object
    }
  }

  /// True for `null`.
  public var isNull: Bool { tag == .null }

  /// The Boolean, or nil for any other type.
  public var bool: Bool? {
    switch tag {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The number when it is an integer within 64 bits, `5.0` included; else nil.
  public var int: Int64? {
    switch tag {
    case .int: Int64(bitPattern: nextWord)
    case .double: Int64(exactlyWithin: Double(bitPattern: nextWord))
    default: nil
    }
  }

  /// The number, or nil for any other type. Integers beyond 2^53 are rounded.
  public var double: Double? {
    switch tag {
    case .double: Double(bitPattern: nextWord)
    case .int: Double(Int64(bitPattern: nextWord))
    case .unsigned: Double(nextWord)
    default: nil
    }
  }

  /// The bytes of the string, unescaped, valid UTF-8 and valid as long as the element; nil for any other type.
  public var stringBytes: UnsafeRawBufferPointer? { tag == .string ? unsafeStringBytes : nil }

  /// A copy of the string, or nil for any other type.
  public var string: String? { stringBytes.map { String(decoding: $0, as: UTF8.self) } }
}

// MARK: - Arrays and objects

extension JSONElement {
  /// The number of elements or members; 0 for any other type. Constant time below 16 million.
  public var count: Int {
    guard tag == .array || tag == .object else { return 0 }
    let saturated = 0xFF_FFFF
    let count = Int(word >> 32) & saturated
    guard count == saturated else { return count }
    return tag == .array ? elements.reduce(0) { count, _ in count + 1 } : members.reduce(0) { count, _ in count + 1 }
  }

  /// The elements of an array, in order; none for any other type.
  public var elements: Elements {
    tag == .array ? Elements(cursor: at(index + 1), end: contentsEnd) : Elements(cursor: self, end: index)
  }

  /// The members of an object, in order; none for any other type.
  public var members: Members {
    tag == .object ? Members(cursor: at(index + 1), end: contentsEnd) : Members(cursor: self, end: index)
  }

  /// The member `key`, or nil when it is absent or this is no object. Of a key that stands twice the last counts.
  public subscript(key: String) -> JSONElement? {
    var key = key
    return key.withUTF8 { self[UnsafeRawBufferPointer($0)] }
  }

  /// The member whose key has these bytes; see ``subscript(_:)-(String)``.
  public subscript(key: UnsafeRawBufferPointer) -> JSONElement? {
    var found: JSONElement?
    for member in members where member.key.hasSameBytes(as: key) {
      found = member.value
      if view.pointee.distinct_keys { break }
    }
    return found
  }

  /// The element at `index`, or nil when there is none or this is no array. Linear in `index`.
  public subscript(index: Int) -> JSONElement? {
    var position = 0
    for element in elements {
      if position == index { return element }
      position += 1
    }
    return nil
  }

  /// A member of an object.
  public struct Member {
    /// The bytes of the key, unescaped, valid UTF-8 and valid as long as the element.
    public let key: UnsafeRawBufferPointer
    public let value: JSONElement

    /// A copy of the key.
    public var name: String { String(decoding: key, as: UTF8.self) }
  }

  /// The elements of an array.
  public struct Elements: Sequence, IteratorProtocol {
    fileprivate var cursor: JSONElement
    fileprivate let end: UInt32

    public mutating func next() -> JSONElement? {
      guard cursor.index < end else { return nil }
      let element = cursor
      cursor = element.at(element.indexAfter)
      return element
    }
  }

  /// The members of an object.
  public struct Members: Sequence, IteratorProtocol {
    fileprivate var cursor: JSONElement
    fileprivate let end: UInt32

    public mutating func next() -> Member? {
      guard cursor.index < end else { return nil }
      let value = cursor.at(cursor.index + 1)
      let member = Member(key: cursor.unsafeStringBytes, value: value)
      cursor = value.at(value.indexAfter)
      return member
    }
  }
}

// MARK: - Copies

extension JSONElement {
  /// An owned copy of the value. Of a key that stands twice the last value counts.
  public var json: JSON {
    switch tag {
    case .null: return .null
    case .true: return .bool(true)
    case .false: return .bool(false)
    case .int: return .int(Int64(bitPattern: nextWord))
    case .unsigned: return .double(Double(nextWord))
    case .double: return .double(Double(bitPattern: nextWord))
    case .string: return .string(String(decoding: unsafeStringBytes, as: UTF8.self))
    case .array: return .array(elements.map(\.json))
    default: return .object(JSONObject(members.lazy.map { ($0.name, $0.value.json) }))
    }
  }

  /// Compact JSON text of the value.
  public var text: String {
    var writer = JSONWriter()
    writer.element(self)
    return writer.text
  }
}

// MARK: - The tape

extension JSONElement {
  /// The type bytes of simdjson's tape; `simdjson_shim.h` describes it.
  struct Tag: Equatable {
    let byte: UInt8

    static let null = Tag(byte: UInt8(ascii: "n"))
    static let `true` = Tag(byte: UInt8(ascii: "t"))
    static let `false` = Tag(byte: UInt8(ascii: "f"))
    static let int = Tag(byte: UInt8(ascii: "l"))
    static let unsigned = Tag(byte: UInt8(ascii: "u"))
    static let double = Tag(byte: UInt8(ascii: "d"))
    static let string = Tag(byte: UInt8(ascii: "\""))
    static let array = Tag(byte: UInt8(ascii: "["))
    static let object = Tag(byte: UInt8(ascii: "{"))

    static func ~= (pattern: Tag, value: Tag) -> Bool { pattern.byte == value.byte }
  }

  var tag: Tag { Tag(byte: UInt8(truncatingIfNeeded: word >> 56)) }

  /// The number of tape words of the value, a measure of its size.
  var words: Int { Int(indexAfter - index) }

  private var word: UInt64 {
    assert(generation == view.pointee.generation, "the document of this element has been parsed anew")
    return view.pointee.tape[Int(index)]
  }

  private var nextWord: UInt64 { view.pointee.tape[Int(index) + 1] }

  private func at(_ index: UInt32) -> JSONElement { JSONElement(view: view, index: index, generation: generation) }

  private var indexAfter: UInt32 {
    switch tag {
    case .array, .object: UInt32(truncatingIfNeeded: word)
    case .int, .unsigned, .double: index + 2
    default: index + 1
    }
  }

  /// The index of the word that ends this array or object.
  private var contentsEnd: UInt32 { UInt32(truncatingIfNeeded: word) - 1 }

  /// The bytes of a string, which this must be.
  private var unsafeStringBytes: UnsafeRawBufferPointer {
    let start = UnsafeRawPointer(view.pointee.strings) + Int(word & 0x00FF_FFFF_FFFF_FFFF)
    let length = start.loadUnaligned(as: UInt32.self)
    return UnsafeRawBufferPointer(start: start + MemoryLayout<UInt32>.size, count: Int(length))
  }
}
