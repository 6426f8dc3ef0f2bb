/// Why a log or report cannot be read: malformed, cut off, or beyond a limit.
public struct IngestFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sentence that says what is wrong and where.
  public let message: String

  public init(_ message: String) {
    self.message = message
  }

  public var description: String { message }
}
