import PluginKit

/// How often somebody may ask: those who are known by who they are, the others by where they come from.
///
/// This machine pays nothing: neither its local token nor who comes without one.
final class Rates {
  /// How many each second, and how many at once. 0 each second stands for no limit.
  struct Limit: Equatable {
    var perSecond: Int
    var burst: Int
  }

  let known: Limit
  let unknown: Limit
  private var principals: RateTable
  private var places: RateTable

  init(known: Limit = .init(perSecond: 50, burst: 200), unknown: Limit = .init(perSecond: 10, burst: 40)) {
    self.known = known
    self.unknown = unknown
    principals = RateTable(perSecond: known.perSecond, burst: known.burst)
    places = RateTable(perSecond: unknown.perSecond, burst: unknown.burst)
  }

  /// Counts a request of somebody who is known; nil when there is no limit.
  func take(_ principal: Principal, at now: UInt64) -> RateTable.State? {
    if principal.isLocal || principals.isUnlimited { return nil }
    return principals.take(principal.rateKey, at: now)
  }

  /// Counts a request of somebody who is not known; nil when there is no limit.
  func take(_ remote: Remote, at now: UInt64) -> RateTable.State? {
    if remote.isLocal || places.isUnlimited { return nil }
    return places.take(remote.rateKey, at: now)
  }

  func refusal(of principal: Principal, _ state: RateTable.State) -> Problem {
    refusal(
      state, "\(principal.actor.bytes.text) may send \(known.perSecond) requests a second, \(known.burst) at once.")
  }

  func refusal(of remote: Remote, _ state: RateTable.State) -> Problem {
    refusal(
      state,
      "Whoever shows no token may send \(unknown.perSecond) requests a second from \(remote.text.bytes.text), "
        + "\(unknown.burst) at once.")
  }

  private func refusal(_ state: RateTable.State, _ rule: String) -> Problem {
    let seconds = Int64(state.wait.seconds)
    var problem = Problem(.resourceExhausted, "\(rule) Come back in \(seconds) s.")
    problem.retryAfter = seconds
    return problem
  }
}

extension UInt64 {
  /// Microseconds as whole seconds, rounded up.
  fileprivate var seconds: UInt64 { (self + 999_999) / 1_000_000 }
}

extension RateTable.State {
  /// Appends `RateLimit-Limit`, `-Remaining` and `-Reset`, as draft-ietf-httpapi-ratelimit-headers-06 has them.
  func append(to buffer: inout ByteBuffer) {
    buffer.append("RateLimit-Limit: ")
    buffer.append(decimal: limit)
    buffer.append("\r\nRateLimit-Remaining: ")
    buffer.append(decimal: remaining)
    buffer.append("\r\nRateLimit-Reset: ")
    buffer.append(decimal: Int(reset.seconds))
    buffer.append("\r\n")
  }
}

extension Application {
  /// Whether a request of somebody who is known is within the limit; if not, it is answered.
  func isWithinRate(_ exchange: HTTPExchange, _ principal: Principal) -> Bool {
    guard let state = rates.take(principal, at: exchange.engine.now) else { return true }
    exchange.rate = state
    if state.wait == 0 { return true }
    exchange.respond(rates.refusal(of: principal, state))
    return false
  }

  /// Lets a message of a WebSocket begin something, and counts it.
  func admit(_ principal: Principal, _ engine: HTTPEngine) throws(Problem) {
    try checkLoad(engine)
    guard let state = rates.take(principal, at: engine.now), state.wait > 0 else { return }
    throw rates.refusal(of: principal, state)
  }

  /// Counts a message of a WebSocket that a plugin speaks on; answers what is wrong with it when it is one too many.
  func excess(of visitor: Visitor, _ engine: HTTPEngine) -> Problem? {
    guard let principal = visitor.principal, principal !== authenticator.nobody else {
      let state = rates.take(visitor.remote, at: engine.now)
      return state.flatMap { $0.wait > 0 ? rates.refusal(of: visitor.remote, $0) : nil }
    }
    return rates.take(principal, at: engine.now).flatMap { $0.wait > 0 ? rates.refusal(of: principal, $0) : nil }
  }

  /// Whether a request of somebody who is not known is within the limit; if not, it is answered.
  func isWithinRate(_ exchange: HTTPExchange) -> Bool {
    guard let state = rates.take(exchange.remote, at: exchange.engine.now) else { return true }
    exchange.rate = state
    if state.wait == 0 { return true }
    exchange.respond(rates.refusal(of: exchange.remote, state))
    return false
  }
}
