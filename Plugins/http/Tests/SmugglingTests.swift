import Testing

@testable import HTTPPlugin

/// Requests within requests: what a proxy in front of this server might read as one, and this server as two, or the other
/// way round. All of them over a real socket.
@Suite struct SmugglingTests {
  typealias Case = MalformedRequestTests.Case

  private static let post = MalformedRequestTests.post
  private static let smuggled = MalformedRequestTests.smuggled
  private static let none = "0\r\n\r\n"

  /// Ways to write a coding that one server takes for chunked and another one does not.
  private static let codings: [(name: String, lines: String, status: Int)] = [
    ("a space before the colon", "Transfer-Encoding : chunked", 400),
    ("a tab before the colon", "Transfer-Encoding\t: chunked", 400),
    ("a vertical tab before the value", "Transfer-Encoding:\u{b}chunked", 400),
    ("a form feed behind the value", "Transfer-Encoding: chunked\u{c}", 400),
    ("quotes", "Transfer-Encoding: \"chunked\"", 501),
    ("a parameter", "Transfer-Encoding: chunked;q=1", 501),
    ("a trailing comma", "Transfer-Encoding: chunked,", 400),
    ("a leading comma", "Transfer-Encoding: ,chunked", 400),
    ("identity, then chunked", "Transfer-Encoding: identity, chunked", 501),
    ("chunked, then identity", "Transfer-Encoding: chunked, identity", 400),
    ("two lines, the second unknown", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", 400),
    ("two lines, the first unknown", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked", 501),
    ("a folded value", "Transfer-Encoding:\r\n chunked", 400),
    ("a value folded behind it", "Transfer-Encoding: chunked\r\n , identity", 400),
    ("a line that ends with a bare LF", "X: y\nTransfer-Encoding: chunked", 400),
    ("a name within a value behind a bare CR", "X: y\rTransfer-Encoding: chunked", 400),
    ("a NUL behind the value", "Transfer-Encoding: chunked\0", 400),
    ("nothing", "Transfer-Encoding:", 400),
  ]

  private static let lengths: [(name: String, lines: String)] = [
    ("a list that agrees", "Content-Length: 5, 5"), ("a list that differs", "Content-Length: 5, 0"),
    ("two lines in different case", "Content-Length: 5\r\ncontent-length: 5"), ("a sign", "Content-Length: +5"),
    ("a fraction", "Content-Length: 5.0"), ("an exponent", "Content-Length: 5e0"),
    ("an underscore", "Content-Length: 1_0"),
    ("a space within", "Content-Length: 1 0"), ("a NUL", "Content-Length: 5\0"),
    ("a folded number", "Content-Length: 1\r\n 0"),
    ("quotes", "Content-Length: \"5\""), ("a name with a space", "Content-Length : 5"),
    ("a vertical tab", "Content-Length: \u{b}5"),
  ]

  private static let chunks: [(name: String, body: String)] = [
    ("an extension that ends with a bare LF", "5;x\nhello\r\n0\r\n\r\n"),
    ("an extension with a bare CR", "5;x\ry\r\nhello\r\n0\r\n\r\n"),
    ("an extension with a NUL", "5;\0\r\nhello\r\n0\r\n\r\n"),
    ("a space before the size", " 5\r\nhello\r\n0\r\n\r\n"), ("a sign before the size", "-5\r\nhello\r\n0\r\n\r\n"),
    ("an underscore within the size", "0_5\r\nhello\r\n0\r\n\r\n"), ("no size", "\r\nhello\r\n0\r\n\r\n"),
    ("data longer than the size", "3\r\nhello\r\n0\r\n\r\n"),
    ("data that ends with a bare LF", "5\r\nhello\n0\r\n\r\n"),
    ("data that ends with a bare CR", "5\r\nhello\r0\r\n\r\n"),
    ("a last chunk that ends with bare LFs", "5\r\nhello\r\n0\n\n"),
    ("a trailer that ends with a bare LF", "0\r\nX: y\n\r\n"), ("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
    ("a trailer without a colon", "0\r\nX\r\n\r\n"),
  ]

  private static let others: [Case] = [
    Case(name: "HTTP/0.9 with a smuggled request", request: "GET /\r\n\(smuggled)"),
    Case(name: "absolute form for another host", request: "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "absolute form for the same host", request: "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "two Hosts in different case", request: "GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n"),
    Case(name: "a folded Host", request: "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n"),
    Case(name: "a Host behind a bare CR", request: "GET / HTTP/1.1\r\nX: y\rHost: a\r\n\r\n"),
    Case(name: "an empty line within the head", request: "GET / HTTP/1.1\n\r\nHost: a\r\n\r\n"),
  ]

  static let cases: [Case] =
    codings.map {
      Case(
        name: "TE.TE: \($0.name)", request: "\(post)\($0.lines)\r\nTransfer-Encoding: chunked\r\n\r\n\(none)",
        status: $0.status)
    }
    + codings.map { Case(name: "coding: \($0.name)", request: "\(post)\($0.lines)\r\n\r\n\(none)", status: $0.status) }
    + codings.map {
      Case(
        name: "CL.TE: \($0.name)", request: "\(post)Content-Length: 6\r\n\($0.lines)\r\n\r\n\(none)G", status: $0.status
      )
    }
    + codings.map {
      Case(
        name: "TE.CL: \($0.name)", request: "\(post)\($0.lines)\r\nContent-Length: 4\r\n\r\n\(none)", status: $0.status)
    }
    + lengths.map { Case(name: "length: \($0.name)", request: "\(post)\($0.lines)\r\n\r\nhello") }
    + chunks.map { Case(name: "chunk: \($0.name)", request: "\(post)Transfer-Encoding: chunked\r\n\r\n\($0.body)") }
    + others

  @Test func nothingOfAnAmbiguousRequestIsAnswered() throws {
    let site = try SocketSite()
    for test in Self.cases {
      let peer = try SocketPeer(port: site.port)
      peer.send(test.request + Self.smuggled)
      #expect(
        site.run {
          _ = peer.read(); return peer.isAtEnd
        }, "\(test.name): the connection stays open")
      let text = peer.read()
      // What llhttp refuses before the value was read is 400, whatever the value would have been.
      #expect(text.hasPrefix("HTTP/1.1 \(test.status) ") || text.hasPrefix("HTTP/1.1 400 "), "\(test.name): \(text)")
      #expect(text.occurrences(of: "HTTP/1.1 ") == 1, "\(test.name): \(text)")
      #expect(text.contains("\r\nConnection: close\r\n"), "\(test.name)")
    }
    #expect(site.stop())
  }

  @Test func chunkExtensionsAndTrailersAreReadAndForgotten() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    peer.send(
      Self.post + "Transfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d\"\r\nhello\r\n0;e\r\nHost: b\r\n\r\n" + Self.smuggled)
    #expect(site.run { peer.read().occurrences(of: "HTTP/1.1 200 ") == 2 })
    #expect(site.stop())
  }
}
