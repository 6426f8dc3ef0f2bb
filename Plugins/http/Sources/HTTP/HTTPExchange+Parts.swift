/// Bodies in parts.
extension HTTPExchange {
  /// The most bytes of a body.
  var bodyLimit: Int { isStreamed ? engine.limits.streamedBody : engine.limits.body }

  /// Bytes of the body that nobody has taken yet.
  var waitingBytes: Int { storedBody.count }

  /// Takes what has come of a streamed body; nil when nothing waits.
  func takePart() -> SharedBytes? {
    guard waitingBytes > 0 else { return nil }
    let part = SharedBytes(emptying: &storedBody)
    releaseBody()
    connection?.bodyWasTaken()
    return part
  }

  /// Tells a client that waits for it to send the body of a streamed request.
  func demandBody() {
    guard wantsContinue, reply == .none else { return }
    wantsContinue = false
    connection?.sayContinue()
  }
}
