import PluginKit

/// An answer of a plugin that has begun, and may last: who hears it is asked for again, as others are who stay. It is cut off
/// when that is somebody else by then, or nobody, or somebody with other rights.
final class RawStay: Resident {
  private weak var answer: RawExchange?
  private let exchange: HTTPExchange
  private let app: Application
  private let visitor: Visitor

  init(_ answer: RawExchange, _ app: Application, as principal: Principal) {
    self.answer = answer
    self.app = app
    exchange = answer.exchange
    let credential = app.authenticator.credential(of: exchange)
    visitor = Visitor(app.authenticator, Shown(credential), exchange.remote, principal: principal)
    exchange.onWake = { [weak self] in self?.identifyAgain() }
    app.didBegin(self)
    schedule()
  }

  /// The answer has ended.
  func end() {
    exchange.onWake = nil
    app.didEnd(self)
  }

  func identifyAgain() {
    guard let before = visitor.principal, !visitor.isAsking else { return }
    exchange.wakeAt = .max
    visitor.ask { [weak self] _ in
      guard let self else { return }
      // The plugin has been told who this is and what he may do: with other rights he comes again.
      if let now = visitor.principal, now.isSame(as: before) { schedule() } else { answer?.cutOff() }
    }
  }

  private func schedule() {
    exchange.wakeAt = visitor.timeLeft.map { exchange.engine.now + $0 } ?? .max
  }
}
