import PluginKit

/// A WebSocket or an event stream while it is open.
protocol Resident: AnyObject {
  /// What was known of the client may be wrong now.
  func identifyAgain()
  /// No more requests are taken: what would stay open by itself ends.
  func serverWillStop()
}

extension Resident {
  /// The server closes WebSockets itself.
  func serverWillStop() {}
}

extension Application {
  /// A WebSocket or an event stream has begun or ended.
  func didBegin(_ socket: any Resident) {
    residents[ObjectIdentifier(socket)] = socket
    observer?.set(webSockets: residents.count)
  }
  func didEnd(_ socket: any Resident) {
    residents[ObjectIdentifier(socket)] = nil
    observer?.set(webSockets: residents.count)
  }

  /// The server takes no more requests.
  func serverWillStop() {
    for resident in Array(residents.values) { resident.serverWillStop() }
  }

  /// Answers given before about who somebody is may be wrong now: all that are open are asked for again, a part of them in
  /// each turn of the loop. A session that sends something before is asked for at once.
  func identitiesDidChange() {
    authenticator.forget()
    let isUnderWay = !outdated.isEmpty
    outdated = Array(residents.values)
    if !isUnderWay { identifySome() }
  }

  private func identifySome() {
    for _ in 0..<Self.identifiedAtOnce { outdated.popLast()?.identifyAgain() }
    if !outdated.isEmpty { later { [weak self] in self?.identifySome() } }
  }

  /// About a millisecond's work.
  static var identifiedAtOnce: Int { 200 }
}
