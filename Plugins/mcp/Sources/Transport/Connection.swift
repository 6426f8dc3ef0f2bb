import MCPProtocol
import PluginKit

/// One client at the bridge. Both eras may be spoken on it: a request with a modern `_meta` stands for itself, `initialize`
/// begins the session of the connection.
@Loop
final class Connection {
  /// What may wait for the client, in bytes: then messages that may be dropped are.
  private static let limit = 4_194_304
  /// What may wait with answers among it: a client that reads nothing is given up.
  private static let mostWaiting = 134_217_728

  let role: Role
  private let server: Server
  private let session: Session
  private let kept: RetainedCall
  private var waiting: [[UInt8]] = []
  private var waitingSize = 0
  private var isBlocked = false
  private var isOver = false
  private var atEnd: @Loop () -> Void = {}

  init(_ server: Server, _ session: Session, _ kept: RetainedCall, _ role: Role) {
    self.server = server
    self.session = session
    self.kept = kept
    self.role = role
  }

  /// Tells the id, and begins to hear changes.
  func start(_ atEnd: @escaping @Loop () -> Void) {
    self.atEnd = atEnd
    session.listener.stream = self
    put(Array(#"{"connection":"\#(session.id)"}"#.utf8), mayDrop: false)
    kept.call.onCancel { [weak self] in self?.close() }
  }

  /// Whether a call comes from who opened it.
  func isOf(_ call: Call) -> Bool {
    call.context?.actor == session.owner.actor && call.context?.behalf == session.owner.behalf
  }

  /// Ends it from our side.
  func end() {
    guard !isOver else { return }
    close()
    kept.call.answer()
  }

  private func close() {
    guard !isOver else { return }
    isOver = true
    waiting = []
    session.listener.stream = nil
    server.end(session)
    atEnd()
  }

  // MARK: In

  /// Takes what was no JSON.
  func receive(text: String) {
    do throws(Failure) {
      let json = try server.host.parse(text)
      receive(json, session.owner)
    } catch {
      finish(Envelope.error(.parse(error.message), nil), error: nil)
    }
  }

  func receive(_ json: JSONValue, _ caller: Caller) {
    session.lastUse = Instant.now.milliseconds
    do throws(Message.Malformed) {
      switch try Message(json) {
      case .request(let id, let method, let params): receive(id, method, params, caller)
      case .notification("notifications/cancelled", let params):
        if let id = RequestID(params["requestId"]) { session.cancel(id) }
      case .notification: break
      case .response(let id, let result, let error): if let id { session.take(id, result: result, error: error) }
      }
    } catch {
      finish(Envelope.error(error.error, error.id), error: nil)
    }
  }

  private func receive(_ id: RequestID, _ method: String, _ params: JSONValue, _ caller: Caller) {
    do throws(RPCError) {
      let request = try request(id, method, params, caller)
      guard session.add(request) else { throw .invalidRequest("a request with this id is under way") }
      server.begin(request)
    } catch {
      finish(Envelope.error(error, id), error: error)
    }
  }

  private func request(
    _ id: RequestID, _ method: String, _ params: JSONValue, _ caller: Caller
  ) throws(RPCError) -> Request {
    let isOfSession =
      !RequestMeta.isModern(params) && (session.version != nil || ["initialize", "ping"].contains(method))
    if isOfSession {
      var meta = RequestMeta(legacy: params)
      meta.logLevel = session.logLevel
      return Request(
        id, method, params, era: .legacy(session.version ?? ""), meta: meta, caller: caller, client: session.client,
        profile: session.profile, session: session, outlet: self)
    }
    let meta = try RequestMeta(modern: params)
    guard let version = meta.version, ProtocolVersion.modern.contains(version) else {
      throw .unsupportedVersion(meta.version ?? "")
    }
    return Request(
      id, method, params, era: .modern, meta: meta, caller: caller, client: meta.client, profile: session.profile,
      session: session, outlet: self)
  }

  // MARK: Out

  @discardableResult
  private func put(_ item: [UInt8], mayDrop: Bool) -> Bool {
    if isOver || (mayDrop && waitingSize + item.count > Self.limit) { return false }
    waiting.append(item)
    waitingSize += item.count
    flush()
    if waitingSize > Self.mostWaiting {
      kept.call.fail(.resourceExhausted, "the client reads nothing: its connection has ended")
      close()
    }
    return true
  }

  private func flush() {
    guard !isBlocked, !isOver else { return }
    var count = 0
    for item in waiting {
      if kept.call.emit(item) == .resourceExhausted {
        isBlocked = true
        kept.call.onWritable { [weak self] in
          self?.isBlocked = false
          self?.flush()
        }
        break
      }
      count += 1
      waitingSize -= item.count
    }
    waiting.removeFirst(count)
  }

  private static func item(_ message: [UInt8]) -> [UInt8] {
    Array(#"{"message":"#.utf8) + message + [UInt8(ascii: "}")]
  }
}

extension Connection: Outlet, MessageStream {
  func send(_ message: [UInt8]) -> Bool { put(Self.item(message), mayDrop: true) }

  func send(_ message: [UInt8]) { put(Self.item(message), mayDrop: true) }

  func dismiss() {}

  func finish(_ message: [UInt8], error: RPCError?) { put(Self.item(message), mayDrop: false) }
}
