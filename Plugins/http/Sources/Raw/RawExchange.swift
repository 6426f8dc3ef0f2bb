import CPluginSDK
import PluginKit

/// One request of a raw route, as its plugin sees it.
///
/// Counted by the plugin's retains; when the last one goes without an answer, the client gets 500.
final class RawExchange {
  let exchange: HTTPExchange
  private let gate: HostGate
  private let context: UnsafeMutablePointer<orch_ctx>
  private let captures: [(name: String, value: SharedBytes)]
  private let query: [(name: SharedBytes, value: SharedBytes)]
  private let handle: UnsafeMutablePointer<Handle>
  private var isBodyTaken = false
  private var hasGone = false
  private var onCancel: orch_task?
  private var onWritable: orch_task?

  /// What the plugin holds: the object stands behind the table.
  struct Handle {
    var v: UnsafePointer<orch_http_exchange_verbs>
    var object: UnsafeMutableRawPointer?
  }

  /// - Parameters:
  ///   - context: Given to this object, which frees it.
  ///   - captures: Names and decoded values of the segments of the route.
  ///   - query: Names and decoded values of the query.
  init(
    _ exchange: HTTPExchange, _ gate: HostGate, context: UnsafeMutablePointer<orch_ctx>,
    captures: [(name: String, value: SharedBytes)], query: [(name: SharedBytes, value: SharedBytes)]
  ) {
    self.exchange = exchange
    self.gate = gate
    self.context = context
    self.captures = captures
    self.query = query
    handle = .allocate(capacity: 1)
    handle.initialize(to: Handle(v: UnsafePointer(RawVerbs.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
    exchange.onDisconnect = { [unowned self] in disconnect() }
  }

  deinit {
    end()
    drop(&onCancel)
    drop(&onWritable)
    gate.free(context)
    handle.deallocate()
  }

  /// Answers for a plugin that did not.
  private func end() {
    switch exchange.reply {
    case .none:
      exchange.respond(
        Problem(http: .internalServerError, detail: "The plugin let go of this request without an answer."))
    case .streaming: exchange.abortStream()
    case .ended: break
    }
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_http_exchange> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_exchange.self)
  }

  static func from(_ pointer: UnsafeMutablePointer<orch_http_exchange>?) -> RawExchange? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return handle.pointee.object.map { Unmanaged<RawExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: The request

  var contextPointer: UnsafeMutablePointer<orch_ctx> { context }

  func parameter(_ name: Bytes) -> Bytes? {
    if let found = captures.first(where: { $0.name.utf8.elementsEqual(name) }) { return found.value.bytes }
    return query.first { $0.name.bytes.equals(name) }?.value.bytes
  }

  func header(_ name: Bytes) -> Bytes? {
    for field in exchange.fields where field.name.count == name.count {
      if zip(exchange.name(field), name).allSatisfy({ asciiLowercased($0) == $1 }) { return exchange.value(field) }
    }
    return nil
  }

  /// The next part of the body: all of it at once, then its end.
  func takeBody() -> Bytes {
    guard !isBodyTaken else { return Bytes(start: nil, count: 0) }
    isBodyTaken = true
    return exchange.body
  }

  // MARK: The reply

  /// Whether an answer can be given, and the status for the plugin when not.
  func refusal(wants reply: HTTPExchange.Reply) -> Status? {
    if hasGone || exchange.connection == nil && exchange.reply != .ended { return .cancelled }
    return exchange.reply == reply ? nil : .failedPrecondition
  }

  func setWritable(_ task: orch_task) {
    drop(&onWritable)
    onWritable = task
    exchange.onWritable = { [unowned self] in run(&onWritable) }
    if exchange.connection.map({ $0.outbox.bufferedBytes <= exchange.engine.limits.highWater }) ?? true {
      run(&onWritable)
    }
  }

  func setCancel(_ task: orch_task) {
    drop(&onCancel)
    onCancel = task
    if hasGone { run(&onCancel) }
  }

  private func disconnect() {
    hasGone = true
    run(&onCancel)
  }

  private func run(_ task: inout orch_task?) {
    guard let taken = task else { return }
    task = nil
    taken.fn?(taken.ud)
    taken.release?(taken.ud)
  }

  private func drop(_ task: inout orch_task?) {
    if let task { task.release?(task.ud) }
    task = nil
  }
}
