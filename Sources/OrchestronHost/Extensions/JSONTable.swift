import CHost
import Glibc

extension HostExtensions {
  /// `orchestron.json/1`. Values are elements of the host's own parser, passed by their bits.
  static let json = orch_json(
    size: UInt32(MemoryLayout<orch_json>.size),
    parse: { text, out, message in
      guard let out else { return Status.invalidArgument.rawValue }
      let thread = ThreadState.current
      let document = thread.take()
      do throws(JSONError) { try document.parse(text.bytes) } catch {
        thread.put(document)
        message?.pointee = thread.keep(error.message)
        return Status.invalidArgument.rawValue
      }
      out.pointee = OpaquePointer(Unmanaged.passRetained(document).toOpaque())
      return Status.ok.rawValue
    },
    free: { document in
      guard let document else { return }
      ThreadState.current.put(Unmanaged<JSONDocument>.fromOpaque(UnsafeRawPointer(document)).takeRetainedValue())
    },
    root: { document in
      guard let document else { return orch_json_value() }
      return orch_json_value(
        Unmanaged<JSONDocument>.fromOpaque(UnsafeRawPointer(document)).takeUnretainedValue().root)
    },
    type: { value in
      let letter: Unicode.Scalar =
        switch value.element.kind {
        case .null: "n"
        case .bool: "b"
        case .int: "i"
        case .double: "d"
        case .string: "s"
        case .array: "a"
        case .object: "o"
        }
      return CChar(truncatingIfNeeded: letter.value)
    },
    boolean: { value, out in store(value.element.bool.map { $0 ? 1 : 0 }, out) },
    i64: { value, out in store(value.element.int, out) },
    f64: { value, out in store(value.element.double, out) },
    str: { value, out in store(value.element.stringBytes.map { orch_str(bytes: $0) }, out) },
    get: { value, key, out in store(value.element[key.bytes].map { orch_json_value($0) }, out) },
    pointer: { value, pointer, out in store(value.element.at(pointer: pointer.string).map { orch_json_value($0) }, out)
    },
    count: { $0.element.count },
    next: { value, cursor, key, out in
      guard let cursor, let out else { return 0 }
      return JSONCursor.advance(cursor, in: value.element, key: key, value: out) ? 1 : 0
    },
    text: { value in
      var writer = JSONWriter()
      writer.element(value.element)
      return .copying(writer.bytes)
    })

  private static func store<T>(_ value: T?, _ out: UnsafeMutablePointer<T>?) -> UInt8 {
    guard let value, let out else { return 0 }
    out.pointee = value
    return 1
  }
}

extension orch_json_value {
  fileprivate init(_ element: JSONElement) { self = unsafeBitCast(element, to: orch_json_value.self) }
  fileprivate var element: JSONElement { unsafeBitCast(self, to: JSONElement.self) }
}

extension JSONElement {
  /// The value at a JSON pointer (RFC 6901), or nil.
  func at(pointer: String) -> JSONElement? {
    if pointer.isEmpty { return self }
    guard pointer.hasPrefix("/") else { return nil }
    var value = self
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
      let next = value.kind == .array ? Int(name).flatMap { $0 < 0 ? nil : value[$0] } : value[String(name)]
      guard let next else { return nil }
      value = next
    }
    return value
  }
}

/// Iteration of plugins, whose state lies in their own `orch_json_cursor`: the iterator's bytes, then a mark that it was
/// begun.
private enum JSONCursor {
  private static let mark = MemoryLayout<orch_json_cursor>.size - 1

  static func advance(
    _ cursor: UnsafeMutablePointer<orch_json_cursor>, in element: JSONElement, key: UnsafeMutablePointer<orch_str>?,
    value: UnsafeMutablePointer<orch_json_value>
  ) -> Bool {
    let raw = UnsafeMutableRawPointer(cursor)
    let isBegun = raw.load(fromByteOffset: mark, as: UInt8.self) != 0
    defer { raw.storeBytes(of: 1, toByteOffset: mark, as: UInt8.self) }
    if element.kind == .object {
      var members = isBegun ? raw.load(as: JSONElement.Members.self) : element.members
      defer { raw.storeBytes(of: members, as: JSONElement.Members.self) }
      guard let member = members.next() else { return false }
      key?.pointee = orch_str(bytes: member.key)
      value.pointee = orch_json_value(member.value)
      return true
    }
    var elements = isBegun ? raw.load(as: JSONElement.Elements.self) : element.elements
    defer { raw.storeBytes(of: elements, as: JSONElement.Elements.self) }
    guard let next = elements.next() else { return false }
    value.pointee = orch_json_value(next)
    return true
  }
}

/// What the extension keeps for one thread.
private final class ThreadState {
  /// How many documents wait for their next text.
  private static let limit = 16
  /// How long a text a waiting document has memory for.
  private static let textLimit = 16 << 10

  private var message: Text?
  private var waiting: [JSONDocument] = []

  static var current: ThreadState {
    if let known = pthread_getspecific(key) { return Unmanaged<ThreadState>.fromOpaque(known).takeUnretainedValue() }
    let state = ThreadState()
    pthread_setspecific(key, Unmanaged.passRetained(state).toOpaque())
    return state
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { old in
      guard let old else { return }
      Unmanaged<ThreadState>.fromOpaque(old).release()
    }
    return key
  }()

  /// Keeps the message of a refused text until the next one.
  func keep(_ message: String) -> orch_str {
    let text = Text(message)
    self.message = text
    return text.str
  }

  /// A document with memory of its own: a plugin parses several small texts for each request.
  func take() -> JSONDocument { waiting.popLast() ?? JSONDocument() }

  /// Takes a document back.
  func put(_ document: JSONDocument) {
    guard waiting.count < ThreadState.limit else { return }
    document.trim(to: ThreadState.textLimit)
    waiting.append(document)
  }
}
