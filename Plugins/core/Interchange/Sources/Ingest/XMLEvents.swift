import CExpat

/// Reads XML as a series of events.
///
/// A document that declares entities of its own is refused: reports have none, and expanding them can take all memory.
/// Nothing outside of the document is ever read.
enum XMLEvents {
  enum Event {
    case start(name: String, attributes: [String: String])
    case text(String)
    case end(name: String)
  }

  /// The most elements within each other.
  static let depthLimit = 200

  /// - Parameter handle: Called for each event; what it throws ends the reading.
  static func read(
    _ content: [UInt8], _ handle: (Event) throws(IngestFailure) -> Void
  ) throws(IngestFailure) {
    guard !content.isEmpty else { throw IngestFailure("the document is empty") }
    guard content.count <= 1 << 30 else { throw IngestFailure("the document is longer than 1 GiB") }
    guard let parser = XML_ParserCreate(nil) else { throw IngestFailure("there is no memory for reading XML") }
    defer { XML_ParserFree(parser) }
    let failure = withoutActuallyEscaping(handle) { handle in
      let state = State(parser, handle)
      return withExtendedLifetime(state) { parse(content, parser, state) }
    }
    if let failure { throw failure }
  }

  private static func parse(_ content: [UInt8], _ parser: OpaquePointer, _ state: State) -> IngestFailure? {
    XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
    XML_SetElementHandler(
      parser, { XMLEvents.state($0)?.start($1, $2) }, { XMLEvents.state($0)?.end($1) })
    XML_SetCharacterDataHandler(parser) { XMLEvents.state($0)?.text($1, $2) }
    XML_SetEntityDeclHandler(parser) { data, _, _, _, _, _, _, _, _ in
      XMLEvents.state(data)?.stop(IngestFailure("the document declares entities, which no report needs"))
    }
    let status = content.withUnsafeBytes { bytes in
      XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
    }
    if let failure = state.failure { return failure }
    guard status != XML_STATUS_OK else { return nil }
    let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error"
    return IngestFailure("line \(XML_GetCurrentLineNumber(parser)) is no XML: \(reason)")
  }

  private static func state(_ data: UnsafeMutableRawPointer?) -> State? {
    data.map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// What the callbacks of the parser share.
private final class State {
  private let parser: OpaquePointer
  private let handle: (XMLEvents.Event) throws(IngestFailure) -> Void
  private var depth = 0
  private(set) var failure: IngestFailure?

  init(_ parser: OpaquePointer, _ handle: @escaping (XMLEvents.Event) throws(IngestFailure) -> Void) {
    self.parser = parser
    self.handle = handle
  }

  func start(_ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
    depth += 1
    if depth > XMLEvents.depthLimit {
      return stop(IngestFailure("the document has more than \(XMLEvents.depthLimit) elements within each other"))
    }
    guard let name else { return }
    var values: [String: String] = [:]
    var place = 0
    // Names and values take turns, up to a null.
    while let name = attributes?[place], let value = attributes?[place + 1] {
      values[String(cString: name)] = String(cString: value)
      place += 2
    }
    send(.start(name: String(cString: name), attributes: values))
  }

  func end(_ name: UnsafePointer<CChar>?) {
    depth -= 1
    if let name { send(.end(name: String(cString: name))) }
  }

  func text(_ text: UnsafePointer<CChar>?, _ count: Int32) {
    guard let text else { return }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
    send(.text(String(decoding: bytes, as: UTF8.self)))
  }

  private func send(_ event: XMLEvents.Event) {
    // The parser may still deliver what it has begun when it has been stopped.
    guard failure == nil else { return }
    do throws(IngestFailure) {
      try handle(event)
    } catch {
      stop(error)
    }
  }

  func stop(_ failure: IngestFailure) {
    if self.failure == nil { self.failure = failure }
    XML_StopParser(parser, XML_Bool(XML_FALSE))
  }
}
