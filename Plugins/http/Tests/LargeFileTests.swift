import Glibc
import PluginKit
import PluginTesting
import Testing

@testable import HTTPPlugin

/// Files that are sent piece by piece, parts of files, and the header lines of a folder.
@Suite final class LargeFileTests {
  let site: TestSite
  private let folder: String
  private let content: [UInt8]
  /// What workers have been asked to read and have not read yet.
  private var jobs: [() -> Void] = []

  init() throws {
    var name = Array("/tmp/large-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil, let real = realpath(name, nil) else { throw Failure(.internal, "no folder") }
    folder = String(cString: real)
    free(real)
    var random = SeededGenerator(seed: 11)
    content = (0..<2_000_000).map { _ in UInt8.random(in: 0x20...0x7e, using: &random) }
    site = try TestSite()
    site.host.routes.add("GET /f/{path...}", folder: folder)
    write("large.bin", content)
    write("small.txt", Array("0123456789".utf8))
    write("empty.txt", [])
  }

  deinit {
    for name in ["large.bin", "small.txt", "empty.txt"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  private func write(_ name: String, _ bytes: [UInt8]) {
    guard let file = fopen("\(folder)/\(name)", "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  private func getLater(_ path: String = "/f/large.bin") -> TestConnection {
    site.app.readFile = { [unowned self] file, offset, count, done in
      jobs.append { done(file.part(from: offset, count: count)) }
    }
    let client = site.connect()
    client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client
  }

  /// A truth alone: the difference of two such arrays takes minutes to tell.
  private func isWhole(_ output: [UInt8]) -> Bool { output.suffix(content.count).elementsEqual(content) }

  private func work() {
    let jobs = self.jobs
    self.jobs = []
    for job in jobs { job() }
    site.settle()
  }

  @Test func workersReadPieceByPiece() {
    let client = getLater()
    #expect(TestReply(client.text).headers["Content-Length"] == "2000000")
    #expect(TestReply(client.text).headers["Transfer-Encoding"] == nil)
    var rounds = 0
    while !jobs.isEmpty {
      #expect(jobs.count == 1)
      work()
      rounds += 1
    }
    #expect(rounds == 8)
    #expect(isWhole(client.output))
    #expect(client.http.phase == .idle)
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(client.text.ranges(of: "HTTP/1.1 200 OK").count == 2, "the connection goes on")
    #expect(site.host.contexts == 0)
  }

  @Test func waitsForAClientThatIsSlow() {
    let client = getLater()
    client.appetite = 0
    for _ in 0..<10 { work() }
    #expect(jobs.isEmpty, "nothing is read that nobody takes")
    client.appetite = .max
    client.flush()
    #expect(jobs.count == 1)
    client.http.close()
    work()
    #expect(jobs.isEmpty)
  }

  @Test func aFileThatBecomesShorterIsCutOff() {
    let client = getLater()
    work()
    #expect(truncate("\(folder)/large.bin", 300_000) == 0)
    work()
    #expect(client.http.phase == .closed)
  }

  @Test func oldClientsKeepTheirConnectionWhenTheyAsk() {
    let client = site.connect()
    client.send("GET /f/large.bin HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
    for _ in 0..<20 { client.flush() }
    #expect(isWhole(client.output))
    #expect(client.http.phase == .idle)
  }

  private struct Asked: Sendable, CustomStringConvertible {
    var path: String
    var range: String
    var status: Int
    /// The first and the last byte, when it is a part.
    var part: ClosedRange<Int>?
    var description: String { "\(path) \(range)" }

    init(_ path: String, _ range: String, _ status: Int, _ part: ClosedRange<Int>? = nil) {
      (self.path, self.range, self.status, self.part) = (path, range, status, part)
    }
  }

  private static let asked: [Asked] = [
    Asked("small.txt", "bytes=0-0", 206, 0...0), Asked("small.txt", "bytes=2-4", 206, 2...4),
    Asked("small.txt", "bytes=7-", 206, 7...9), Asked("small.txt", "Bytes= -3 ", 206, 7...9),
    Asked("small.txt", "bytes=8-99999999999999999999", 206, 8...9), Asked("small.txt", "bytes=0-9", 200),
    Asked("small.txt", "bytes=-99", 200), Asked("small.txt", "bytes=0-", 200), Asked("small.txt", "bytes=10-", 416),
    Asked("small.txt", "bytes=99999999999999999999-", 416), Asked("small.txt", "bytes=-0", 416),
    Asked("small.txt", "bytes=4-2", 200), Asked("small.txt", "bytes=0-1,3-4", 200), Asked("small.txt", "bytes=", 200),
    Asked("small.txt", "bytes=-", 200), Asked("small.txt", "bytes=a-b", 200), Asked("small.txt", "lines=1-2", 200),
    Asked("small.txt", "bytes=1--2", 200), Asked("empty.txt", "bytes=0-", 416), Asked("empty.txt", "bytes=-1", 416),
    Asked("large.bin", "bytes=300000-1299999", 206, 300_000...1_299_999),
    Asked("large.bin", "bytes=-1", 206, 1_999_999...1_999_999), Asked("large.bin", "bytes=2000000-", 416),
  ]

  @Test(arguments: asked) private func sendsThePartThatIsAskedFor(asked: Asked) {
    let whole = asked.path == "large.bin" ? content : asked.path == "small.txt" ? Array("0123456789".utf8) : []
    let client = site.connect()
    client.send("GET /f/\(asked.path) HTTP/1.1\r\nHost: localhost\r\nRange: \(asked.range)\r\n\r\n")
    for _ in 0..<20 { client.flush() }
    let reply = TestReply(client.text)
    #expect(reply.status == asked.status)
    switch asked.status {
    case 416: #expect(reply.headers["Content-Range"] == "bytes */\(whole.count)")
    case 206:
      let part = asked.part ?? 0...0
      #expect(reply.headers["Content-Range"] == "bytes \(part.lowerBound)-\(part.upperBound)/\(whole.count)")
      let isSame = reply.body.utf8.elementsEqual(whole[part])
      #expect(isSame)
    default:
      #expect(reply.headers["Content-Range"] == nil && reply.headers["Accept-Ranges"] == "bytes")
      let isSame = reply.body.utf8.elementsEqual(whole)
      #expect(isSame)
    }
    #expect(client.http.phase == .idle)
  }

  @Test(arguments: ["small.txt", "large.bin"]) func aPartIsOfTheFileThatTheClientKnows(name: String) throws {
    let range = "Range: bytes=1-2"
    let tag = try #require(site.send("HEAD /f/\(name)").headers["ETag"])
    #expect(site.send("GET /f/\(name)", headers: [range, "If-Range: \(tag)"]).status == 206)
    for other in ["\"x\"", "W/\(tag)", "Sat, 29 Oct 1994 19:43:31 GMT"] {
      #expect(site.send("GET /f/\(name)", headers: [range, "If-Range: \(other)"]).status == 200, "\(other)")
    }
    #expect(site.send("GET /f/\(name)", headers: [range, "If-None-Match: \(tag)"]).status == 304)
    let head = site.send("HEAD /f/\(name)", headers: [range])
    #expect(head.status == 200 && head.body == "")
    #expect(head.headers["Content-Length"] == (name == "small.txt" ? "10" : "2000000"))
    write(name, Array("another".utf8) + content)
    #expect(site.send("HEAD /f/\(name)").headers["ETag"] != tag)
  }

  @Test func aFolderHasHeadersOfItsOwn() throws {
    site.host.routes.add(
      "GET /own/{path...}", folder: folder,
      headers: ["Content-Security-Policy: default-src 'self'", "cache-control: no-store", "Content-Length: 7"])
    site.app.catalog.isStale = true
    let replies = [
      site.send("GET /own/small.txt"), site.send("GET /own/small.txt", headers: ["Range: bytes=0-1"]),
      site.send("GET /own/small.txt", headers: ["If-None-Match: *"]), site.send("HEAD /own/large.bin"),
    ]
    #expect(replies.map(\.status) == [200, 206, 304, 200])
    for reply in replies {
      #expect(reply.headers["Content-Security-Policy"] == "default-src 'self'")
      #expect(reply.headers["cache-control"] == "no-store")
      #expect(reply.headers["Cache-Control"] == nil)
      #expect(reply.headers["Content-Length"] != "7")
    }
    #expect(site.send("GET /f/small.txt").headers["Content-Security-Policy"] == nil)
  }
}
