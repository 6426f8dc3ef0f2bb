import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

/// The plugin alone. Its services are tested over the real storage, in the tests of the host.
@Suite struct CoreTests {
  @Test func doesNotStartWithoutStorage() async {
    let failure = await #expect(throws: Failure.self) { try await FakeHost.run(coreEntry) { _ in } }
    #expect(failure?.status == .notFound)
    #expect(failure?.message.contains("storage.declare") == true)
  }
}
