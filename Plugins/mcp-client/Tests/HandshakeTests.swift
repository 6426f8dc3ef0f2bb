import CPluginSDK
import MCPProtocol
import PluginKit
import PluginTesting
import Testing

@testable import MCPClientPlugin

/// How a session gets acquainted with a server, and hears of changes.
@Suite struct HandshakeTests {
  private static let modern: Value = [
    "supportedVersions": ["2026-07-28"], "capabilities": ["tools": ["listChanged": true]],
  ]
  private static let legacy: Value = ["protocolVersion": "2025-06-18", "capabilities": ["tools": [:]]]

  @Test func speaksTheNewestRevisionWithWhoKnowsIt() async throws {
    try await Talk.run { talk in
      #expect(talk.sent == ["server/discover"])
      try talk.answer("server/discover", Self.modern)
      #expect(talk.session.era == .modern && talk.outcome == "open")
      #expect(talk.sent == ["server/discover", "subscriptions/listen"])
    }
  }

  @Test func beginsASessionWithWhoRefusesTheQuestion() async throws {
    try await Talk.run { talk in
      try talk.refuse("server/discover", -32601)
      try talk.answer("initialize", Self.legacy)
      #expect(talk.session.era == .legacy("2025-06-18") && talk.outcome == "open")
      #expect(talk.sent == ["server/discover", "initialize", "notifications/initialized"])
    }
  }

  @Test func beginsASessionWithWhoKeepsSilent() async throws {
    try await Talk.run { talk in
      talk.wait(10_000)
      #expect(talk.sent == ["server/discover", "initialize"])
      try talk.answer("initialize", Self.legacy)
      #expect(talk.session.era == .legacy("2025-06-18") && talk.outcome == "open")
    }
  }

  @Test func takesALateAnswerForOne() async throws {
    try await Talk.run { talk in
      talk.wait(10_000)
      #expect(talk.sent == ["server/discover", "initialize"])
      try talk.answer("server/discover", Self.modern)
      #expect(talk.session.era == .modern && talk.outcome == "open")
      // What comes of the second question does not matter any more.
      try talk.answer("initialize", Self.legacy)
      #expect(talk.session.era == .modern)
      #expect(talk.sent == ["server/discover", "initialize", "subscriptions/listen"])
    }
  }

  @Test func waitsForTheFirstAnswerWhenTheSecondIsARefusal() async throws {
    try await Talk.run { talk in
      talk.wait(10_000)
      try talk.refuse("initialize", -32022)
      #expect(talk.outcome == nil)
      try talk.answer("server/discover", Self.modern)
      #expect(talk.session.era == .modern && talk.outcome == "open")
    }
  }

  @Test func goesOnWithTheSecondWhenTheFirstIsALateRefusal() async throws {
    try await Talk.run { talk in
      talk.wait(10_000)
      try talk.refuse("server/discover", -32601)
      #expect(talk.outcome == nil)
      try talk.answer("initialize", Self.legacy)
      #expect(talk.session.era == .legacy("2025-06-18") && talk.outcome == "open")
    }
  }

  @Test func givesUpWithWhoAnswersNothing() async throws {
    try await Talk.run { talk in
      talk.wait(200_000)
      #expect(talk.outcome?.contains("has not answered") == true)
    }
  }

  @Test func listensAgainAndLooksWhetherSomethingHasChanged() async throws {
    try await Talk.run { talk in
      try talk.answer("server/discover", Self.modern)
      try talk.tell("notifications/subscriptions/acknowledged", [:])
      #expect(talk.changes == 0)
      try talk.tell("notifications/tools/list_changed", [:])
      #expect(talk.changes == 1)
      // The server ends it in either way; what happens until it is open again is not told.
      try talk.answer("subscriptions/listen", [:])
      talk.wait(1000)
      #expect(talk.sent.filter { $0 == "subscriptions/listen" }.count == 2)
      try talk.tell("notifications/subscriptions/acknowledged", [:])
      #expect(talk.changes == 2)
      try talk.tell("notifications/cancelled", ["requestId": .int(Int64(talk.last("subscriptions/listen")))])
      talk.wait(1000)
      #expect(talk.sent.filter { $0 == "subscriptions/listen" }.count == 3)
    }
  }

  @Test func doesNotListenToWhoRefuses() async throws {
    try await Talk.run { talk in
      try talk.answer("server/discover", Self.modern)
      try talk.refuse("subscriptions/listen", -32601)
      talk.wait(100_000)
      #expect(talk.sent.filter { $0 == "subscriptions/listen" }.count == 1)
    }
  }
}

/// A session with a server that the test speaks for.
@Loop private final class Talk: Transport {
  var received: (JSONValue) -> Void = { _ in }
  var failed: (Int, RequestFailure) -> Void = { _, _ in }
  var ended: (Failure) -> Void = { _ in }
  var missed: () -> Void = {}
  let isProgram = true
  private(set) var messages: [(id: Int?, method: String)] = []
  private(set) var changes = 0
  /// How opening ended.
  private(set) var outcome: String?
  private(set) var session: Session!
  private let fake: FakeHost
  private let host: Host

  var sent: [String] { messages.map(\.method) }

  private init(_ fake: FakeHost, _ host: Host) {
    self.fake = fake
    self.host = host
  }

  static func run(_ body: @escaping @Loop (Talk) throws -> Void) async throws {
    try await FakeHost.run(Lender.entry) { fake throws in
      let talk = Talk(fake, try #require(Lender.current).host)
      let session = Session(talk, name: "s", timeout: 60_000, host: talk.host)
      talk.session = session
      session.toolsChanged = { talk.changes += 1 }
      Loop.task {
        do throws(Failure) {
          try await session.open(isLegacy: false, own: "")
          talk.outcome = "open"
        } catch {
          talk.outcome = error.message
        }
      }
      fake.settle()
      try body(talk)
      session.close()
      fake.settle()
    }
  }

  func agree(on era: Era) {}
  func listen() {}
  func send(_ message: Outgoing) throws(Failure) {
    let method = (try? host.parse(message.body))?["method"].string ?? ""
    messages.append((message.id, method))
  }
  func giveUp(_ request: Int) -> Bool { false }
  func close() {}

  func wait(_ milliseconds: Int) { fake.advance(milliseconds: milliseconds) }

  /// The id of the last request of a method.
  func last(_ method: String) -> Int { messages.last { $0.method == method }?.id ?? -1 }

  func answer(_ method: String, _ result: Value) throws {
    try take(["id": .int(Int64(last(method))), "result": result])
  }

  func refuse(_ method: String, _ code: Int64) throws {
    try take(["id": .int(Int64(last(method))), "error": ["code": .int(code), "message": "no"]])
  }

  func tell(_ method: String, _ params: Fields) throws {
    try take(["method": .string(method), "params": .object(params)])
  }

  private func take(_ message: Fields) throws {
    var message = message
    message["jsonrpc"] = "2.0"
    received(try host.parse(message.json))
    fake.settle()
  }
}

/// A plugin that lends its host.
@Loop private final class Lender: Plugin {
  nonisolated static let id = "lender"
  nonisolated static let version = "1.0.0"
  static weak var current: Lender?

  let host: Host

  init(host: Host, config: JSONValue) throws {
    self.host = host
    Self.current = self
  }
}
