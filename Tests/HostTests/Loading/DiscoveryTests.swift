import Glibc
import Testing

@testable import OrchestronHost

@Suite struct DiscoveryTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func plugin(_ name: String, id: String, more: String = "") throws {
    try folder.write(name + "/plugin.json", #"{"id": "\#(id)", "version": "1.0.0"\#(more)}"#)
  }

  @Test func findsThePluginsOfAFolderSortedByFolderName() throws {
    for id in ["tasks", "auth", "storage"] { try plugin("plugins/" + id, id: id) }
    let findings = Discovery.scan([folder.path + "/plugins"])
    #expect(findings.manifests.map(\.id) == ["auth", "storage", "tasks"])
    #expect(findings.manifests.map(\.folder) == ["auth", "storage", "tasks"].map { "\(folder.path)/plugins/\($0)" })
    #expect(findings.faults.isEmpty)
  }

  @Test func takesAPluginsOwnFolderAsARoot() throws {
    try plugin("rice", id: "rice")
    try plugin("rice/examples/other", id: "other")
    #expect(Discovery.scan([folder.path + "/rice//"]).manifests.map(\.folder) == [folder.path + "/rice"])
  }

  @Test func keepsTheOrderOfTheRoots() throws {
    try plugin("b/one", id: "one")
    try plugin("a/two", id: "two")
    #expect(Discovery.scan([folder.path + "/b", folder.path + "/a"]).manifests.map(\.id) == ["one", "two"])
  }

  @Test func passesOverWhatIsNoPlugin() throws {
    try folder.makeFolder("plugins/empty")
    try folder.write("plugins/README.md", "x")
    try plugin("plugins/.hidden", id: "hidden")
    try folder.link("plugins/dangling", to: "nowhere")
    let findings = Discovery.scan([folder.path + "/plugins"])
    #expect(findings == Discovery.Findings())
  }

  @Test func opensNoLibrary() throws {
    // A pipe in the library's place would block who opens it.
    try plugin("plugins/rice", id: "rice")
    #expect(mkfifo(folder.path + "/plugins/rice/librice.so", 0o600) == 0)
    #expect(Discovery.scan([folder.path + "/plugins"]).manifests.map(\.id) == ["rice"])
  }

  @Test func reportsABadManifestAndGoesOn() throws {
    try plugin("plugins/a", id: "a")
    try folder.write("plugins/b/plugin.json", "{")
    try plugin("plugins/c", id: "c", more: #", "vresion": 1"#)
    try folder.makeFolder("plugins/d/plugin.json")
    try folder.write("plugins/e/plugin.json", [UInt8](repeating: 0x20, count: 1 << 20 + 1))
    try folder.makeFolder("plugins/f")
    #expect(mkfifo(folder.path + "/plugins/f/plugin.json", 0o600) == 0)
    try plugin("plugins/z", id: "z")
    let findings = Discovery.scan([folder.path + "/plugins"])
    #expect(findings.manifests.map(\.id) == ["a", "z"])
    #expect(
      findings.faults.map(\.path) == ["b", "c", "d", "e", "f"].map { "\(folder.path)/plugins/\($0)/plugin.json" })
    #expect(findings.faults[1].reason == #"unknown key "vresion"; did you mean "version"?"#)
    #expect(findings.faults[2].reason == "this is not a regular file; put a file in its place")
    #expect(findings.faults[3].reason == "the file has 1048577 bytes; the limit is 1 MiB")
    #expect(findings.faults[4].reason == "this is not a regular file; put a file in its place")
  }

  @Test func usesTheFirstOfTwoPluginsWithOneIdAndNamesBoth() throws {
    try plugin("first/rice", id: "rice")
    try plugin("second/other-rice", id: "rice")
    let findings = Discovery.scan([folder.path + "/first", folder.path + "/second"])
    #expect(findings.manifests.map(\.folder) == [folder.path + "/first/rice"])
    #expect(
      findings.faults == [
        PluginFault(
          path: "\(folder.path)/second/other-rice/plugin.json",
          reason:
            "plugin \"rice\" (entry orch_plugin_rice) is already declared by \(folder.path)/first/rice/plugin.json, "
            + "which is used; remove one of the two folders or change its id")
      ])
  }

  @Test func leavesNoTwoIdsWithOneSymbol() throws {
    // The id a_b would share the symbol of a-b; it is no valid id, so the pair cannot arise.
    try plugin("plugins/x", id: "a-b")
    try plugin("plugins/y", id: "a_b")
    let findings = Discovery.scan([folder.path + "/plugins"])
    #expect(findings.manifests.map(\.entrySymbol) == ["orch_plugin_a_b"])
    #expect(findings.faults.map(\.path) == ["\(folder.path)/plugins/y/plugin.json"])
  }

  @Test func countsAFolderThatIsReachedTwiceOnce() throws {
    try plugin("plugins/rice", id: "rice")
    try folder.link("again", to: "plugins")
    let roots = ["/plugins", "/again", "/plugins/rice"].map { folder.path + $0 }
    let findings = Discovery.scan(roots)
    #expect(findings.manifests.count == 1)
    #expect(findings.faults.isEmpty)
  }

  @Test func reportsARootThatCannotBeRead() throws {
    let file = try folder.write("file", "x")
    #expect(
      Discovery.scan([folder.path + "/none", file]).faults == [
        PluginFault(
          path: folder.path + "/none",
          reason: "this plugin folder does not exist; create it, or remove it from the plugin path"),
        PluginFault(
          path: file,
          reason: "this is not a folder; name the folder that holds plugin.json, or a folder of such folders"),
      ])
  }

  @Test func leaksNoDescriptor() throws {
    try plugin("plugins/a", id: "a")
    try folder.write("plugins/b/plugin.json", "{")
    let roots = [folder.path + "/plugins", folder.path + "/plugins/a", folder.path + "/none"]
    _ = Discovery.scan(roots)
    let before = dup(0)
    close(before)
    for _ in 0..<50 { _ = Discovery.scan(roots) }
    let after = dup(0)
    close(after)
    #expect(after < before + 50)
  }
}
