import Glibc

/// Where somebody comes from, as far as limits need to know.
struct Address: Sendable {
  /// What counts as one place: an address of version 4, a network of 64 bits of version 6.
  let place: String
  let isLoopback: Bool

  /// - Parameter text: `192.0.2.7` or `2001:db8::1`, perhaps with a zone; empty for this machine's own socket.
  init(_ text: String) {
    let text = String(text.prefix { $0 != "%" })
    var four = in_addr()
    var six = in6_addr()
    if text.isEmpty {
      (place, isLoopback) = ("", true)
    } else if inet_pton(AF_INET, text, &four) == 1 {
      (place, isLoopback) = (text, text.hasPrefix("127."))
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      let bytes = withUnsafeBytes(of: &six, Array.init)
      if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10...11].allSatisfy({ $0 == 0xff }) {
        let mapped = bytes[12...].map(String.init).joined(separator: ".")
        (place, isLoopback) = (mapped, bytes[12] == 127)
      } else {
        isLoopback = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
        place = bytes[..<8].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "/64"
      }
    } else {
      (place, isLoopback) = (text, false)
    }
  }
}
