/// Why a text is not the JSON that was asked for, or a value cannot be written as JSON.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence for the author of the text, with the place where it is known.
  public let message: String

  /// The offset in bytes of the first fault, where it is known.
  public let offset: Int?

  public init(_ message: String, offset: Int? = nil) {
    self.message = message
    self.offset = offset
  }

  public var description: String { message }
}
