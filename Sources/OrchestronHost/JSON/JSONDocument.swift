internal import CSimdjson

/// A parser and the document it parsed last, whose memory is used again by the next parse.
///
/// Keep one where texts keep arriving (it belongs to a call object in the host's pool, say) and read the text through
/// ``root``. Elements are views: they are valid until the next ``parse(_:duplicateKeys:)-(UnsafeRawBufferPointer,_)``,
/// ``trim(to:)`` or the end of the document, which an element does not keep alive: hold the document in a property, or
/// by `withExtendedLifetime`. One thread at a time.
public final class JSONDocument {
  private let parser: OpaquePointer
  private let view: UnsafePointer<ojson_view>

  /// The deepest nesting of arrays and objects that is accepted.
  public static let maximumDepth = Int(OJSON_MAX_DEPTH)

  public init() {
    // Short of memory for a few hundred bytes there is nothing left to report with.
    parser = ojson_parser_create()!
    view = ojson_parser_view(parser)
  }

  deinit { ojson_parser_destroy(parser) }

  /// Parses and validates a whole text in place of the last one. The bytes are copied; the caller may free them.
  ///
  /// After a failure there is no document: ``root`` must not be used.
  public func parse(
    _ bytes: UnsafeRawBufferPointer, duplicateKeys: JSONDuplicateKeys = .lastWins
  ) throws(JSONError) {
    let status = ojson_parse(parser, bytes.baseAddress, bytes.count)
    guard status == OJSON_OK else { throw error(for: status, in: bytes) }
    if duplicateKeys == .refused { try refuseDuplicateKeys() }
  }

  /// Parses a whole text from any bytes; see ``parse(_:duplicateKeys:)-(UnsafeRawBufferPointer,_)``.
  public func parse(_ bytes: some Sequence<UInt8>, duplicateKeys: JSONDuplicateKeys = .lastWins) throws(JSONError) {
    let result = bytes.withContiguousStorageIfAvailable { buffer in
      Result(catching: { () throws(JSONError) in
        try parse(UnsafeRawBufferPointer(buffer), duplicateKeys: duplicateKeys)
      })
    }
    guard let result else { return try parse(Array(bytes), duplicateKeys: duplicateKeys) }
    try result.get()
  }

  /// Checks that a text is JSON, as ``parse(_:duplicateKeys:)-(UnsafeRawBufferPointer,_)`` does, but leaves no document
  /// behind: ``root`` must not be used. A short text takes a fraction of the time.
  public func check(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
    if bytes.count <= JSONDocument.shortText, ojson_is_plain(bytes.baseAddress, bytes.count) { return }
    try parse(bytes)
  }

  /// The longest text in bytes that is read byte by byte before a parser's set-up pays.
  private static let shortText = 512

  /// The value that the text holds.
  public var root: JSONElement {
    precondition(view.pointee.words > 0, "no text was parsed, or the last one was refused")
    return JSONElement(view: view, index: 1, generation: view.pointee.generation)
  }

  /// Frees the memory when there is room for texts longer than `length` bytes (about 15 bytes for each, 38 KB at least);
  /// the document is gone then. To be called before a document returns to its pool.
  public func trim(to length: Int) { ojson_parser_trim(parser, length) }

  private func refuseDuplicateKeys() throws(JSONError) {
    var found = false
    var key: UnsafePointer<CChar>?
    var length = 0
    let status = ojson_find_duplicate_key(parser, &found, &key, &length)
    guard status == OJSON_OK else { throw error(for: status, in: UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard found else { return }
    let name = String(decoding: UnsafeRawBufferPointer(start: key, count: length), as: UTF8.self)
    throw JSONError("the key \(name.quoted) stands twice in one object")
  }

  private func error(for status: ojson_status, in bytes: UnsafeRawBufferPointer) -> JSONError {
    switch status {
    case OJSON_NO_MEMORY: JSONError("not enough memory to parse a text of \(bytes.count) bytes")
    case OJSON_TOO_LONG: JSONError("the text is longer than \(OJSON_MAX_LENGTH >> 20) MiB")
    default: JSONDiagnosis.error(in: bytes)
    }
  }
}
