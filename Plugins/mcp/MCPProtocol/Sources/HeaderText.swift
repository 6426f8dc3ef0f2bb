import PluginKit

/// How values stand in the headers `Mcp-Name` and `Mcp-Param-…`.
public enum HeaderText {
  private static let (start, end) = ("=?base64?", "?=")

  /// The value as the protocol writes it: itself, or in base64 when it could not stand there.
  public static func encode(_ text: String) -> String {
    let isSafe =
      text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } && text.utf8.first != 0x20
      && text.utf8.last != 0x20 && text.utf8.first != 0x09 && text.utf8.last != 0x09
      && !(text.hasPrefix(start) && text.hasSuffix(end))
    return isSafe ? text : start + Array(text.utf8).withUnsafeBytes { Base64.encode($0) } + end
  }

  /// What a header stands for; nil for what claims to be base64 of UTF-8 and is not.
  public static func decode(_ value: String) -> String? {
    guard value.hasPrefix(start), value.hasSuffix(end), value.utf8.count >= start.utf8.count + end.utf8.count else {
      return value
    }
    let content = value.dropFirst(start.count).dropLast(end.count)
    guard let bytes = Array(content.utf8).withUnsafeBytes({ Base64.decode($0) }) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
