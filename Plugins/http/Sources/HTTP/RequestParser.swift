// The only file that knows llhttp. Debian 13 carries it as libllhttp: the names are the same without `c_nio_`.
import CNIOLLHTTP

/// One request message, parsed by llhttp in its strict mode.
///
/// It tells an ``HTTPExchange`` what it reads, in slices that are borrowed and may come in several parts; the exchange
/// answers false to refuse the message.
struct RequestParser: ~Copyable {
  /// What came of a run of bytes.
  enum Outcome {
    /// The message goes on behind these bytes, which were all read.
    case needsMore
    /// The message is whole; `consumed` bytes of the run belonged to it.
    case complete(consumed: Int)
    /// The exchange refused; it knows why.
    case refused
    /// The bytes are no valid request.
    case malformed(reason: String)
  }

  private let state: UnsafeMutablePointer<llhttp_t>

  init() {
    state = .allocate(capacity: 1)
    state.initialize(to: llhttp_t())
  }

  deinit { state.deallocate() }

  /// Prepares for a new message. The exchange owns this parser and is not retained.
  func begin(_ exchange: HTTPExchange) {
    c_nio_llhttp_init(state, HTTP_REQUEST, Self.settings)
    state.pointee.data = Unmanaged.passUnretained(exchange).toOpaque()
  }

  /// Reads on. After `.complete`, `.refused` or `.malformed` the next call must be ``begin(_:)``.
  func read(_ bytes: Bytes) -> Outcome {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return .needsMore }
    return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
      switch c_nio_llhttp_execute(state, start, bytes.count) {
      case HPE_OK: return .needsMore
      case HPE_PAUSED:
        guard let end = c_nio_llhttp_get_error_pos(state) else { return .complete(consumed: bytes.count) }
        return .complete(consumed: UnsafePointer(end) - start)
      case HPE_USER, HPE_CB_HEADERS_COMPLETE, HPE_CB_HEADER_VALUE_COMPLETE, HPE_CB_CHUNK_HEADER: return .refused
      case HPE_PAUSED_H2_UPGRADE: return .malformed(reason: "This server speaks HTTP/1.1, not HTTP/2.")
      default:
        let reason = c_nio_llhttp_get_error_reason(state).map { String(cString: $0) } ?? "unknown"
        return .malformed(reason: "The request is malformed: \(reason).")
      }
    }
  }

  var method: HTTPMethod {
    switch llhttp_method(UInt32(c_nio_llhttp_get_method(state))) {
    case HTTP_GET: .get
    case HTTP_HEAD: .head
    case HTTP_POST: .post
    case HTTP_PUT: .put
    case HTTP_PATCH: .patch
    case HTTP_DELETE: .delete
    case HTTP_OPTIONS: .options
    default: .other
    }
  }

  var isConnect: Bool { llhttp_method(UInt32(c_nio_llhttp_get_method(state))) == HTTP_CONNECT }
  var version: (major: UInt8, minor: UInt8) { (state.pointee.http_major, state.pointee.http_minor) }
  var keepsAlive: Bool { c_nio_llhttp_should_keep_alive(state) != 0 }
  var contentLength: UInt64? { has(F_CONTENT_LENGTH) ? state.pointee.content_length : nil }
  var isChunked: Bool { has(F_CHUNKED) }
  var isTrailer: Bool { has(F_TRAILING) }

  private func has(_ flag: llhttp_flags_t) -> Bool { UInt32(state.pointee.flags) & flag.rawValue != 0 }

  // Written once before the first use and only read by llhttp afterwards.
  nonisolated(unsafe) private static let settings: UnsafePointer<llhttp_settings_t> = {
    let settings = UnsafeMutablePointer<llhttp_settings_t>.allocate(capacity: 1)
    settings.initialize(to: llhttp_settings_t())
    c_nio_llhttp_settings_init(settings)
    settings.pointee.on_url = { refusal($0, $1, $2) { $0.parserDidRead(target: $1) } }
    settings.pointee.on_header_field = { refusal($0, $1, $2) { $0.parserDidRead(headerName: $1) } }
    settings.pointee.on_header_value = { refusal($0, $1, $2) { $0.parserDidRead(headerValue: $1) } }
    settings.pointee.on_header_value_complete = { refusal($0) { $0.parserDidEndHeader() } }
    settings.pointee.on_headers_complete = { refusal($0) { $0.parserDidEndHead() } }
    settings.pointee.on_body = { refusal($0, $1, $2) { $0.parserDidRead(body: $1) } }
    settings.pointee.on_message_complete = { _ in CInt(bitPattern: HPE_PAUSED.rawValue) }
    return UnsafePointer(settings)
  }()
}

@inline(__always)
private func refusal(
  _ state: UnsafeMutablePointer<llhttp_t>?, _ call: (HTTPExchange) -> Bool
) -> CInt {
  // llhttp passes the state of `begin`, whose exchange owns the parser and so outlives it.
  guard let data = state?.pointee.data else { return -1 }
  return Unmanaged<HTTPExchange>.fromOpaque(data)._withUnsafeGuaranteedRef { call($0) } ? 0 : -1
}

@inline(__always)
private func refusal(
  _ state: UnsafeMutablePointer<llhttp_t>?, _ start: UnsafePointer<CChar>?, _ length: Int,
  _ call: (HTTPExchange, Bytes) -> Bool
) -> CInt {
  refusal(state) {
    call($0, Bytes(start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: length))
  }
}
