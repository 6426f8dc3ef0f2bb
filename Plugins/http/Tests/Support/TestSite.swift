@testable import HTTPPlugin

/// The whole plugin without sockets: a stub host, the application, and clients that feed it bytes.
final class TestSite {
  let host = StubHost()
  let app: Application
  let engine: HTTPEngine
  let auth: StubAuth?

  static let services = """
    {"items":[
      {"name":"host","plugin":"host","methods":[{"name":"services","route":"GET /api/services","params":[]}]},
      {"name":"tasks","plugin":"core","methods":[
        {"name":"list","route":"GET /api/tasks","params":[
          {"name":"status","type":"s","schema":{"type":"string"}},{"name":"limit","type":"i","schema":{}},
          {"name":"tags","type":"j","schema":{"type":["array","null"]}},{"name":"cursor","type":"s","schema":{}}]},
        {"name":"create","route":"POST /api/tasks","effects":["write","creates"],
         "result":{"schema":{"title":"task","properties":{"id":{},"title":{}}}},"params":[
          {"name":"title","type":"s","schema":{}},{"name":"idempotencyKey","type":"s","schema":{}}]},
        {"name":"quickAdd","route":"POST /api/tasks/quick","effects":["write","creates"],
         "result":{"schema":{"title":"task","properties":{"id":{},"title":{}}}},"params":[{"name":"text","type":"s","schema":{}}]},
        {"name":"note","route":"POST /api/notes","effects":["write","creates"],
         "result":{"schema":{"title":"note"}},"params":[]},
        {"name":"touch","route":"POST /api/tasks/touch","effects":["write"],
         "result":{"schema":{"title":"task"}},"params":[]},
        {"name":"get","route":"GET /api/tasks/{id}","effects":["read"],
         "result":{"schema":{"title":"task","properties":{"id":{},"title":{}}}},"params":[{"name":"id","type":"s","schema":{}}]},
        {"name":"updateStatus","route":"PATCH /api/tasks/{id}/status","params":[
          {"name":"id","type":"s","schema":{}},{"name":"status","type":"s","schema":{}},
          {"name":"revision","type":"i","schema":{}}]},
        {"name":"watch","route":"GET /api/watch","stream":true,"params":[]},
        {"name":"hidden","params":[]},
        {"name":"odd","route":"FETCH /x","params":[]}]}],
     "next":null}
    """

  init(auth: StubAuth? = nil, callLimit: Int = 4096, limits: HTTPLimits = HTTPLimits()) throws {
    host.services = Self.services
    self.auth = auth
    app = Application(try HostGate(host.raw, callTime: 30_000, callLimit: callLimit), auth: auth?.raw)
    app.authenticator.listens(on: 3001)
    app.policy = SitePolicy(
      hosts: ["Board.example"], origins: ["https://other.example"], ports: [3001, 3002])
    engine = HTTPEngine(limits: limits, handler: app, unixSeconds: 784_111_777, seed: 7)
  }

  deinit { engine.close() }

  func connect() -> TestConnection { TestConnection(engine) }

  /// Sends one request and answers the reply: its head without the status line's version and the date, and its body.
  func send(_ line: String, headers: [String] = [], body: String? = nil, host: String = "localhost") -> TestReply {
    let client = connect()
    var request = "\(line) HTTP/1.1\r\nHost: \(host)\r\n"
    for header in headers { request += "\(header)\r\n" }
    if let body {
      if !headers.contains(where: { $0.hasPrefix("Content-Type:") }) { request += "Content-Type: application/json\r\n" }
      request += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    } else {
      request += "\r\n"
    }
    client.send(request)
    return TestReply(client.text)
  }

  func settle() { engine.outboxes.flushScheduled() }

  /// Opens a WebSocket by a handshake.
  func upgrade(_ path: String = "/ws", headers: [String] = []) -> TestConnection {
    let client = connect()
    client.upgrades = true
    let lines = headers.map { "\($0)\r\n" }.joined()
    client.send(
      "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(lines)"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    return client
  }
}

/// A reply, cut into its parts.
struct TestReply {
  var status = 0
  var headers: [String: String] = [:]
  var body = ""

  init(_ text: String) {
    guard let end = text.firstRange(of: "\r\n\r\n") else { return }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    status = Int(lines[0].split(separator: " ")[1]) ?? 0
    for line in lines.dropFirst() {
      guard let colon = line.firstRange(of: ": ") else { continue }
      headers[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
    }
    body = String(text[end.upperBound...])
  }
}

/// A WebSocket client of a site.
final class TestSiteSocket: OutboxOwner {
  let site: TestSite
  private var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.
  private(set) var connection: WebSocketConnection!  // Same.
  /// The texts that the client has received.
  var received: [String] = []
  /// Whether the client reads; what it does not read waits in its outbox.
  var isReading = true

  init(_ site: TestSite) {
    self.site = site
    var limits = WebSocketLimits()
    limits.highWater = 10_000
    outbox = Outbox(pool: site.engine.outboxes, owner: self)
    connection = WebSocketConnection(
      engine: site.engine, outbox: outbox, limits: limits,
      handler: Session(site.app, Visitor(site.app.authenticator, Shown(.nothing), site.engine.here)))
  }

  deinit { connection.receiveEnd() }

  func flush() {
    while isReading, let queue = outbox.nextWrite() {
      var bytes: [UInt8] = []
      queue.forEachRun(limit: .max) { bytes.append(contentsOf: $0) }
      queue.consume(queue.count)
      outbox.finishWrite()
      read(bytes)
    }
    connection.outboxDidDrain()
  }

  private func read(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while rest.count >= 2 {
      let short = Int(rest[rest.startIndex + 1] & 0x7f)
      let isText = rest[rest.startIndex] == 0x81
      var start = rest.startIndex + 2
      var length = short
      if short == 126 {
        length = Int(rest[start]) << 8 | Int(rest[start + 1])
        start += 2
      }
      if isText { received.append(String(decoding: rest[start..<start + length], as: UTF8.self)) }
      rest = rest[(start + length)...]
    }
  }

  func send(_ text: String) {
    TestWebSocket.text(text).withUnsafeBufferPointer { connection.receive($0) }
    site.settle()
  }

  /// Forgets what was received and answers it.
  func take() -> [String] {
    defer { received = [] }
    return received
  }
}
