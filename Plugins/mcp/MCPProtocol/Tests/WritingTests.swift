import MCPProtocol
import PluginTesting
import Testing

/// Messages and headers, as they are written.
@Suite struct WritingTests {
  private func json(_ message: [UInt8]) throws -> JSON { try JSON(parsing: String(decoding: message, as: UTF8.self)) }

  @Test func writesARequest() throws {
    let message = Envelope.request(.integer(0), "tools/call") { $0.member("name", "a\"b") }
    #expect(try json(message) == ["jsonrpc": "2.0", "id": 0, "method": "tools/call", "params": ["name": "a\"b"]])
  }

  @Test func marksANotificationWithItsSubscription() throws {
    #expect(
      try json(Envelope.notification("notifications/tools/list_changed", tag: .text("listen:0")))
        == [
          "jsonrpc": "2.0", "method": "notifications/tools/list_changed",
          "params": ["_meta": ["io.modelcontextprotocol/subscriptionId": "listen:0"]],
        ])
    #expect(try json(Envelope.notification("a")) == ["jsonrpc": "2.0", "method": "a", "params": [:]])
  }

  @Test func writesAnswers() throws {
    #expect(try json(Envelope.result(.text("x"))) == ["jsonrpc": "2.0", "id": "x", "result": [:]])
    #expect(
      try json(Envelope.error(.missingCapability("ask", needed: #"{"sampling":{}}"#), .integer(.min)))
        == [
          "jsonrpc": "2.0", "id": .int(.min),
          "error": ["code": -32021, "message": "ask", "data": ["requiredCapabilities": ["sampling": [:]]]],
        ])
    #expect(
      try json(Envelope.error(.parse("x"), nil))
        == ["jsonrpc": "2.0", "error": ["code": -32700, "message": "this is no JSON: x"]])
  }

  @Test func namesTheRevisionsThatItSpeaks() throws {
    let error = RPCError.unsupportedVersion("2099-01-01")
    #expect(
      try JSON(parsing: error.data ?? "") == ["supported": ["2026-07-28"], "requested": "2099-01-01"])
    #expect(error.httpStatus == 400)
    #expect(RPCError.unknown(method: "x").httpStatus == 404)
    #expect(RPCError(code: 1005, message: "").httpStatus == 200)
  }

  @Test(arguments: [
    ("2025-06-18", "2025-06-18"), ("2024-11-05", "2024-11-05"), ("2026-07-28", "2025-11-25"), ("x", "2025-11-25"),
    (nil, "2025-11-25"),
  ])
  func agreesOnARevision(wish: String?, version: String) {
    #expect(ProtocolVersion.negotiated(wish) == version)
    #expect(Era.legacy(version).version == version && !Era.legacy(version).isModern)
  }

  @Test(arguments: [
    ("read_file", "read_file"), ("a\r\nX: y", "=?base64?YQ0KWDogeQ==?="), (" a", "=?base64?IGE=?="), ("", ""),
    ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="), ("é", "=?base64?w6k=?="), ("a\tb", "a\tb"),
    ("a\t", "=?base64?YQk=?="),
  ])
  func writesHeadersThatNothingCanBreak(value: String, header: String) {
    #expect(HeaderText.encode(value) == header)
    #expect(HeaderText.decode(header) == value)
  }

  @Test(arguments: [
    ("tasks_get", "tasks_get"), ("=?base64??=", ""), ("=?base64?!?=", nil), ("=?base64?/w==?=", nil),
    ("=?base64?w6k=", "=?base64?w6k="), ("=?base64?=", "=?base64?="),
  ])
  func readsHeaders(header: String, value: String?) {
    #expect(HeaderText.decode(header) == value)
  }

  @Test func marksAHostByItsStorageFolder() {
    #expect(HostMark.of(storageFolder: "") == "cbf29ce484222325")
    #expect(HostMark.of(storageFolder: "a") == "af63dc4c8601ec8c")
  }
}
