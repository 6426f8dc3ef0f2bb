/// The cookie of a session. Browsers share cookies between the ports of a machine: the port is part of its name.
enum SessionCookie {
  static func name(port: UInt16) -> String { "orchestron_\(port)" }

  /// The header that sets the cookie.
  ///
  /// - Parameter seconds: How long the browser keeps it.
  static func set(_ name: String, _ value: String, seconds: Int64, isSecure: Bool) -> String {
    "Set-Cookie: \(name)=\(value); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)\(isSecure ? "; Secure" : "")"
  }

  /// The header that takes it away.
  static func clear(_ name: String, isSecure: Bool) -> String { set(name, "", seconds: 0, isSecure: isSecure) }

  /// The value of a cookie in the header `Cookie`; the first of that name.
  static func value(_ name: String, in header: String) -> String? {
    for pair in header.split(separator: ";") {
      let pair = pair.drop { $0 == " " || $0 == "\t" }
      guard let sign = pair.firstIndex(of: "="), pair[..<sign] == name else { continue }
      let value = pair[pair.index(after: sign)...]
      return String(value.prefix { $0 != " " && $0 != "\t" })
    }
    return nil
  }
}
