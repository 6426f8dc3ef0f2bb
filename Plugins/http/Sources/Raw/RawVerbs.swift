import CPluginSDK
import PluginKit

/// The functions behind `orch_http_exchange_verbs`.
enum RawVerbs {
  private typealias X = UnsafeMutablePointer<orch_http_exchange>?

  /// One constant table for all exchanges, never freed.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_http_exchange_verbs> = {
    let table = UnsafeMutablePointer<orch_http_exchange_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_exchange_verbs(
        size: UInt32(MemoryLayout<orch_http_exchange_verbs>.size), reserved: 0,
        ctx: { RawExchange.from($0)?.contextPointer },
        method: { text(RawExchange.from($0)?.exchange.method.name) },
        target: { (RawExchange.from($0)?.exchange.target).map(\.abi) ?? none },
        address: address, is_secure: { RawExchange.from($0)?.exchange.remote.isSecure == true ? 1 : 0 },
        parameter: parameter, header: header,
        body: { RawExchange.from($0)?.body.abi ?? none },
        retain: { if let exchange = RawExchange.from($0) { _ = Unmanaged.passRetained(exchange) } },
        release: { if let exchange = RawExchange.from($0) { Unmanaged.passUnretained(exchange).release() } },
        respond: respond, fail: fail, begin: begin, write: write, end: end, on_writable: onWritable,
        on_cancel: onCancel, read: read, on_readable: onReadable, upgrade: upgrade,
        abort: { RawExchange.from($0)?.abort() }))
    return table
  }()

  private static var none: orch_str { orch_str(p: nil, n: 0) }

  private static func text(_ text: StaticString?) -> orch_str {
    text.map { Bytes(start: $0.utf8Start, count: $0.utf8CodeUnitCount).abi } ?? none
  }

  // MARK: The request

  private static let address: @convention(c) (X) -> orch_str = { pointer in
    RawExchange.from(pointer)?.address.bytes.abi ?? none
  }

  private static let parameter: @convention(c) (X, orch_str, UnsafeMutablePointer<orch_str>?) -> UInt8 = {
    pointer, name, out in
    guard let value = RawExchange.from(pointer)?.parameter(Bytes(name)) else { return 0 }
    out?.pointee = value.abi
    return 1
  }

  private static let header: @convention(c) (X, orch_str, UnsafeMutablePointer<orch_str>?) -> UInt8 = {
    pointer, name, out in
    guard let value = RawExchange.from(pointer)?.header(Bytes(name)) else { return 0 }
    out?.pointee = value.abi
    return 1
  }

  // MARK: The reply

  private static let respond: @convention(c) (X, UInt16, UnsafePointer<orch_str>?, Int, orch_buf) -> orch_status = {
    pointer, code, headers, count, body in
    let content = SharedBytes(taking: body)
    guard let raw = RawExchange.from(pointer) else { return Status.internal.rawValue }
    if let refusal = raw.refusal(wants: .none) { return refusal.rawValue }
    guard (200...599).contains(code) else { return Status.invalidArgument.rawValue }
    raw.exchange.negotiate(headers, count, length: content.bytes.count)
    raw.exchange.respond(HTTPStatus(code), body: content) { $0.append(headerLines: headers, count) }
    raw.settle()
    return 0
  }

  private static let fail: @convention(c) (X, orch_status, orch_str, orch_str, Int64) -> orch_status = {
    pointer, status, message, details, retry in
    guard let raw = RawExchange.from(pointer) else { return Status.internal.rawValue }
    if let refusal = raw.refusal(wants: .none) { return refusal.rawValue }
    let status = Status(status)
    var problem = Problem(
      status == .ok ? .internal : status, Bytes(message).text, details: details.n == 0 ? nil : Bytes(details).text)
    if retry > 0 { problem.retryAfter = (retry - 1) / 1000 + 1 }
    raw.exchange.respond(problem)
    raw.settle()
    return 0
  }

  private static let begin: @convention(c) (X, UInt16, UnsafePointer<orch_str>?, Int) -> orch_status = {
    pointer, code, headers, count in
    guard let raw = RawExchange.from(pointer) else { return Status.internal.rawValue }
    if let refusal = raw.refusal(wants: .none) { return refusal.rawValue }
    guard (200...599).contains(code) else { return Status.invalidArgument.rawValue }
    raw.begin(HTTPStatus(code)) { $0.append(headerLines: headers, count) }
    return 0
  }

  private static let write: @convention(c) (X, orch_buf) -> orch_status = { pointer, part in
    guard let raw = RawExchange.from(pointer) else { return Status.internal.rawValue }
    if let refusal = raw.refusal(wants: .streaming) {
      if refusal == .cancelled { _ = SharedBytes(taking: part) }
      return refusal.rawValue
    }
    guard let connection = raw.exchange.connection,
      connection.outbox.bufferedBytes <= raw.exchange.engine.limits.highWater
    else { return Status.resourceExhausted.rawValue }
    let part = SharedBytes(taking: part)
    withExtendedLifetime(part) { _ = raw.exchange.stream(part.bytes) }
    return 0
  }

  private static let end: @convention(c) (X) -> orch_status = { pointer in
    guard let raw = RawExchange.from(pointer) else { return Status.internal.rawValue }
    if let refusal = raw.refusal(wants: .streaming) { return refusal.rawValue }
    raw.exchange.endStream()
    raw.settle()
    return 0
  }

  private static let onWritable: @convention(c) (X, orch_task) -> Void = { RawExchange.from($0)?.setWritable($1) }
  private static let onCancel: @convention(c) (X, orch_task) -> Void = { RawExchange.from($0)?.setCancel($1) }

  // MARK: Parts of the body

  private static let read: @convention(c) (X, UnsafeMutablePointer<orch_buf>?) -> orch_status = { pointer, out in
    guard let raw = RawExchange.from(pointer), let out else { return Status.internal.rawValue }
    out.pointee = orch_buf(p: nil, n: 0, release: nil, owner: nil)
    switch raw.read() {
    case .bytes(let part): out.pointee = part.buffer()
    case .end: break
    case .notYet: return Status.unavailable.rawValue
    case .never: return Status.cancelled.rawValue
    case .whole: return Status.failedPrecondition.rawValue
    }
    return 0
  }

  private static let onReadable: @convention(c) (X, orch_task) -> Void = { RawExchange.from($0)?.setReadable($1) }

  // MARK: WebSocket

  private static let upgrade:
    @convention(c) (
      X, orch_str, orch_http_socket_cb, UnsafeMutablePointer<UnsafeMutablePointer<orch_http_socket>?>?
    ) -> orch_status = { pointer, protocolName, callback, out in
      let raw = RawExchange.from(pointer)
      if let refusal = raw.map({ $0.refusal(wants: .none) }) ?? .internal {
        callback.release?(callback.ud)
        return refusal.rawValue
      }
      guard let socket = raw?.upgrade(subprotocol: Bytes(protocolName), callback) else {
        return Status.invalidArgument.rawValue
      }
      out?.pointee = socket
      return 0
    }
}
