import Glibc
import PluginKit
import PluginTesting
import Testing

@testable import AuthPlugin

/// The plugin alone. Signing in and everything that browsers and programs do is tested with a host, by
/// Tests/EndToEnd/clients/identity.py.
@Suite struct PluginTests {
  @Test func doesNotStartWithoutStorage() async throws {
    var template = Array("/tmp/orchestron-auth-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    defer {
      unlink("\(folder)/token")
      rmdir(folder)
    }
    let failure = await #expect(throws: Failure.self) { try await FakeHost.run(authEntry, storage: folder) { _ in } }
    #expect(failure?.status == .notFound)
    #expect(failure?.message.contains("storage.declare") == true)
  }
}
