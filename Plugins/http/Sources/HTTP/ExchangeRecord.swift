/// Is told of every request that has ended.
protocol HTTPObserver: AnyObject {
  /// Nanoseconds of a clock that never goes back.
  var now: UInt64 { get }
  /// A request begins: what is remembered of it.
  func begin(_ engine: HTTPEngine) -> ExchangeRecord
  /// The reply has ended, or the client has gone before.
  func didEnd(_ exchange: HTTPExchange)
  /// So many clients are connected; told about once a second, and at the end.
  func set(connections count: Int)
}

/// What is remembered of a request for those who measure, log and trace it.
struct ExchangeRecord {
  /// On the observer's clock.
  var started: UInt64 = 0
  /// What was answered; 499 as long as nothing was.
  var status = HTTPStatus.clientClosedRequest
  /// Of the reply, its head included.
  var sentBytes = 0
  /// Of the request, its head and framing included.
  var receivedBytes = 0
  /// What leads to the answer; nil when nothing does.
  var route: RouteMeter?
  /// Who asks, `kind:id`.
  var actor: SharedBytes?
  /// The span of the request; 0 when nobody records it.
  var span: UInt64 = 0
  /// The id that this server gave the request, when the client gave none.
  var id: SharedBytes?
}
