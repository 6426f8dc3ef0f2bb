import PluginKit

/// What kind of token a text is. The prefix tells people and scanners what they have found.
enum TokenText: Equatable {
  /// `orc_local_<secret>`: this machine's own.
  case local
  /// `orc_<id>_<secret>`: an API token; the id as 32 hexadecimal digits.
  case api(id: String, secret: String)
  /// Three parts with dots between them.
  case jwt

  static let localPrefix = "orc_local_"
  /// No token that is good for anything is longer.
  static let maximalBytes = 8192

  init?(_ text: String) {
    guard text.utf8.count <= TokenText.maximalBytes else { return nil }
    if text.hasPrefix(TokenText.localPrefix) {
      self = .local
    } else if text.hasPrefix("orc_") {
      let rest = text.utf8.dropFirst(4)
      let (digits, secret) = (rest.prefix(32), rest.dropFirst(32))
      guard digits.count == 32, digits.allSatisfy(TokenText.isDigit), secret.first == UInt8(ascii: "_"),
        let id = TokenText.dashed(digits)
      else { return nil }
      self = .api(id: id, secret: String(decoding: secret.dropFirst(), as: UTF8.self))
    } else if text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
      self = .jwt
    } else {
      return nil
    }
  }

  /// The text of a new API token.
  static func make(id: String, secret: String) -> String { "orc_\(id.filter { $0 != "-" })_\(secret)" }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"))
  }

  private static func dashed(_ digits: Substring.UTF8View.SubSequence) -> String? {
    var text = ""
    for (place, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(place) { text += "-" }
      text.unicodeScalars.append(UnicodeScalar(digit))
    }
    return text
  }
}
