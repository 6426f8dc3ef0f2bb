/// One JSON text in UTF-8: what events, arguments and answers are made of.
///
/// Strings, byte arrays and buffers count as JSON text that is already written; ``JSONWriter`` writes it piece by piece.
public protocol JSONText: ~Copyable {
  /// Lends the text for the duration of `body`.
  func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result
}

extension String: JSONText {
  @inlinable
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var text = self
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }
}

extension [UInt8]: JSONText {
  @inlinable
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }
}

extension UnsafeRawBufferPointer: JSONText {
  @inlinable
  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(self)
  }
}
