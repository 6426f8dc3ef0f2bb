import Glibc
import Testing

@testable import OrchestronHost

/// The checklist `Tests/Fixtures/README.md` is complete: every fixture is in it, and every test of it is here.
@Suite struct ChecklistTests {
  private static let here = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
  private static let fixtures = here + "/../../Fixtures"

  private func names(in folder: String) throws -> [String] {
    let stream = try #require(opendir(folder))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names.filter { !$0.hasPrefix(".") }
  }

  private func text(_ path: String) throws -> String { String(decoding: try TestFolder.read(path), as: UTF8.self) }

  @Test func namesEveryFixture() throws {
    let checklist = try text(ChecklistTests.fixtures + "/README.md")
    let fixtures = try names(in: ChecklistTests.fixtures + "/plugins")
    #expect(fixtures.count > 150)
    for fixture in fixtures {
      #expect(
        checklist.contains(try Regex(#"\| \#(fixture)(?![a-z0-9-])|\#(fixture)/"#)),
        "\(fixture) is not in the checklist")
    }
  }

  @Test func hasATestForEveryRow() throws {
    let checklist = try text(ChecklistTests.fixtures + "/README.md")
    let tests = try names(in: ChecklistTests.here).map { try text(ChecklistTests.here + "/" + $0) }.joined()
    let validator = try #require(checklist.ranges(of: "## The validator").first)
    var count = 0
    for row in checklist[..<validator.lowerBound].matches(of: /\| `([a-zA-Z0-9]+)` \|\n/) {
      count += 1
      #expect(tests.contains("func \(row.1)("), "the test \(row.1) is missing")
    }
    #expect(count > 80)
  }
}
