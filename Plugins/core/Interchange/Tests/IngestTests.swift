import Glibc
import PluginData
import PluginTesting
import Testing

@testable import Interchange

struct JUnitTests {
  @Test func readsOutcomesMessagesAndTimes() throws {
    let run = try JUnitReader.read(fixture("junit.xml"))
    #expect(run.tests.map(\.name) == ["reads <days>", "refuses", "crashes", "later", "wobbles", "deep"])
    #expect(run.tests.map(\.outcome) == [.passed, .failed, .error, .skipped, .passed, .skipped])
    #expect(run.tests.map(\.message) == [nil, "expected 3, got 4", "null <pointer>", "not yet", nil, nil])
    #expect(run.tests.map(\.seconds) == [0.25, 0.5, nil, nil, nil, nil])
    #expect(run.tests.last?.suites == ["all", "parser", "inner"] && run.tests.first?.group == "parser.Dates")
    #expect(run.tests[4].isFlaky && run.tests.count(where: \.isFlaky) == 1)
    #expect(run.seconds == 1234.5 && run.startedAt == Instant("2026-01-31T09:30:00Z"))
    #expect(run.count(.failed) == 1 && run.passRate == 0.5)
  }

  @Test func sumsTheTestsWhereNoSuiteHasATime() throws {
    let text = #"<testsuite><testcase name="a" time="1.5"/><testcase name="b" time="0.5"/></testsuite>"#
    #expect(try JUnitReader.read(Array(text.utf8)).seconds == 2)
    #expect(try JUnitReader.read(Array("<testsuites/>".utf8)).passRate == nil)
  }

  @Test(arguments: [
    ("", "the document is empty"),
    ("<html/>", "this is no JUnit report: it begins with <html> instead of <testsuites> or <testsuite>"),
    ("<testsuite><testcase>", "line 1 is no XML: no element found"),
    ("<testsuite>\n</testcase>", "line 2 is no XML: mismatched tag"),
    (
      "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;\">]><testsuite name=\"&z;\"/>",
      "the document declares entities, which no report needs"
    ),
    (
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><testsuite>&x;</testsuite>",
      "the document declares entities, which no report needs"
    ),
  ])
  func refusesWhatIsNoReport(_ text: String, _ message: String) {
    #expect(throws: IngestFailure(message)) { try JUnitReader.read(Array(text.utf8)) }
  }

  @Test func readsTheEncodingThatTheReportDeclares() throws {
    let head = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><testsuite><testcase name=\""
    let run = try JUnitReader.read(Array(head.utf8) + [0xe9] + Array("\"/></testsuite>".utf8))
    #expect(run.tests.map(\.name) == ["é"])
  }

  @Test func refusesElementsWithoutEnd() {
    let text = String(repeating: "<testsuite>", count: 100_000)
    #expect(throws: IngestFailure("the document has more than 200 elements within each other")) {
      try JUnitReader.read(Array(text.utf8))
    }
  }

  @Test func endsOnDamagedReports() throws {
    for name in ["junit.xml", "cobertura.xml", "lcov.info"] {
      let content = try fixture(name)
      for seed in SeededGenerator.seeds(100) {
        var random = SeededGenerator(seed: seed)
        var damaged = content
        for _ in 0..<4 {
          damaged[Int.random(in: 0..<content.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if seed % 3 == 0 { damaged.removeLast(Int.random(in: 0..<content.count, using: &random)) }
        if let run = try? JUnitReader.read(damaged) { #expect(run.seconds >= 0, "\(name), seed \(seed)") }
        for coverage in [try? CoberturaReader.read(damaged), try? LCOVReader.read(damaged)] {
          guard let coverage else { continue }
          #expect((0...1).contains(coverage.lines.share ?? 0), "\(name), seed \(seed)")
        }
      }
    }
  }
}

struct CoverageTests {
  @Test func readsCobertura() throws {
    let coverage = try CoberturaReader.read(fixture("cobertura.xml"))
    #expect(coverage.files.map(\.path) == ["app/empty.py", "app/pump.py"])
    #expect(coverage.lines == .init(found: 4, hit: 3) && coverage.lines.share == 0.75)
    #expect(coverage.branches == .init(found: 2, hit: 1))
    #expect(coverage.functions == .init(found: 2, hit: 1))
    #expect(coverage.problems == ["a line of app/pump.py has no readable number and count of hits"])
    #expect(coverage.files.first?.lines.share == nil)
  }

  @Test func readsATracefileWithAFileInTwoSections() throws {
    let coverage = try LCOVReader.read(fixture("lcov.info"))
    #expect(coverage.files.map(\.path) == ["/src/pump.c", "/src/valve.c"])
    #expect(coverage.files.map(\.lines) == [.init(found: 3, hit: 3), .init(found: 1, hit: 1)])
    #expect(coverage.files.map(\.functions) == [.init(found: 2, hit: 1), .init(found: 1, hit: 1)])
    #expect(coverage.branches == .init(found: 2, hit: 1))
    #expect(coverage.problems == ["line 14 has a record DA that cannot be read"])
  }

  @Test(arguments: [
    ("", "this is no LCOV tracefile: it has no line that begins with SF:"),
    ("SF:/a.c\nDA:1,1\n", "the tracefile is cut off: the section of /a.c has no end"),
  ])
  func refusesWhatIsNoTracefile(_ text: String, _ message: String) {
    #expect(throws: IngestFailure(message)) { try LCOVReader.read(Array(text.utf8)) }
  }
}

struct GitLogTests {
  @Test func readsTheLogOfARepository() throws {
    let log = try #require(gitLog())
    for pieces in [1, 7, log.count] {
      let commits = try commits(log, pieces: pieces)
      #expect(
        commits.map(\.subject) == ["empty", "add data", "Merge branch 'side'", "fix(io)!: rename", "side", "feat: one"])
      #expect(commits.allSatisfy { $0.author == "Inés \"M\" O" && $0.authorEmail == "ines@example.com" })
      #expect(commits.first?.authoredAt == Instant("2026-01-31T08:30:00Z") && commits.first?.authorOffset == 60)
      #expect(commits[0].changes == [] && commits[2].changes == [] && commits[2].isMerge)
      #expect(commits[1].changes == [.init(path: "data.bin", added: nil, removed: nil)])
      #expect(
        commits[3].changes == [
          .init(path: "a/tab\tand é.txt", oldPath: "b c.txt", added: 1, removed: 0)
        ])
      #expect(commits[3].body == "A body\nof two lines." && commits[3].isFix && commits[3].conventionalType == "fix")
      #expect(commits[5].parents == [] && commits[5].linesAdded == 8 && !commits[5].isFix)
      #expect(commits[4].parents == [commits[5].hash])
    }
  }

  @Test func saysWhenTheLogIsCutOffOrOfAnotherForm() throws {
    let log = try #require(gitLog())
    #expect(throws: IngestFailure("the log is cut off")) { try commits(Array(log.dropLast(3)), pieces: 100) }
    #expect(throws: IngestFailure("the log was not written with the arguments that are needed")) {
      try commits(Array("commit 1234\nAuthor: x\n\0".utf8), pieces: 100)
    }
    #expect(try commits([], pieces: 1) == [])
  }

  @Test(arguments: [
    ("fix: a", true), ("Fix(parser)!: a", true), ("feat: fix nothing", false), ("Fixes the pump", true),
    ("Fix typo", false), ("Prefix names", false), ("bug 12: leak", true), ("Add a suffix", false),
    ("Debug output", false), ("hotfix: x", true), ("Regression in reader", true), ("docs: describe bugs", false),
  ])
  func tellsRepairsByTheirWords(_ subject: String, _ isFix: Bool) {
    #expect(commit(subject).isFix == isFix)
  }

  @Test func anIssueClosedAsFixedIsARepair() {
    #expect(commit("Handle empty input", body: "Long story.\n\nFixes: #12").isFix)
    #expect(commit("Handle empty input", body: "fixed ABC-12").isFix)
    #expect(!commit("Handle empty input", body: "fixes the 3 of us").isFix)
    #expect(!commit("Merge branch 'fix'", parents: ["a", "b"]).isFix)
  }
}

private func commit(_ subject: String, body: String = "", parents: [String] = []) -> GitCommit {
  GitCommit(
    hash: "", parents: parents, author: "", authorEmail: "", authoredAt: Instant(milliseconds: 0), authorOffset: 0,
    committedAt: Instant(milliseconds: 0), subject: subject, body: body)
}

private func commits(_ log: [UInt8], pieces: Int) throws -> [GitCommit] {
  var reader = GitLogReader()
  var commits: [GitCommit] = []
  var start = 0
  while start < log.count {
    reader.feed(Array(log[start..<min(start + pieces, log.count)]))
    while let commit = try reader.next() { commits.append(commit) }
    start += pieces
  }
  reader.end()
  while let commit = try reader.next() { commits.append(commit) }
  return commits
}

/// What git writes of a small repository that it has just made.
private func gitLog() -> [UInt8]? {
  var template = Array("/tmp/interchange-git-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { return nil }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let arguments = GitLogReader.arguments.map { "'\($0)'" }.joined(separator: " ")
  let script = """
    set -e; cd '\(folder)'; unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; export HOME='\(folder)' GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME='Inés "M" O' GIT_AUTHOR_EMAIL=ines@example.com GIT_AUTHOR_DATE='2026-01-31T09:30:00+01:00'
    export GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.com
    at() { export GIT_COMMITTER_DATE="2026-01-31T10:0$1:00+00:00"; }
    git init -q -b main .; printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n' > 'b c.txt'; echo a > a.txt; git add .
    at 1; git commit -qm 'feat: one'; git checkout -q -b side; echo s > s.txt; git add s.txt; at 2; git commit -qm side
    git checkout -q main; mkdir a; new="$(printf 'a/tab\\tand é.txt')"; git mv 'b c.txt' "$new"; echo 8 >> "$new"; git add .
    at 3; git commit -qm "$(printf 'fix(io)!: rename\\n\\nA body\\nof two lines.')"
    at 4; git merge -q --no-ff --no-edit side; printf '\\0\\1' > data.bin; git add .; at 5; git commit -qm 'add data'
    at 6; git commit -q --allow-empty -m empty; git \(arguments) > log.out
    """
  guard system("(\(script)) 2>/dev/null") == 0 else { return nil }
  defer { system("rm -rf '\(folder)'") }
  return bytes(ofFile: "\(folder)/log.out")
}
