import CPluginSDK
import MCPProtocol
import PluginKit
import PluginTesting
import Testing

/// Messages, as they are read from what the other side sends.
@Suite struct ReadingTests {
  @Test func tellsRequestsNotificationsAndAnswersApart() async throws {
    try await reading { read in
      guard case .request(.text("a"), "tools/list", let params) = try read(#"{"id":"a","method":"tools/list"}"#) else {
        throw Unexpected()
      }
      #expect(params.kind == .absent)
      guard
        case .notification("notifications/progress", let params) = try read(
          #"{"method":"notifications/progress","params":{"progress":1}}"#)
      else { throw Unexpected() }
      #expect(params["progress"].int == 1)
      guard case .response(.integer(7), let result, let error) = try read(#"{"id":7,"result":{"tools":[]}}"#) else {
        throw Unexpected()
      }
      #expect(result["tools"].kind == .array && error.kind == .absent)
    }
  }

  @Test func readsAnErrorThatKnowsNoRequest() async throws {
    try await reading { read in
      let text = #"{"id":null,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}"#
      guard case .response(nil, _, let error) = try read(text) else { throw Unexpected() }
      #expect(RPCError(error) == RPCError(code: -32022, message: "no", data: #"{"supported":["2026-07-28"]}"#))
    }
  }

  @Test func readsAnErrorThatLacksEverything() async throws {
    try await reading { read in
      guard case .response(.integer(1), _, let error) = try read(#"{"id":1,"error":{"code":"x"}}"#) else {
        throw Unexpected()
      }
      #expect(RPCError(error) == RPCError(code: 0, message: ""))
    }
  }

  @Test(arguments: [
    #"{"id":null,"method":"ping"}"#, #"{"id":1.5,"method":"ping"}"#, #"{"id":{},"method":"ping"}"#, #"{"method":7}"#,
    #"{"method":"a","params":[]}"#, #"{"id":1}"#, #"{"result":{}}"#, #"{"id":null,"result":{}}"#,
    #"{"id":1,"error":5}"#,
    #"{"id":99999999999999999999,"method":"ping"}"#,
  ])
  func refusesWhatIsNoMessage(text: String) async throws {
    try await reading { read in
      let malformed = #expect(throws: Message.Malformed.self) { try read(text) }
      #expect(malformed?.error.code == -32600)
      #expect(malformed?.error.httpStatus == 400)
    }
  }

  @Test func refusesOtherVersionsOfJSONRPCAndBatches() async throws {
    try await FakeHost.run(Reader.entry) { host throws in
      let plugin = try #require(Reader.current)
      for text in [#"{"jsonrpc":"1.0","id":4,"method":"ping"}"#, #"{"id":4,"method":"ping"}"#] {
        let json = try plugin.host.parse(text)
        #expect((#expect(throws: Message.Malformed.self) { try Message(json) })?.id == .integer(4))
      }
      for text in [#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "1", "null"] {
        let json = try plugin.host.parse(text)
        #expect(throws: Message.Malformed.self) { try Message(json) }
      }
    }
  }

  private struct Unexpected: Error {}

  /// Runs `body` with a function that reads the members of a message.
  private func reading(_ body: @escaping @Loop ((String) throws -> Message) throws -> Void) async throws {
    try await FakeHost.run(Reader.entry) { host throws in
      let plugin = try #require(Reader.current)
      try body { try Message(try plugin.host.parse(#"{"jsonrpc":"2.0","# + $0.dropFirst())) }
    }
  }
}

/// A plugin that lends its host, which reads JSON.
@Loop private final class Reader: Plugin {
  nonisolated static let id = "reader"
  nonisolated static let version = "1.0.0"
  static weak var current: Reader?

  let host: Host

  init(host: Host, config: JSONValue) throws {
    self.host = host
    Self.current = self
  }
}
