import Testing

@testable import OrchestronHost

/// The service `projects` of the bundled plugin core, over the real storage.
@Suite struct ProjectsTests {
  @Test func beginsWithOneProject() throws {
    let host = try TestHost.withCore()
    let page = try host.call("projects.list").answer
    #expect(page?["items"]?.array?.count == 1)
    #expect(page?["items"]?[0]?["revision"] == 1)
    #expect(page?["next"] == .null)
  }
}
