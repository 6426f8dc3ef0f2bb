/// What is wrong with a pattern.
struct PatternError: Error, Sendable, Equatable {
  /// What follows "the pattern is not valid: ".
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
