import PluginKit

/// The replies to a batch, sent together when the last is there.
final class RPCBatch {
  private let session: Session
  private var missing: Int
  private var replies = ByteBuffer()

  init(_ session: Session, count: Int) {
    self.session = session
    missing = count
  }

  func add(_ body: ((inout ByteBuffer) -> Void)?) {
    missing -= 1
    if let body {
      replies.append(replies.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      body(&replies)
    }
    guard missing == 0, !replies.isEmpty else { return }
    session.connection?.send { buffer in
      buffer.append(replies.bytes)
      buffer.append(UInt8(ascii: "]"))
    }
  }
}

/// A call that answers a JSON-RPC request.
final class RPCCall: HostCall {
  private let session: Session
  private let requestID: SharedBytes?
  private let batch: RPCBatch?
  private var owed = 0
  /// What its arguments count for until it has ended.
  private var held: HeldBytes
  private var tracer: RequestTracer?
  /// The span of the request; 0 when nobody records it.
  private var span: UInt64 = 0
  private var status = Status.cancelled

  init(_ session: Session, id: Bytes?, _ batch: RPCBatch?, _ held: consuming HeldBytes) {
    self.session = session
    self.held = held
    requestID = id.map { SharedBytes(copying: $0) }
    self.batch = batch
  }

  deinit { if span != 0 { tracer?.end(span, status) } }

  /// Counts the arguments; there was room for the message that they came with.
  func hold(_ bytes: Int) { _ = held.add(bytes) }

  /// Begins the span of the request, and gives the traceparent to which its call belongs. Borrowed as long as this.
  func trace(_ parent: Bytes, _ tracer: RequestTracer?) -> Bytes {
    guard let tracer else { return parent }
    self.tracer = tracer
    span = tracer.begin("WebSocket request", parent: parent)
    if span == 0 { return parent }
    tracer.set(span, "rpc.system", "jsonrpc")
    tracer.set(span, "rpc.jsonrpc.version", "2.0")
    return tracer.traceparent(span)
  }

  override func didReceive(chunk: Bytes) {
    guard let connection = session.connection else { return }
    if let requestID {
      connection.send { buffer in
        buffer.appendRPC(notification: "chunk") { buffer in
          buffer.append(#"{"call":"#)
          buffer.append(requestID.bytes)
          buffer.append(#","data":"#)
          buffer.append(chunk)
          buffer.append(UInt8(ascii: "}"))
        }
      }
    }
    owed += chunk.count
    if !connection.isCongested { payCredit() }
  }

  /// Lets the callee send more.
  func payCredit() {
    let bytes = owed
    owed = 0
    if bytes > 0 { credit(bytes) }
  }

  override func didEnd(_ answer: borrowing Answer) {
    status = .ok
    session.callDidEnd(self)
    guard let requestID else { return session.reply(batch, nil) }
    let bytes = answer.bytes
    session.reply(batch) { buffer in
      if bytes.isEmpty {
        let null: StaticString = "null"
        buffer.appendRPC(result: Bytes(start: null.utf8Start, count: null.utf8CodeUnitCount), id: requestID.bytes)
      } else {
        buffer.appendRPC(result: bytes, id: requestID.bytes)
      }
    }
  }

  override func didFail(_ problem: Problem) {
    status = problem.status
    session.callDidEnd(self)
    guard let requestID else { return session.reply(batch, nil) }
    // Not found by the host itself: there is no such method.
    let isUnknown = problem.status == .notFound && problem.plugin == "host"
    let code = isUnknown ? -32601 : problem.status.rpcCode
    session.reply(batch) { $0.appendRPC(error: problem, code: code, id: requestID.bytes) }
  }
}
