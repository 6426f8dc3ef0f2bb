import Glibc
import PluginKit

/// The one HTML document, in memory, and the headers with which it is sent.
struct Page {
  let body: [UInt8]

  /// Nothing but files of this server; no inline script or style, no string that becomes markup, no frame around it.
  /// `'self'` of `connect-src` includes WebSockets of the same host and port.
  static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].joined(separator: "; ")

  static let headers = [
    "Content-Type: text/html; charset=utf-8",
    "Content-Security-Policy: \(policy)",
    "Cache-Control: no-cache",
    "Cross-Origin-Opener-Policy: same-origin",
    "Referrer-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
  ]

  /// More than any document written by hand.
  static let sizeLimit = 1 << 20

  /// - Throws: ``Status/notFound`` when the file cannot be read, ``Status/outOfRange`` when it is not a page's size.
  init(readingFrom path: String) throws(Failure) {
    guard let file = fopen(path, "re") else {
      throw Failure(
        .notFound,
        "the page \(path) cannot be read: \(String(cString: strerror(errno))); install the dashboard plugin again")
    }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.sizeLimit) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, file)
    }
    guard !bytes.isEmpty, bytes.count < Self.sizeLimit else {
      throw Failure(.outOfRange, "the page \(path) is empty or too large; install the dashboard plugin again")
    }
    // A copy of its own size, without the room for the largest.
    body = Array(bytes[...])
  }

  @Loop
  func answer(_ exchange: WebExchange) {
    exchange.respond(200, Self.headers, body: body)
  }
}
