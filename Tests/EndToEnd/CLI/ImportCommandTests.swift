import OrchestronHost
import Testing

/// `orchestron import` and `orchestron export`, over the bundled plugins.
@Suite struct ImportCommandTests {
  private let shell: Shell

  init() throws {
    shell = try Shell()
    try shell.write(
      "TODO.md", "# Release\n\n- [ ] Write the notes (P1) #docs due:2026-01-31\n- [x] Tag it\n  - [x] Sign it\n")
  }

  private func titles() throws -> [String] {
    try shell.run("call", "tasks.list").json?["items"]?.array?.compactMap { $0["title"]?.string } ?? []
  }

  @Test func takesAFileOverOnceHoweverOftenItIsImported() throws {
    let rehearsal = try shell.run("import", "todo", "TODO.md", "--dry-run", "--json")
    #expect(rehearsal.status == 0, "\(rehearsal.errors)")
    #expect(try titles() == [])
    let first = try shell.run("import", "todo", "TODO.md")
    #expect(first.status == 0, "\(first.errors)")
    let taken = try titles()
    #expect(Set(taken).isSuperset(of: ["Write the notes", "Tag it", "Sign it"]), "\(taken)")
    #expect(try shell.run("import", "todo", "TODO.md").status == 0)
    #expect(try titles() == taken)
  }

  @Test func writesWhatItCanReadBack() throws {
    try shell.run("import", "todo", "TODO.md")
    let before = try titles()
    #expect(try shell.run("export", "--file", "tasks.json").status == 0)
    let plain = try shell.run("export")
    #expect(plain.output == shell.read("tasks.json"))
    #expect(try shell.run("export", "--file", "tasks.json").status == 5)
    #expect(try shell.run("import", "json", "tasks.json").status == 0)
    #expect(try titles() == before)
    let markdown = try shell.run("export", "--format", "markdown", "--status", "done")
    #expect(markdown.output.contains("Tag it"))
    #expect(!markdown.output.contains("Write the notes"))
  }

  @Test func refusesWhatItDoesNotKnow() throws {
    #expect(try shell.run("import", "punch_cards", "TODO.md").status == 2)
    #expect(try shell.run("import", "todo", "nowhere.md").status == 3)
    #expect(try shell.run("export", "--format", "punch_cards").status == 2)
  }
}
