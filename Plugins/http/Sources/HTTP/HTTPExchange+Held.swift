/// What a request counts for while it is held.
extension HTTPExchange {
  /// Counts a head that is not complete: it waits for the rest.
  func holdHead() -> Bool {
    guard !isHeadComplete else { return true }
    let more = head.count - heldHead
    heldHead = head.count
    return hold(more)
  }

  func hold(_ bytes: Int) -> Bool {
    held.add(bytes)
      || refuse(
        .serviceUnavailable,
        "This server holds as many requests as it can, of all or of your address; come back in a second.")
  }

  /// Takes what a compressed body stands for; answers whether the server has room for it.
  func take(plain body: SharedBytes) -> Bool {
    plainBody = body
    return held.add(body.bytes.count)
  }

  /// The request is not held for the client any more.
  func releaseBody() { held.release() }
}
