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

  /// Answers given before about who somebody is may be wrong now.
  func identitiesDidChange() {
    authenticator.forget()
    for socket in Array(residents.values) { socket.identifyAgain() }
  }
}
