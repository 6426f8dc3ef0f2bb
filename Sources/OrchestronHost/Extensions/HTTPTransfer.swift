import CCurl
import CHost
import Glibc

/// One outgoing request.
final class HTTPTransfer {
  /// libcurl's handle.
  let handle: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let body: [UInt8]
  private let limit: Int
  private let allowed: [String]
  private let url: String
  private let parts: Listener?
  private let done: (HTTPOutcome) -> Void
  private var replyHeaders: [UInt8] = []
  /// What has come of the body, and was not told in parts.
  private var replyBody: [UInt8] = []
  private var bodyCount = 0
  /// Why the transfer was stopped from within, where libcurl has no words for it.
  private var refusal: Failure?

  /// Who gets the reply in parts.
  struct Listener {
    let head: (_ code: Int, _ headers: [UInt8]) -> Void
    let part: ([UInt8]) -> Void
  }

  /// How many bytes may wait to be told in parts.
  private static let waitingLimit = 256 << 10

  /// Called when there is something to ``deliver()``.
  var note: () -> Void = {}
  /// Milliseconds for the head of a reply in parts, and the timer for them.
  private(set) var headTimeout: UInt64?
  var timer: UInt64?
  /// Whether the whole head has come.
  private(set) var hasHead = false
  private var hasToldHead = false
  /// Whether nothing is to be told for now.
  var isPaused = false
  /// Whether nothing is to be told any more.
  var isOver = false
  /// Whether libcurl waits, as too much does.
  private var isHeld = false
  private var result: CURLcode?

  /// - Parameters:
  ///   - allowed: Hosts and addresses that may be reached although they are private.
  ///   - parts: Who gets the reply in parts; nil: it is part of the outcome.
  ///   - done: Told the outcome, once.
  init(
    _ request: orch_http_request, allowing allowed: [String], parts: Listener? = nil,
    done: @escaping (HTTPOutcome) -> Void
  ) throws(Failure) {
    url = request.url.string
    guard url.hasPrefix("http://") || url.hasPrefix("https://"), !url.utf8.contains(where: { $0 <= 0x20 }) else {
      throw Failure(.invalidArgument, "\(url.quoted) is not an http or https URL")
    }
    let method = request.method.n == 0 ? "GET" : request.method.string
    guard method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-") })
    else {
      throw Failure(.invalidArgument, "\(method.quoted) is not an HTTP method such as \"GET\"")
    }
    guard let handle = curl_easy_init() else {
      throw Failure(.resourceExhausted, "no memory for an HTTP request")
    }
    self.handle = handle
    self.allowed = allowed
    self.parts = parts
    self.done = done
    body = Array(request.body.bytes)
    limit = request.body_bytes_max == 0 ? (parts == nil ? 8 << 20 : .max) : Int(clamping: request.body_bytes_max)
    for index in 0..<request.n_headers {
      guard let header = request.headers?[index].string, header.contains(":"),
        !header.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 })
      else { throw Failure(.invalidArgument, "a header of the request to \(url.quoted) is not \"Name: value\"") }
      headers = curl_slist_append(headers, header)
    }
    let timeout = request.timeout_ms > 0 ? request.timeout_ms : 30_000
    if parts != nil { headTimeout = UInt64(timeout) }
    configure(method, timeout: parts == nil ? timeout : 0)
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
  }

  private func configure(_ method: String, timeout: Int64) {
    let own = Unmanaged.passUnretained(self).toOpaque()
    url.withCString { _ = curl_set_pointer(handle, CURLOPT_URL, $0) }
    method.withCString { _ = curl_set_pointer(handle, CURLOPT_CUSTOMREQUEST, $0) }
    if method == "HEAD" { curl_set_long(handle, CURLOPT_NOBODY, 1) }
    curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
    if !body.isEmpty || method == "POST" {
      curl_set_int64(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
      // Of an empty body no byte is read, but the pointer must not be NULL.
      body.withUnsafeBytes { bytes in
        _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(own))
      }
    }
    "http,https".withCString { _ = curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, $0) }
    "".withCString { _ = curl_set_pointer(handle, CURLOPT_PROXY, $0) }
    "Orchestron/\(Host.versionText)".withCString { _ = curl_set_pointer(handle, CURLOPT_USERAGENT, $0) }
    curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(timeout))
    curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    curl_set_pointer(handle, CURLOPT_WRITEDATA, own)
    curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, own in
      HTTPTransfer.behind(own)?.took(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }
    curl_set_pointer(handle, CURLOPT_HEADERDATA, own)
    curl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, own in
      HTTPTransfer.behind(own)?.tookHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }
    curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, own)
    curl_set_open_socket(handle) { own, _, address in
      guard let address, let transfer = HTTPTransfer.behind(own), transfer.mayReach(&address.pointee.addr) else {
        return CURL_SOCKET_BAD
      }
      let type = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
      return socket(address.pointee.family, type, address.pointee.protocol)
    }
  }

  private static func behind(_ pointer: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    pointer.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func took(_ bytes: UnsafeRawBufferPointer) -> Int {
    if parts != nil, isPaused || replyBody.count >= Self.waitingLimit {
      isHeld = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    guard bytes.count <= limit - bodyCount else {
      refusal = Failure(.resourceExhausted, "the reply of \(url.quoted) is longer than \(limit) bytes")
      return 0
    }
    replyBody += bytes
    bodyCount += bytes.count
    if parts != nil { note() }
    return bytes.count
  }

  /// One line of the reply's head: kept as `name: value`, the name in lower case. A status line begins anew.
  private func tookHeader(_ line: UnsafeRawBufferPointer) -> Int {
    // What follows a body is no part of the head.
    if hasHead { return line.count }
    guard replyHeaders.count + line.count <= 64 << 10 else {
      refusal = Failure(.resourceExhausted, "the head of the reply of \(url.quoted) is longer than 64 KiB")
      return 0
    }
    if line.starts(with: "HTTP/".utf8) { replyHeaders.removeAll() }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      if parts != nil, line.first == 0x0D || line.first == 0x0A, code >= 200 {
        hasHead = true
        note()
      }
      return line.count
    }
    replyHeaders += line[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    replyHeaders += line[colon...].filter { $0 != 0x0D && $0 != 0x0A }
    replyHeaders.append(0x0A)
    return line.count
  }

  /// Whether the address that a name has led to may be reached.
  private func mayReach(_ address: UnsafePointer<sockaddr>) -> Bool {
    guard let text = NetworkAddress.text(of: address) else { return false }
    if allowed.contains(text) || !NetworkAddress.isPrivate(address) { return true }
    refusal = Failure(
      .permissionDenied,
      "\(url.quoted) leads to the private address \(text); list it in the configuration key \"host.httpClient.allow\"")
    return false
  }

  /// The status code of the reply.
  private var code: Int {
    var code = 0
    curl_get_long(handle, CURLINFO_RESPONSE_CODE, &code)
    return code
  }

  /// libcurl has done with the request.
  func finished(_ result: CURLcode) {
    guard parts != nil else { return tell(result) }
    self.result = result
    note()
  }

  /// Tells in parts what has come since the last time. Not for libcurl's own callbacks.
  func deliver() {
    guard let parts, !isOver else { return }
    if hasHead, !hasToldHead {
      hasToldHead = true
      parts.head(code, replyHeaders)
    }
    guard !isPaused, !isOver else { return }
    if !replyBody.isEmpty {
      let part = replyBody
      replyBody = []
      parts.part(part)
    }
    guard !isPaused, !isOver else { return }
    if let result {
      isOver = true
      tell(result)
    } else if isHeld {
      isHeld = false
      curl_easy_pause(handle, CURLPAUSE_CONT)
    }
  }

  /// Tells what became of the request.
  private func tell(_ result: CURLcode) {
    if let refusal { return done(.failure(refusal)) }
    guard result == CURLE_OK else {
      let status: Status = result == CURLE_OPERATION_TIMEDOUT ? .deadlineExceeded : .unavailable
      return done(.failure(Failure(status, "\(url.quoted): \(String(cString: curl_easy_strerror(result)))")))
    }
    done(.reply(code: code, headers: replyHeaders, body: replyBody))
  }
}

/// What kind of network an address belongs to.
enum NetworkAddress {
  /// The address without its port: `127.0.0.1`, `::1`.
  static func text(of address: UnsafePointer<sockaddr>) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let length = socklen_t(
      address.pointee.sa_family == sa_family_t(AF_INET6)
        ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    let status = getnameinfo(address, length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// True for addresses that are not of the public internet: loopback, private, link-local, shared, unspecified,
  /// multicast, and those of IPv4 within IPv6.
  static func isPrivate(_ address: UnsafePointer<sockaddr>) -> Bool {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      let raw = UnsafeRawPointer(address).load(as: sockaddr_in.self).sin_addr.s_addr
      return isPrivate(v4: UInt32(bigEndian: raw))
    case AF_INET6:
      let bytes = withUnsafeBytes(of: UnsafeRawPointer(address).load(as: sockaddr_in6.self).sin6_addr) { Array($0) }
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
      let isNAT64 = bytes[..<4].elementsEqual([0, 0x64, 0xFF, 0x9B])
      if isMapped || isNAT64 { return isPrivate(v4: bytes[12...].reduce(0) { $0 << 8 | UInt32($1) }) }
      return bytes[..<15].allSatisfy { $0 == 0 } || bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFF
        || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    default: return true
    }
  }

  /// The blocks of IPv4 that are not public: address and length of the prefix.
  private static let privateBlocks: [(UInt32, UInt32)] = [
    (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
    (0xC000_0000, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xE000_0000, 3),
  ]

  private static func isPrivate(v4 address: UInt32) -> Bool {
    privateBlocks.contains { block, length in (address ^ block) >> (32 - length) == 0 }
  }
}
