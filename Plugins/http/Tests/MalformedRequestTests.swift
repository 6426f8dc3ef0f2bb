import Testing

@testable import HTTPPlugin

/// Requests that some servers read in another way than others. Each is refused, and the connection ends with it.
@Suite struct MalformedRequestTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var request: String
    var status = 400
    var testDescription: String { name }
  }

  static let get = "GET / HTTP/1.1\r\nHost: a\r\n"
  static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
  static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

  static let cases: [Case] = [
    Case(name: "two lengths that differ", request: post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    Case(name: "two lengths that agree", request: post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    Case(name: "a list of lengths", request: post + "Content-Length: 5, 5\r\n\r\nhello"),
    Case(
      name: "length, then chunked", request: post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Case(
      name: "chunked, then length", request: post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    Case(name: "a plus before the length", request: post + "Content-Length: +5\r\n\r\nhello"),
    Case(name: "a minus before the length", request: post + "Content-Length: -5\r\n\r\nhello"),
    Case(name: "a length in hexadecimal", request: post + "Content-Length: 0x5\r\n\r\nhello"),
    Case(name: "a length that overflows", request: post + "Content-Length: 18446744073709551621\r\n\r\nhello"),
    Case(name: "an empty length", request: post + "Content-Length: \r\n\r\nhello"),
    Case(name: "a space before the colon", request: post + "Content-Length : 5\r\n\r\nhello"),
    Case(name: "a NUL in a value", request: get + "X: a\0b\r\n\r\n"),
    Case(name: "a NUL in a name", request: get + "X\0Y: a\r\n\r\n"),
    Case(name: "a bare CR in a value", request: get + "X: a\rb\r\n\r\n"),
    Case(name: "a bare CR in the request line", request: "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a bare LF after the request line", request: "GET / HTTP/1.1\nHost: a\r\n\r\n"),
    Case(name: "a bare LF after a header", request: "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
    Case(name: "a bare LF at the end of the head", request: get + "\n"),
    Case(name: "a folded header", request: get + "X: a\r\n b\r\n\r\n"),
    Case(name: "a header line that begins with a space", request: "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    Case(name: "a header without a name", request: get + ": x\r\n\r\n"),
    Case(name: "a header without a colon", request: get + "nonsense\r\n\r\n"),
    Case(name: "a chunk size that is no number", request: post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    Case(
      name: "a chunk size with a sign", request: post + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"),
    Case(
      name: "a chunk size in 0x form", request: post + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"),
    Case(
      name: "a chunk size that overflows", request: post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    Case(
      name: "a chunk without its line end", request: post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n"),
    Case(
      name: "a chunk size ended by a bare LF", request: post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"
    ),
    Case(name: "an unknown coding", request: post + "Transfer-Encoding: gzip\r\n\r\n", status: 501),
    Case(
      name: "a coding before chunked", request: post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", status: 501),
    Case(name: "identity", request: post + "Transfer-Encoding: identity\r\n\r\n", status: 501),
    Case(
      name: "a coding that looks like chunked", request: post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      status: 501),
    Case(name: "chunked twice", request: post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    Case(
      name: "two codings", request: post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Case(
      name: "chunked in HTTP/1.0", request: "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Case(name: "a broken method", request: "G ET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "an unknown method", request: "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a method in lower case", request: "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "no Host", request: "GET / HTTP/1.1\r\n\r\n"),
    Case(name: "an empty Host", request: "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    Case(name: "two Hosts", request: get + "Host: b\r\n\r\n"),
    Case(name: "a Host with a path", request: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Case(name: "a Host with user information", request: "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    Case(name: "two Origins", request: get + "Origin: http://a\r\nOrigin: http://b\r\n\r\n"),
    Case(name: "HTTP/0.9", request: "GET /\r\n\r\n"),
    Case(name: "no target", request: "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a target with a space", request: "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a target with a raw byte above ASCII", request: "GET /ä HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a target with a fragment", request: "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a target in absolute form", request: "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a target that is no path", request: "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "a version that does not exist", request: "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
    Case(name: "a version with letters", request: "GET / HTTX/1.1\r\nHost: a\r\n\r\n"),
    Case(name: "HTTP/2 without agreement", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Case(name: "another major version", request: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
    Case(name: "CONNECT", request: "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Case(name: "TLS on the plain port", request: "\u{16}\u{3}\u{1}\u{2}\0\u{1}"),
  ]

  @Test(arguments: cases) func isRefusedAndEndsTheConnection(_ test: Case) {
    for slowly in [false, true] {
      let server = TestServer()
      let client = server.connect()
      if slowly { client.sendSlowly(test.request) } else { client.send(test.request) }
      client.send(Self.smuggled)
      #expect(client.text.hasPrefix("HTTP/1.1 \(test.status) "), "slowly: \(slowly), answer: \(client.text)")
      #expect(client.text.contains("\r\nConnection: close\r\n"))
      #expect(client.text.contains("\r\nContent-Type: application/problem+json\r\n"))
      #expect(client.text.occurrences(of: "HTTP/1.1 \(test.status)") == 1)
      #expect(client.http.phase == .lingering)
      #expect(server.handler.requests == [])
    }
  }

  @Test func acceptsWhatIsUnusualButRight() {
    for request in [
      "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHOST:a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]:3001\r\nX:\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
      "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
      let server = TestServer()
      let client = server.connect()
      client.send(request)
      #expect(client.text.hasPrefix("HTTP/1.1 200 "), "\(request)")
      #expect(server.handler.requests.count == 1)
    }
  }
}

extension String {
  /// How often a part occurs.
  func occurrences(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
