public import CPluginSDK

extension StaticString {
  /// The literal as the C headers spell text; valid for ever.
  @inlinable
  var text: orch_str {
    orch_str(p: UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self), n: utf8CodeUnitCount)
  }
}

extension String {
  /// Lends the string as the C headers spell text.
  @inlinable
  func withText<Result>(_ body: (orch_str) -> Result) -> Result {
    var text = self
    return text.withUTF8 { body(UnsafeRawBufferPointer($0).text) }
  }
}

extension Optional where Wrapped == String {
  /// Lends the string as the C headers spell text; nil is the empty text.
  func withText<Result>(_ body: (orch_str) -> Result) -> Result {
    (self ?? "").withText(body)
  }
}

extension UnsafeRawBufferPointer {
  /// These bytes as the C headers spell text; borrowed.
  @inlinable
  var text: orch_str {
    orch_str(p: baseAddress?.assumingMemoryBound(to: CChar.self), n: count)
  }
}

// Functions, not members: PluginKit extends no imported type but those of PluginData, because several images bring their
// own PluginKit.

/// The bytes of a borrowed text.
@inlinable
func bytes(of text: orch_str) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: text.p, count: text.p == nil ? 0 : text.n)
}

/// A copy of a borrowed text; what is not UTF-8 is repaired.
@inlinable
func string(_ text: orch_str) -> String {
  String(decoding: bytes(of: text), as: UTF8.self)
}

/// The empty text.
@inlinable
var emptyText: orch_str { orch_str(p: nil, n: 0) }

/// Lends several strings as the C headers spell text: copied into one block.
func withTexts<Result>(_ texts: [String], _ body: (UnsafeBufferPointer<orch_str>) -> Result) -> Result {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count })
  for text in texts { bytes += text.utf8 }
  return bytes.withUnsafeBytes { bytes in
    var start = 0
    let lent = texts.map { text in
      defer { start += text.utf8.count }
      return UnsafeRawBufferPointer(rebasing: bytes[start..<start + text.utf8.count]).text
    }
    return lent.withUnsafeBufferPointer(body)
  }
}
