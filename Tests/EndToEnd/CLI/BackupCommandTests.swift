import Glibc
import OrchestronHost
import Testing

/// `orchestron backup` and `orchestron restore`, over the bundled plugins.
@Suite struct BackupCommandTests {
  private let shell: Shell

  init() throws { shell = try Shell() }

  private func titles() throws -> [String] {
    try shell.run("call", "tasks.list").json?["items"]?.array?.compactMap { $0["title"]?.string } ?? []
  }

  @Test func bringsBackWhatWasStoredWhenTheBackupWasMade() throws {
    try shell.run("call", "tasks.create", "title=Kept")
    let host = try shell.host()
    let backup = try shell.run("backup", "plan.db")
    #expect(backup.status == 0, "\(backup.errors)")
    try shell.run("call", "tasks.create", "title=Lost")
    let refused = try shell.run("restore", "plan.db")
    #expect(refused.status == 5)
    #expect(refused.errors.contains("a host runs in"))
    host.signal(SIGTERM)
    #expect(host.wait().status == 0)
    #expect(try titles() == ["Kept", "Lost"])
    let restored = try shell.run("restore", "plan.db", "--json")
    #expect(restored.json?["pending"] == true, "\(restored.errors)")
    #expect(try titles() == ["Kept"])
    #expect(shell.exists(".orchestron/orchestron.db.replaced"))
    #expect(try shell.run("call", "storage.integrity").json?["ok"] == true)
  }

  @Test func replacesNoFileUnlessItIsTold() throws {
    try shell.write("plan.db", "mine")
    let refused = try shell.run("backup", "plan.db")
    #expect(refused.status == 5)
    #expect(shell.read("plan.db") == "mine")
    #expect(try shell.run("backup", "--force", "plan.db").status == 0)
    #expect(shell.read("plan.db").hasPrefix("SQLite format 3"))
    #expect(!shell.exists("plan.db.partial"))
  }

  @Test func takesNothingThatIsNoBackup() throws {
    try shell.run("call", "tasks.create", "title=Kept")
    try shell.write("junk", String(repeating: "junk ", count: 2000))
    let refused = try shell.run("restore", "junk")
    #expect(refused.status != 0)
    #expect(!refused.errors.isEmpty)
    #expect(try shell.run("restore", "nowhere").status == 3)
    #expect(try titles() == ["Kept"])
  }
}
