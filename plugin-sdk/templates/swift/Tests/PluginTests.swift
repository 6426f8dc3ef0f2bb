import PluginKit
import PluginTesting
import Testing

@testable import @NAME@Plugin

@Suite struct @NAME@Tests {
  @Test func greetsAndTellsIt() async throws {
    try await FakeHost.run(entry) { host in
      let greeting = try host.call("@SYMBOL@.greet", ["name": "Ada"])
      #expect(greeting == ["greeting": "Hello", "name": "Ada"])
      #expect(host.events.map(\.topic) == ["@ID@:greeted"])
      #expect(host.events.map(\.data) == [greeting])
    }
  }

  @Test func refusesAnEmptyName() async throws {
    try await FakeHost.run(entry) { host in
      #expect(throws: Failure.self) { try host.call("@SYMBOL@.greet", ["name": ""]) }
      #expect(host.events.isEmpty)
    }
  }

  @Test func answersItsExamples() async throws {
    try await FakeHost.run(entry) { host in
      #expect(host.checkExamples() == 4)
    }
  }
}
