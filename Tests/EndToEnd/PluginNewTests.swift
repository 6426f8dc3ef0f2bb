import Glibc
import Testing

/// `plugin new`, from the template to an answer.
@Suite(.serialized) struct PluginNewTests {
  @Test(arguments: [
    ("c", "make -s test"), ("cpp", "make -s test"), ("rust", "cargo test -q && cargo build -q --release"),
  ])
  func makesAPluginThatBuildsAndAnswers(language: String, build: String) throws {
    try expectAnswers(language, build)
  }

  /// Swift takes a build of the SDK: some minutes.
  @Test func makesASwiftPluginThatBuildsAndAnswers() throws {
    try expectAnswers("swift", "swift build -c release")
  }

  private func expectAnswers(_ language: String, _ build: String) throws {
    let folder = try TemporaryFolder()
    let plugin = "\(folder.path)/my-greeter"
    let made = try Client.execute([Client.binary, "plugin", "new", "my-greeter", "--lang", language, "--into", plugin])
    try #require(made.status == 0, "\(made.output)")
    let built = try Client.execute(["sh", "-c", "cd \(plugin) && \(build)"])
    try #require(built.status == 0, "\(built.output)")
    let call = try Client.execute([
      Client.binary, "call", "my_greeter.greet", "name=Ada", "--plugin-dir", plugin, "--storage",
      "\(folder.path)/storage",
    ])
    #expect(call.output.contains(#"{"greeting":"Hello","name":"Ada"}"#), "\(call.output)")
    let checked = try Client.execute([Client.binary, "plugin", "check", plugin])
    #expect(checked.status == 0, "\(checked.output)")
  }

  @Test(arguments: ["Greeter", "my_greeter", "1st", "", "host", "a/b"])
  func refusesABadName(name: String) throws {
    let folder = try TemporaryFolder()
    let result = try Client.execute([
      Client.binary, "plugin", "new", name, "--lang", "c", "--into", "\(folder.path)/plugin",
    ])
    #expect(result.status == 2, "\(result.output)")
    #expect(result.output.contains("is no name for a plugin"), "\(result.output)")
    #expect(access("\(folder.path)/plugin", F_OK) != 0)
  }

  @Test func refusesAFolderThatIsNotEmpty() throws {
    let folder = try TemporaryFolder()
    let words = [Client.binary, "plugin", "new", "greeter", "--lang", "c", "--into", "\(folder.path)/plugin"]
    try #require(try Client.execute(words).status == 0)
    let again = try Client.execute(words)
    #expect(again.status == 5, "\(again.output)")
    #expect(again.output.contains("is not empty"))
  }

  @Test func refusesALanguageThatItDoesNotKnow() throws {
    #expect(try Client.execute([Client.binary, "plugin", "new", "greeter", "--lang", "cobol"]).status == 2)
  }
}

/// A folder of a test, removed with the value.
private final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/orchestron-new-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Client.Refused(what: "mkdtemp", error: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = try? Client.execute(["rm", "-rf", path]) }
}
