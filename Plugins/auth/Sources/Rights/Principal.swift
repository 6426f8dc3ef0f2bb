import PluginKit

/// Who somebody is, and until when that is known.
struct Principal: Sendable, Equatable {
  /// `kind:id`.
  var actor: String
  /// The person behind a token, `kind:id`, or empty.
  var behalf = ""
  var rights: Rights
  /// When to ask again at the latest; nil for never.
  var expires: Instant?
  /// Somebody of this machine, who has no rate limit.
  var isLocal = false
}

/// Why somebody is not let in.
struct Refusal: Error {
  var failure: Failure
  /// Milliseconds after which to try again; 0 where waiting does not help.
  var retry: Int64 = 0

  init(_ message: String) { failure = Failure(.unauthenticated, message) }

  init(_ failure: Failure) { self.failure = failure }

  /// Too many failures from there.
  init(retry: Int64) {
    self.retry = retry
    let seconds = (retry + 999) / 1000
    failure = Failure(
      .resourceExhausted, "too many attempts have failed; try again in \(seconds) s",
      details: #"{"retryMilliseconds":\#(retry)}"#)
  }
}
