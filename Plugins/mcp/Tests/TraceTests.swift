import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// To which trace the calls of a request belong.
@Suite struct TraceTests {
  private static let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  /// The traceparent with which the method of a tool is called.
  @Loop
  private func trace(_ site: Site, _ meta: [String: JSON]) -> String {
    site.host.answer("tasks.get", with: .success(["key": "ORC-1"]))
    let call: [String: JSON] = ["name": "tasks_get", "arguments": ["id": "ORC-1"]]
    #expect(site.ask("tools/call", call, meta: Site.meta(meta)).code == 200)
    return String(site.host.acted.last?.split(separator: " ", omittingEmptySubsequences: false).last ?? "none")
  }

  @Test func isTheOneThatTheClientNames() async throws {
    try await Site.run { site in
      #expect(trace(site, ["traceparent": .string(Self.given)]) == Self.given)
      #expect(
        trace(site, ["traceparent": .string(Self.given), "tracestate": "vendor=1", "baggage": "a=b"]) == Self.given)
      let later = "01" + Self.given.dropFirst(2) + "-more"
      #expect(trace(site, ["traceparent": .string(later)]) == later)
    }
  }

  @Test(arguments: [
    "", "x", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-0-0-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
  ])
  func isNoneWhenItIsMalformed(text: String) async throws {
    try await Site.run { site in
      #expect(trace(site, ["traceparent": .string(text)]) == "")
      #expect(trace(site, ["traceparent": 7]) == "")
    }
  }
}
