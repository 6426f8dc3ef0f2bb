import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct ManifestTests {
  private func parse(_ text: String) throws -> Manifest { try Manifest(parsing: Array(text.utf8), folder: "/p/rice") }

  @Test func readsEveryKey() throws {
    let manifest = try parse(
      """
      {"id": "rice-score", "version": "1.2.0", "name": "RICE", "description": "Scores tasks", "library": "lib/rice.so",
       "provides": {"rice": "1.0.0", "mcp_x": "0.1.0-beta"}, "requires": {"storage": ">=1.2 <2"}, "optional": {"tasks": "*"},
       "permissions": ["net", "spawn:git"], "essential": true, "isolation": "process",
       "configSchema": {"type": "object"}}
      """)
    #expect(manifest.folder == "/p/rice")
    #expect(manifest.file == "/p/rice/plugin.json")
    #expect(manifest.id == "rice-score")
    #expect(manifest.entrySymbol == "orch_plugin_rice_score")
    #expect(manifest.version == Version(1, 2, 0))
    #expect(manifest.name == "RICE")
    #expect(manifest.description == "Scores tasks")
    #expect(manifest.library == "lib/rice.so")
    #expect(manifest.provides == ["rice": Version(1, 0, 0), "mcp_x": try Version(parsing: "0.1.0-beta")])
    #expect(manifest.requires == ["storage": try VersionRange(parsing: ">=1.2 <2")])
    #expect(manifest.optional == ["tasks": .any])
    #expect(manifest.permissions == ["net", "spawn:git"])
    #expect(manifest.essential)
    #expect(manifest.isolation == .process)
    #expect(manifest.configSchema == .inline(["type": "object"]))
  }

  @Test func fillsInWhatIsAbsent() throws {
    let manifest = try parse(#"{"id": "rice", "version": "1.0.0"}"#)
    #expect(manifest.name == "rice")
    #expect(manifest.description == "")
    #expect(manifest.library == "librice.so")
    #expect(manifest.provides.isEmpty && manifest.requires.isEmpty && manifest.optional.isEmpty)
    #expect(manifest.permissions.isEmpty)
    #expect(!manifest.essential)
    #expect(manifest.isolation == .inProcess)
    #expect(manifest.configSchema == .conventional)
  }

  @Test(arguments: [
    (#"[]"#, #"a manifest is a JSON object; write {"id": …, "version": …}"#),
    (#"{"version": "1.0.0"}"#, #"key "id" is missing; add the plugin's id, for instance "my-plugin""#),
    (#"{"id": "a"}"#, #"key "version" is missing; add the plugin's version, for instance "1.0.0""#),
    (#"{"id": "a", "vresion": "1.0.0"}"#, #"unknown key "vresion"; did you mean "version"?"#),
    (
      #"{"id": "a", "zebra": 1}"#,
      #"unknown key "zebra"; known keys are id, version, name, description, library, provides, requires, optional, permissions, essential, isolation, configSchema"#
    ),
    (#"{"id": 7, "version": "1.0.0"}"#, #""id" must be a text in quotes"#),
    (#"{"id": "a", "version": 1}"#, #""version" must be a text in quotes"#),
    (
      #"{"id": "a", "version": "1.0"}"#,
      #"key "version": "1.0" is not a full version; write three numbers, for instance "1.0.0""#
    ),
    (#"{"id": "a", "version": "1.0.0", "essential": "yes"}"#, #""essential" must be true or false"#),
    (
      #"{"id": "a", "version": "1.0.0", "isolation": "thread"}"#,
      #""isolation" is "thread"; write "in-process" or "process""#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "permissions": "net"}"#,
      #""permissions" must be an array of permission names in quotes"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "permissions": [1]}"#,
      #""permissions" must be an array of permission names in quotes"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "permissions": [""]}"#,
      #""permissions" must be an array of permission names in quotes"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "provides": ["rice"]}"#,
      #""provides" must be an object from service to version, for instance {"storage": "1.0.0"}"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "provides": {"rice": 1}}"#,
      #""provides" must give a version in quotes for service "rice""#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "provides": {"rice": "^1.0"}}"#,
      #""provides", service "rice": "^1.0" is not a version; write numbers such as "1.2.3" or "1.2.3-beta.1""#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "requires": {"rice": ">= 1"}}"#,
      #""requires", service "rice": ">= 1" has ">=" without a version; write both without a space, for instance ">=1.2""#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "requires": {"Rice.x": "*"}}"#,
      #""requires" names service "Rice.x"; a service name begins with a letter a-z, continues with a-z, 0-9 and "_", and has at most 64 characters"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "requires": {"x": "*"}, "optional": {"x": "*"}}"#,
      #"service "x" is in "requires" and in "optional"; keep one of the two"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "configSchema": true}"#,
      #""configSchema" must be a JSON Schema (an object) or the path of a file that holds one"#
    ),
    (
      #"{"id": "a", "version": "1.0.0", "configSchema": "../x.json"}"#,
      #""configSchema" is "../x.json"; write a path relative to the plugin's folder that stays inside it"#
    ),
  ])
  func namesTheFileAndTheFix(text: String, reason: String) {
    #expect(throws: PluginFault(path: "/p/rice/plugin.json", reason: reason)) { try parse(text) }
  }

  @Test(arguments: ["", "A", "1a", "-a", "a_b", "a.b", "a b", "ä", String(repeating: "a", count: 65), "a\u{0}", "a-b "])
  func refusesAnIdThatCouldNotBeASymbol(id: String) throws {
    let escaped = JSON.string(id).text
    let fault = #expect(throws: PluginFault.self) { try parse(#"{"id": \#(escaped), "version": "1.0.0"}"#) }
    #expect(fault?.reason.contains("an id begins with a letter a-z") == true)
  }

  @Test(arguments: ["a", "a-b", "a1", "a--", String(repeating: "a", count: 64)])
  func acceptsAnIdThatIsWellFormed(id: String) throws {
    #expect(try parse(#"{"id": "\#(id)", "version": "1.0.0"}"#).id == id)
  }

  @Test(arguments: ["", "/lib/a.so", "../a.so", "x/../../a.so", "x/..", "..", "x//a.so", "x/", "a\\u0000.so"])
  func refusesALibraryOutsideOfTheFolder(path: String) {
    let fault = #expect(throws: PluginFault.self) {
      try parse(#"{"id": "a", "version": "1.0.0", "library": "\#(path)"}"#)
    }
    #expect(fault?.reason.contains("stays inside it") == true)
  }

  @Test func quotesTheParserWhenTheTextIsNotJSON() {
    let fault = #expect(throws: PluginFault.self) { try parse(#"{"id": "a",}"#) }
    #expect(fault?.path == "/p/rice/plugin.json")
    #expect(fault?.reason.hasPrefix("this is not valid JSON: ") == true)
  }

  @Test func refusesAKeyThatStandsTwice() {
    let fault = #expect(throws: PluginFault.self) { try parse(#"{"id": "a", "version": "1.0.0", "id": "b"}"#) }
    #expect(fault?.reason.contains("\"id\"") == true)
  }

  @Test func survivesAnyBytes() throws {
    let template = Array(
      #"{"id":"rice","version":"1.2.0","provides":{"rice":"1.0.0"},"requires":{"storage":"^1.2"},"permissions":["net"]}"#
        .utf8)
    var random = SeededGenerator(seed: 11)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = template
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[at] = .random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
        }
      }
      do throws(PluginFault) {
        let manifest = try Manifest(parsing: bytes, folder: "/p")
        accepted += 1
        #expect(isPluginID(manifest.id))
      } catch {
        #expect(error.path == "/p/plugin.json")
      }
    }
    #expect(accepted > 0)
  }
}

@Suite struct ManifestFilesTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func manifest(_ more: String = "", folder name: String = "rice") throws -> Manifest {
    try Manifest(parsing: Array(#"{"id": "rice", "version": "1.0.0"\#(more)}"#.utf8), folder: folder.path + "/" + name)
  }

  @Test func findsTheLibraryInTheFolder() throws {
    let path = try folder.write("rice/librice.so", "x")
    #expect(try manifest().libraryPath() == path)
  }

  @Test func followsLinksThatStayInside() throws {
    let path = try folder.write("rice/build/v2/librice.so", "x")
    try folder.link("rice/librice.so", to: "build/v2/librice.so")
    #expect(try manifest().libraryPath() == path)
  }

  @Test func acceptsAFolderThatIsALinkItself() throws {
    let path = try folder.write("real/librice.so", "x")
    try folder.link("rice", to: "real")
    #expect(try manifest().libraryPath() == path)
  }

  @Test func refusesALinkThatLeadsOutOfTheFolder() throws {
    try folder.write("elsewhere/librice.so", "x")
    try folder.makeFolder("rice")
    try folder.link("rice/librice.so", to: "../elsewhere/librice.so")
    #expect(
      throws: PluginFault(
        path: "\(folder.path)/rice/librice.so",
        reason:
          "this leads to \(folder.path)/elsewhere/librice.so, outside of the plugin's folder; put the file itself into the folder"
      )
    ) { try manifest().libraryPath() }
  }

  @Test func refusesALinkedSubfolderThatLeadsToASiblingWithTheSameBeginning() throws {
    try folder.write("rice-evil/librice.so", "x")
    try folder.makeFolder("rice")
    try folder.link("rice/lib", to: "../rice-evil")
    let fault = #expect(throws: PluginFault.self) { try manifest(#", "library": "lib/librice.so""#).libraryPath() }
    #expect(fault?.reason.contains("outside of the plugin's folder") == true)
  }

  @Test func saysThatTheLibraryIsMissing() throws {
    try folder.makeFolder("rice")
    #expect(
      throws: PluginFault(
        path: "\(folder.path)/rice/plugin.json",
        reason: #""library" is "librice.so", which does not exist; build the plugin, or correct the key "library""#)
    ) { try manifest().libraryPath() }
  }

  @Test func readsTheSchemaFromWhereItIs() throws {
    try folder.makeFolder("none")
    #expect(try manifest(folder: "none").schema() == nil)
    try folder.write("usual/config.schema.json", #"{"type": "object"}"#)
    #expect(try manifest(folder: "usual").schema() == ["type": "object"])
    try folder.write("named/x/schema.json", #"{"type": "string"}"#)
    #expect(try manifest(#", "configSchema": "x/schema.json""#, folder: "named").schema() == ["type": "string"])
    #expect(try manifest(#", "configSchema": {"type": "null"}"#, folder: "none").schema() == ["type": "null"])
  }

  @Test func saysWhatIsWrongWithTheSchemaFile() throws {
    try folder.makeFolder("rice")
    #expect(
      throws: PluginFault(
        path: "\(folder.path)/rice/plugin.json",
        reason: #""configSchema" is "s.json", which does not exist; add the file, or correct the key "configSchema""#)
    ) { try manifest(#", "configSchema": "s.json""#).schema() }
    let path = try folder.write("rice/config.schema.json", "{")
    let fault = #expect(throws: PluginFault.self) { try manifest().schema() }
    #expect(fault?.path == path)
  }
}
