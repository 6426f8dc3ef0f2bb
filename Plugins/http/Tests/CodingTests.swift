import CZlib
import PluginTesting
import Testing

@testable import HTTPPlugin

/// Replies and bodies as gzip.
@Suite struct CodingTests {
  let site: TestSite
  /// An answer that is worth compressing.
  let long = #"{"id":"x","revision":7,"text":"\#(String(repeating: "word ", count: 400))"}"#

  init() throws {
    site = try TestSite()
    let long = self.long
    site.host.answer = { _, _ in .answer(long) }
  }

  /// The bytes of a reply's body, which is no text.
  private func body(_ client: TestConnection) -> [UInt8] {
    let end = client.output.indices.first { client.output[$0...].starts(with: Array("\r\n\r\n".utf8)) }
    return end.map { Array(client.output[($0 + 4)...]) } ?? []
  }

  private func plain(_ bytes: [UInt8], limit: Int = 10 << 20) -> String? {
    var output = ByteBuffer()
    let failure = bytes.withUnsafeBufferPointer { Inflater.append($0, to: &output, limit: limit) }
    return failure == nil ? output.bytes.text : nil
  }

  private func compressed(_ text: String) -> [UInt8] {
    var output = ByteBuffer()
    withBytes(text) { Deflater().append($0, to: &output, .whole) }
    return Array(output.bytes)
  }

  private func get(_ headers: String..., line: String = "GET /api/tasks/x") -> (TestReply, [UInt8]) {
    let client = site.connect()
    client.send("\(line) HTTP/1.1\r\nHost: localhost\r\n\(headers.map { "\($0)\r\n" }.joined())\r\n")
    return (TestReply(client.text), body(client))
  }

  @Test(arguments: [
    (nil, false), ("", false), ("gzip", true), ("x-gzip", true), ("GZip", true), ("deflate, gzip;q=0.5", true),
    ("gzip, deflate, br, zstd", true), ("gzip;q=0", false), ("gzip;q=0.000", false), ("gzip;q=0.001", true),
    ("*", true),
    ("*;q=0", false), ("br, *;q=0.1", true), ("gzip;q=0, *", false), ("identity;q=0, *;q=0.5", true),
    ("identity, gzip;q=0.5", false), ("identity;q=0.5, gzip;q=0.5", true), ("br", false), ("gzipped", false),
    ("gzip;q=nonsense", false), ("gzip ; q=1", true), ("identity;q=0", false),
  ]) func choosesTheCodingByWeight(accept: String?, isGzip: Bool) {
    let coding = accept.map { withBytes($0) { ContentCoding(accept: $0) } } ?? ContentCoding(accept: nil)
    #expect(coding == (isGzip ? .gzip : .identity))
  }

  @Test func compressesWhatIsLongForWhoAcceptsIt() {
    let (reply, bytes) = get("Accept-Encoding: gzip")
    #expect(reply.headers["Content-Encoding"] == "gzip")
    #expect(reply.headers["Vary"] == "Accept-Encoding")
    #expect(reply.headers["Content-Length"] == "\(bytes.count)")
    #expect(bytes.count < long.utf8.count / 4)
    #expect(plain(bytes) == long)
    let (whole, same) = get()
    #expect(whole.headers["Content-Encoding"] == nil)
    #expect(whole.headers["Vary"] == "Accept-Encoding")
    #expect(same == Array(long.utf8))
  }

  @Test func leavesWhatIsShortAlone() {
    site.host.answer = { _, _ in .answer(#"{"id":"x"}"#) }
    let (reply, bytes) = get("Accept-Encoding: gzip")
    #expect(reply.headers["Content-Encoding"] == nil && reply.headers["Vary"] != "Accept-Encoding")
    #expect(bytes == Array(#"{"id":"x"}"#.utf8))
  }

  @Test func aTagTellsCodingsApartAndConditionsDoNotMind() {
    let (reply, _) = get("Accept-Encoding: gzip")
    #expect(reply.headers["ETag"] == #""7-gzip""#)
    for tag in [#""7-gzip""#, #""7""#, #"W/"7-gzip""#, #""6", "7-gzip""#] {
      let (known, bytes) = get("Accept-Encoding: gzip", "If-None-Match: \(tag)")
      #expect(known.status == 304 && bytes.isEmpty, "\(tag)")
      #expect(known.headers["ETag"] == #""7-gzip""#)
      #expect(known.headers["Vary"] == "Accept-Encoding")
      #expect(known.headers["Content-Encoding"] == nil)
      let (other, _) = get("If-None-Match: \(tag)")
      #expect(other.status == 304 && other.headers["ETag"] == #""7""#, "\(tag)")
    }
    for tag in [#""77-gzip""#, #""7-br""#, #""-gzip""#, "7"] {
      #expect(get("If-None-Match: \(tag)").0.status == 200, "\(tag)")
    }
    _ = site.send("PATCH /api/tasks/x/status", headers: [#"If-Match: "7-gzip""#], body: #"{"status":"done"}"#)
    #expect(site.host.calls.last == #"user:local tasks.updateStatus {"id":"x","revision":7,"status":"done"}"#)
  }

  @Test func headTellsWhatGetWouldButNotHowLong() {
    let (reply, bytes) = get("Accept-Encoding: gzip", line: "HEAD /api/tasks/x")
    #expect(reply.headers["Content-Encoding"] == "gzip" && reply.headers["ETag"] == #""7-gzip""#)
    #expect(reply.headers["Content-Length"] == nil && bytes.isEmpty)
    #expect(get(line: "HEAD /api/tasks/x").0.headers["Content-Length"] == "\(long.utf8.count)")
  }

  @Test func compressesVeryLongRepliesElsewhereAndInOrder() {
    var jobs: [() -> Void] = []
    site.engine.compressor.workers = { job, done in
      jobs.append { done(job()) }
      return true
    }
    let long = "\"" + String(repeating: "0123456789", count: 10_000) + "\""
    site.host.answer = { _, _ in .answer(long) }
    let client = site.connect()
    let request = "GET /api/tasks/x HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
    client.send(request + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(client.text == "")
    jobs.removeFirst()()
    site.settle()
    let head = TestReply(String(decoding: client.output.prefix(400), as: UTF8.self))
    let length = head.headers["Content-Length"].flatMap { Int($0) } ?? 0
    #expect(plain(Array(body(client).prefix(length))) == long)
    #expect(String(decoding: body(client).dropFirst(length).prefix(12), as: UTF8.self) == "HTTP/1.1 200")
    // Whoever has gone meanwhile gets nothing, and nothing breaks.
    let gone = site.connect()
    gone.send(request)
    gone.endInput()
    jobs.removeFirst()()
    site.settle()
    #expect(gone.text == "")
    // Without a free thread it is done at once.
    site.engine.compressor.workers = { _, _ in false }
    #expect(plain(get("Accept-Encoding: gzip").1) == long)
  }

  @Test func streamsAreReadablePartByPart() throws {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/watch HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n")
    site.host.chunk(site.host.lastCall, #"{"n":1}"#)
    site.settle()
    #expect(TestReply(String(decoding: client.output, as: UTF8.self)).headers["Content-Encoding"] == "gzip")
    let first = dechunked(body(client))
    #expect(prefix(first) == "{\"n\":1}\n")
    site.host.chunk(site.host.lastCall, #"{"n":2}"#)
    site.host.finish(site.host.lastCall, with: .answer("3"))
    site.settle()
    #expect(plain(dechunked(body(client))) == "{\"n\":1}\n{\"n\":2}\n3\n")
    #expect(client.http.phase == .idle)
  }

  @Test func eventsAreNeverCompressed() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send(
      "GET /api/watch HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n")
    site.host.finish(site.host.lastCall, with: .answer("1"))
    site.settle()
    #expect(client.text.contains("data: 1") && !client.text.contains("Content-Encoding"))
  }

  /// What can be read of a stream that has not ended.
  private func prefix(_ bytes: [UInt8]) -> String {
    var output = ByteBuffer()
    _ = bytes.withUnsafeBufferPointer { Inflater.append($0, to: &output, limit: 1 << 20) }
    return output.bytes.text
  }

  private func dechunked(_ bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    var output: [UInt8] = []
    while rest.count > 10, let size = Int(String(decoding: rest.prefix(8), as: UTF8.self), radix: 16) {
      output += rest.dropFirst(10).prefix(size)
      rest = rest.dropFirst(10 + size + 2)
    }
    return output
  }

  @Test(arguments: [
    ("Content-Type: text/plain; charset=utf-8", true), ("content-type: application/json", true),
    ("Content-Type: text/event-stream", false), ("Content-Type: image/png", false), ("X-Other: 1", false),
    ("Content-Type: text/plain|ETag: \"1\"", false), ("Content-Type: text/plain|Content-Encoding: br", false),
    ("Content-Type: text/plain|Cache-Control: private, no-transform", false),
  ]) func compressesWholeRepliesOfPluginsByTheirHeaders(lines: String, isGzip: Bool) {
    let text = String(repeating: "word ", count: 400)
    site.host.routes.add("GET /raw") { exchange in
      let headers = lines.split(separator: "|").map { line in SharedBytes { $0.append(String(line)) } }
      withExtendedLifetime(headers) {
        let strings = headers.map(\.bytes.abi)
        _ = exchange.pointee.v.pointee.respond(
          exchange, 200, strings, strings.count, StubBuffer.make(Array(text.utf8)))
      }
    }
    site.app.catalog.isStale = true
    let (reply, bytes) = get("Accept-Encoding: gzip", line: "GET /raw")
    #expect(reply.status == 200)
    #expect(reply.headers["Vary"] == (isGzip ? "Accept-Encoding" : "Origin"))
    #expect((isGzip ? plain(bytes) : String(decoding: bytes, as: UTF8.self)) == text)
  }

  // MARK: Bodies

  private func post(_ body: [UInt8], _ headers: String...) -> TestReply {
    let client = site.connect()
    let lines = headers.map { "\($0)\r\n" }.joined()
    client.send(
      Array(
        "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(lines)Content-Length: \(body.count)\r\n\r\n"
          .utf8) + body)
    return TestReply(client.text)
  }

  @Test func takesCompressedBodies() {
    let body = #"{"title":"t"}"#
    let half = [UInt8](compressed(#"{"title""#)) + compressed(#":"t"}"#)
    for bytes in [compressed(body), half] {
      #expect(post(bytes, "Content-Encoding: gzip").status == 201)
      #expect(site.host.calls.last == #"user:local tasks.create {"title":"t"}"#)
    }
    #expect(post(Array(body.utf8), "Content-Encoding: identity").status == 201)
    #expect(post(compressed(body), "Content-Encoding: X-GZIP").status == 201)
  }

  @Test func countsWhatCompressedBodiesStandFor() {
    let text = #"{"title":"\#(String(repeating: "a", count: 100_000))"}"#
    site.engine.load.heldBytes = HTTPLimits().memory - 50_000
    let reply = post(compressed(text), "Content-Encoding: gzip")
    #expect(reply.status == 503 && reply.headers["Retry-After"] == "1")
    #expect(site.engine.load.heldBytes == HTTPLimits().memory - 50_000)
    site.engine.load.heldBytes = 0
    #expect(post(compressed(text), "Content-Encoding: gzip").status == 201)
    #expect(site.engine.load.heldBytes == 0)
  }

  @Test func refusesCodingsItDoesNotKnowAndSaysWhichItDoes() {
    for coding in ["br", "gzip, gzip", "deflate", "gzip, br"] {
      let reply = post(compressed("{}"), "Content-Encoding: \(coding)")
      #expect(reply.status == 415 && reply.headers["Accept-Encoding"] == "gzip", "\(coding)")
    }
    #expect(post(compressed("{}"), "Content-Encoding: gzip", "Content-Encoding: gzip").status == 415)
    #expect(site.host.calls.isEmpty)
  }

  @Test func refusesWhatIsNoGzipOrTooLongWhenPlain() {
    let good = compressed(#"{"title":"t"}"#)
    for bytes in [Array("{}".utf8), Array(good.dropLast()), good + [1], Array(good.prefix(5))] {
      #expect(post(bytes, "Content-Encoding: gzip").status == 400)
    }
    let bomb = compressed("\"" + String(repeating: " ", count: 9 << 20) + "\"")
    #expect(bomb.count < 50_000)
    #expect(post(bomb, "Content-Encoding: gzip").status == 413)
    #expect(site.host.calls.isEmpty)
  }

  @Test func inflatesLongBodiesElsewhere() {
    var jobs: [() -> Void] = []
    site.engine.compressor.workers = { job, done in
      jobs.append { done(job()) }
      return true
    }
    var random = SeededGenerator(seed: 1)
    let noise = String((0..<200_000).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
    let bytes = compressed(#"{"title":"\#(noise)"}"#)
    let client = site.connect()
    client.send(
      Array(
        "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
          .utf8) + bytes)
    #expect(site.host.calls.isEmpty && jobs.count == 1)
    jobs.removeFirst()()
    site.settle()
    #expect(site.host.calls == [#"user:local tasks.create {"title":"\#(noise)"}"#])
    #expect(TestReply(client.text).status == 201)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func whatWasCompressedIsTheSameAgainAndDamageIsFound(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...100_000, using: &random)).map { _ in UInt8.random(in: 60...70, using: &random) }
    var output = ByteBuffer()
    bytes.withUnsafeBufferPointer { Deflater().append($0, to: &output, .whole) }
    var packed = Array(output.bytes)
    #expect(plain(packed) == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
    #expect(bytes.isEmpty || plain(packed, limit: bytes.count - 1) == nil)
    // Behind the header of ten bytes every bit is covered by the checksum or the length.
    packed[Int.random(in: 10..<packed.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
    let damaged = plain(packed)
    #expect(damaged == nil || damaged == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
  }
}
