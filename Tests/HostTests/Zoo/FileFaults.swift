import Glibc
import Testing

@testable import OrchestronHost

/// Files that are no plugin library: refused before `dlopen`, by the path and one sentence.
@Suite struct FileFaults {
  private func expectRefused(_ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation)
    throws
  {
    let zoo = try Zoo(fixture)
    try zoo.expectFailed(fixture, pattern, at: location)
  }

  @Test func refusesATruncatedLibraryOfAnyLength() throws {
    let zoo = try Zoo("truncated")
    let broken = zoo.host.host.lifecycle.plugins.map(\.id).filter { $0.hasPrefix("at-") }
    #expect(broken.count == 8)
    for id in broken { try zoo.expectFailed(id, #"truncated: it has \d+ of at least \d+ bytes"#) }
  }

  @Test func refusesAnEmptyFile() throws { try expectRefused("empty-file", "an empty file") }

  @Test func refusesATextFile() throws { try expectRefused("text-file", "a text file") }

  @Test func refusesAScriptWithoutRunningIt() throws {
    try expectRefused("shell-script", "a script")
    #expect(access(try Fixtures.path("shell-script") + "/it-ran", F_OK) != 0)
  }

  @Test func refusesAFolderInPlaceOfALibrary() throws { try expectRefused("folder-as-library", "is a folder") }

  @Test(.timeLimit(.minutes(1))) func refusesANamedPipeWithoutWaitingForIt() throws {
    try expectRefused("pipe-as-library", "not a regular file")
  }

  @Test func namesTheLibraryThatIsMissing() throws {
    try expectRefused("missing-library", #"libmissing-library\.so.*does not exist"#)
  }

  @Test func refusesAnObjectFile() throws { try expectRefused("object-file", "an object file, not a shared library") }

  @Test func refusesAProgram() throws { try expectRefused("executable", "a program, not a shared library") }

  @Test func refusesAPositionIndependentProgram() throws {
    try expectRefused("executable-pie", "a program, not a shared library")
  }

  @Test func refusesALibraryForAnotherMachine() throws {
    try expectRefused("wrong-machine", "built for aarch64, this host is")
  }

  @Test func refusesA32BitLibrary() throws { try expectRefused("wrong-class", "32-bit") }

  @Test func refusesABigEndianLibrary() throws { try expectRefused("wrong-byte-order", "big-endian") }

  @Test func refusesASegmentThatWrapsAround() throws { try expectRefused("overflowing-segment", "damaged|truncated") }

  @Test func refusesProgramHeadersBeyondTheFile() throws { try expectRefused("headers-outside", "damaged|truncated") }

  @Test func refusesALibraryWithoutSegments() throws { try expectRefused("no-segments", "damaged") }

  @Test func namesTheLibraryThatALibraryNeeds() throws {
    try expectRefused("unresolvable-library", #"libzoo-absent\.so"#)
  }

  @Test func namesTheFunctionThatNobodyDefines() throws { try expectRefused("unresolved-symbol", "zoo_by_nobody") }

  @Test func livesWhenALibraryIsOverwrittenWhileLoaded() throws {
    let folder = try TestFolder()
    try folder.write("plain/plugin.json", try TestFolder.read(try Fixtures.path("plain") + "/plugin.json"))
    let library = try folder.write(
      "plain/libplain.so", try TestFolder.read(try Fixtures.path("plain") + "/libplain.so"))
    let host = try TestHost([folder.path])
    try host.start()
    #expect(try host.call("plain.run").answer == .null)
    let size = try TestFolder.read(library).count
    try folder.write("plain/libplain.so", [UInt8](repeating: 0, count: size))
    #expect(try host.call("plain.seen").answer == -1)
    #expect(truncate(library, 0) == 0)
    #expect(try host.call("plain.run").answer == .null)
  }

  @Test func keepsClashingSymbolsApart() throws {
    let zoo = try Zoo("clashing-symbol")
    try zoo.expectRun("clashing-first", answers: 1)
    try zoo.expectRun("clashing-second", answers: 2)
    try zoo.expectAlive()
  }
}
