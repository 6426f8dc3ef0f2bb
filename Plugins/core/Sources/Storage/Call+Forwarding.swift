import PluginKit

extension Call {
  /// Answers with what storage answered: it validated the text when it was stored.
  ///
  /// - Parameter reply: A reply that is no failure. Its body is taken.
  func answer(forwarding reply: Reply) {
    guard let body = reply.raw.pointee.body else {
      answer()
      return
    }
    let taken = body.pointee
    body.pointee.release = nil
    answer(taken, validated: true)
  }
}
