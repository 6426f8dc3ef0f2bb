import PluginKit
import Testing

@testable import HTTPPlugin

@Suite struct HTTPReplyTests {
  static let head = "HTTP/1.1 200 OK\r\n\(HTTPConnectionTests.date)"
  static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func streamsInChunks() {
    var stream: HTTPExchange?
    let server = TestServer { exchange in
      stream = exchange
      exchange.beginStream(.ok, .ndjson)
    }
    let client = server.connect()
    client.send(Self.get)
    let head = "\(Self.head)Content-Type: application/x-ndjson\r\nCache-Control: no-store\r\nVary: Accept-Encoding\r\n"
    #expect(client.takeText() == "\(head)Transfer-Encoding: chunked\r\n\r\n")
    stream?.stream { $0.append("{\"n\":1}\n") }
    stream?.stream { _ in }
    server.engine.outboxes.flushScheduled()
    #expect(client.takeText() == "00000008\r\n{\"n\":1}\n\r\n")
    stream?.endStream()
    server.engine.outboxes.flushScheduled()
    #expect(client.takeText() == "0\r\n\r\n")
    #expect(client.http.phase == .idle)
  }

  @Test func streamsToOldClientsUntilTheConnectionEnds() {
    let server = TestServer { exchange in
      exchange.beginStream(.ok, .events)
      exchange.stream { StreamFormat.events.append(Bytes(start: nil, count: 0), to: &$0) }
      exchange.endStream()
    }
    let client = server.connect()
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(client.text.contains("Connection: close\r\n"))
    #expect(client.text.hasSuffix("\r\n\r\ndata: \n\n"))
    #expect(client.http.phase == .lingering)
  }

  @Test func streamsOnlyTheHeadToHead() {
    let server = TestServer { exchange in
      exchange.beginStream(.ok, .ndjson)
      exchange.stream { $0.append("{}\n") }
      exchange.endStream()
    }
    let client = server.connect()
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.text.hasSuffix("\r\n\r\n"))
    #expect(client.http.phase == .idle)
  }

  @Test func pausesAStreamForASlowClientAndGoesOnWhenItCatchesUp() {
    var resumed = 0
    var parts = 0
    let server = TestServer { exchange in
      exchange.beginStream(.ok, .ndjson)
      exchange.onWritable = { resumed += 1 }
      let part = [UInt8](repeating: 32, count: 10_000)
      while part.withUnsafeBufferPointer({ exchange.stream($0) }) { parts += 1 }
    }
    let client = server.connect()
    client.appetite = 0
    client.send(Self.get)
    #expect(parts == 26)
    #expect(resumed == 0)
    client.appetite = .max
    client.flush()
    #expect(resumed == 1)
  }

  @Test func anAbortedStreamNeverLooksWhole() {
    let server = TestServer { exchange in
      exchange.beginStream(.ok, .ndjson)
      exchange.stream { $0.append("{}\n") }
      exchange.abortStream()
    }
    let client = server.connect()
    client.send(Self.get)
    #expect(client.http.phase == .closed)
    #expect(!client.text.contains("0\r\n\r\n"))
  }

  @Test func tellsAStreamThatItsClientHasGone() {
    var gone = 0
    let server = TestServer { exchange in
      exchange.beginStream(.ok, .events)
      exchange.onDisconnect = { gone += 1 }
    }
    let client = server.connect()
    client.send(Self.get)
    client.endInput()
    #expect(gone == 1)
  }

  @Test func writesEventsAndLinesOfOneLineEach() {
    let json = "{\n\"a\":\r1}"
    #expect(
      written { buffer in withBytes(json) { StreamFormat.events.append($0, to: &buffer) } } == "data: { \"a\": 1}\n\n")
    #expect(written { buffer in withBytes(json) { StreamFormat.ndjson.append($0, to: &buffer) } } == "{ \"a\": 1}\n")
  }

  @Test(arguments: [
    (nil, StreamFormat.ndjson), ("*/*", .ndjson), ("text/event-stream", .events),
    ("application/json, Text/Event-Stream;q=0.9", .events), ("text/event-streams", .ndjson),
  ]) func choosesTheStreamFormatByAccept(accept: String?, format: StreamFormat) {
    #expect(accept.map { withBytes($0) { StreamFormat(accept: $0) } } ?? StreamFormat(accept: nil) == format)
  }

  @Test func sharesLargeBodiesAndReleasesThemOnceWritten() {
    var released = 0
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 5000)
    memory.initialize(repeating: 120, count: 5000)
    let server = TestServer { exchange in
      let body = SharedBytes(Bytes(start: memory, count: 5000)) {
        released += 1
        memory.deallocate()
      }
      exchange.respond(.ok, .text, body: body)
    }
    let client = server.connect()
    client.appetite = 100
    client.send(Self.get)
    #expect(released == 0)
    client.appetite = .max
    client.flush()
    #expect(released == 1)
    #expect(client.text.hasSuffix("Content-Length: 5000\r\n\r\n" + String(repeating: "x", count: 5000)))
  }

  @Test func noHeaderValueCanAddALine() {
    let server = TestServer { exchange in
      exchange.respond(.created, .json, body: Bytes(start: nil, count: 0)) {
        $0.appendHeader("Location", "/a\r\nX-Evil: 1\0")
      }
    }
    let client = server.connect()
    client.send(Self.get)
    #expect(client.text.contains("\r\nLocation: /a  X-Evil: 1 \r\n"))
  }

  @Test func problemsCarryEverythingAClientNeeds() {
    let server = TestServer { exchange in
      let details = #"{"errors":[{"path":"/a","message":"no"}],"status":1,"current":{"id":"x"}}"#
      exchange.respond(Problem(.invalidArgument, "say \"a\"\n", plugin: "core", details: details))
    }
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n\r\n")
    let body =
      #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"say \"a\"\n","code":"invalid_argument","#
      + #""plugin":"core","requestId":"r1","errors":[{"path":"/a","message":"no"}],"current":{"id":"x"}}"#
    #expect(client.text.hasSuffix("Content-Length: \(body.utf8.count)\r\nX-Request-Id: r1\r\n\r\n\(body)"))
    #expect(client.text.contains("Content-Type: application/problem+json"))
  }

  @Test func aProblemGetsAnIDWhenTheClientGaveNone() throws {
    let server = TestServer { $0.respond(Problem(.notFound, "no")) }
    let client = server.connect()
    client.send(Self.get)
    let line = try #require(client.text.split(separator: "\r\n").first { $0.hasPrefix("X-Request-Id: ") })
    #expect(client.text.contains("\"requestId\":\"\(line.dropFirst(14))\""))
  }

  @Test func detailsThatAreNoObjectAreLeftOut() {
    for details in ["[1]", "{\"a\":", "nonsense", "{\"a\":1} x"] {
      let text = written { Problem(.internal, "x", details: details).write(to: &$0, requestID: nil) }
      #expect(
        text == #"{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"x","code":"internal"}"#)
    }
  }

  @Test(arguments: [
    (200, "OK"), (201, "Created"), (404, "Not Found"), (207, "OK"), (418, "Client Error"), (599, "Server Error"),
  ])
  func everyStatusHasItsLine(code: UInt16, phrase: String) {
    #expect(written { HTTPStatus(code).appendLine(to: &$0) } == "HTTP/1.1 \(code) \(phrase)\r\n")
  }

  @Test(arguments: [
    (Status.ok, 200, 1000), (.cancelled, 499, 1001), (.invalidArgument, 400, -32602), (.deadlineExceeded, 504, 1004),
    (.notFound, 404, 1005), (.alreadyExists, 409, 1006), (.permissionDenied, 403, 1007),
    (.resourceExhausted, 429, 1008), (.failedPrecondition, 409, 1009), (.aborted, 409, 1010), (.outOfRange, 400, 1011),
    (.unimplemented, 501, 1012), (.internal, 500, 1013), (.unavailable, 503, 1014), (.dataLoss, 500, 1015),
    (.unauthenticated, 401, 1016),
  ]) func everyStatusHasItsPlaceInTheTable(status: Status, http: Int, rpc: Int) {
    #expect(Int(status.http.rawValue) == http)
    #expect(status.rpcCode == rpc)
    #expect(Status(status.rawValue) == status)
  }

  @Test func unknownStatusNumbersReadAsInternal() {
    #expect(Status(2) == .internal)
    #expect(Status(99) == .internal)
  }

  @Test(
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00"), (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
      (784_111_777, "Sun, 06 Nov 1994 08:49:37"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59"),
      (-1, "Wed, 31 Dec 1969 23:59:59"),
    ] as [(Int64, String)]) func formatsDates(seconds: Int64, expected: String)
  {
    let date = HTTPDate(unixSeconds: seconds)
    #expect(date.bytes.text == "Date: \(expected) GMT\r\n")
  }
}
