import Glibc
import Testing

/// The zoo, built once for the process.
private enum CheckedZoo {
  private static let folder: Result<String, any Error> = Result {
    let out = "\(Client.root)/.build/fixtures"
    let built = try Client.execute(["\(Client.root)/Tests/Fixtures/build", out])
    try #require(built.status == 0, "\(built.output)")
    return out
  }

  static func path(_ fixture: String) throws -> String { try "\(folder.get())/\(fixture)" }
}

@Suite(.serialized) struct ValidatorFindings {
  /// A fixture, and what the line of the check that has to fail says.
  static let faults: [(fixture: String, check: String, pattern: String)] = [
    ("exports-too-much", "exported-symbols", "zoo_helper"),
    ("bundled-sqlite", "bundled-libraries", "SQLite"),
    ("bundled-openssl", "bundled-libraries", "OpenSSL"),
    ("create-slow", "create", #"(1[5-9]\d|[2-9]\d\d|\d{4,}) ms.*100 ms"#),
    ("create-once", "create-twice", #"There can only be one\."#),
    ("create-fails", "create", #"The coffee machine is empty\."#),
    ("create-throws", "create", "no instance today"),
    ("crashes-in-create", "create", "SIGSEGV|signal 11"),
    ("exits", "create", "code 3"),
    ("writes-stdout", "stdout", "Hello from a plugin!"),
    ("stop-without-start", "stop-without-start", "SIGSEGV|signal 11"),
    ("fragile-config", "create", "SIGSEGV|signal 11"),
    ("fragile-arguments", "hostile-arguments", #"fragile_arguments\.run"#),
    ("exact-host-size", "larger-structs", #"Unknown host\."#),
    ("prefix-extension", "extension-ids", #"zoo\.thing/1"#),
    ("any-extension", "extension-ids", "garbage|NULL"),
    ("wrong-thread", "hostile-arguments", "thread"),
    ("start-fails/provider", "start-stop", #"The road is closed\."#),
    ("stop-throws", "start-stop", "no end today"),
    ("destroy-throws", "create", "destroy"),
    ("answers-twice", "hostile-arguments", "answered twice"),
    ("reply-invalid-json", "hostile-arguments", "invalid JSON"),
    ("truncated/at-500", "file", "truncated"),
    ("empty-file", "file", "an empty file"),
    ("text-file", "file", "a text file"),
    ("object-file", "file", "an object file, not a shared library"),
    ("executable-pie", "file", "a program, not a shared library"),
    ("wrong-machine", "file", "built for aarch64"),
    ("wrong-class", "file", "32-bit"),
    ("missing-library", "file", #"libmissing-library\.so.*does not exist"#),
    ("folder-as-library", "file", "not a regular file|folder"),
    ("pipe-as-library", "file", "not a (regular )?file"),
    ("unresolvable-library", "entry", #"libzoo-absent\.so"#),
    ("unresolved-symbol", "entry", "zoo_by_nobody"),
    ("missing-entry", "entry", "orch_plugin_missing_entry"),
    ("null-descriptor", "entry", "no descriptor|NULL"),
    ("entry-throws", "entry", "no entry today"),
    ("wrong-magic", "entry", "magic"),
    ("newer-major", "entry", #"ABI 2\.0.*1\.\d+"#),
    ("newer-minor", "entry", #"ABI 1\.7.*1\.0"#),
    ("unknown-flag-plugin", "entry", "flag 0x2000"),
    ("unknown-flag-method", "declarations", "flag 0x2000"),
    ("bad-type", "declarations", #""q".*b i d s y j"#),
    ("bad-schema", "declarations", #""minLenght""#),
    ("null-function", "declarations", "fn is NULL"),
    ("duplicate-method", "declarations", "declared twice"),
    ("disagrees-id", "manifest-and-binary", "somebody-else"),
    ("disagrees-version", "manifest-and-binary", #"1\.0\.1.*1\.0\.0"#),
    ("disagrees-provides", "manifest-and-binary", #""disagrees_provides""#),
    ("disagrees-undeclared", "manifest-and-binary", #""unmentioned""#),
    ("bad-manifest-json", "manifest", "this is not valid JSON"),
    ("bad-manifest-key", "manifest", #"unknown key "require"; did you mean "requires""#),
    ("bad-config-schema", "manifest", #""propertys""#),
  ]

  @Test(arguments: faults)
  func findsTheFault(fixture: String, check: String, pattern: String) throws {
    let result = try Client.execute([Client.binary, "plugin", "check", try CheckedZoo.path(fixture)])
    #expect(result.status == 1, "\(result.output)")
    let expected = try Regex("^FAIL \(check)[^:]*: .*(\(pattern))")
    let lines = result.output.split(separator: "\n")
    #expect(lines.contains { $0.firstMatch(of: expected) != nil }, "\(result.output)")
  }

  @Test(.enabled(if: access("/usr/bin/valgrind", X_OK) == 0), arguments: ["leaky", "leaky-instance"])
  func findsALeak(fixture: String) throws {
    let result = try Client.execute([Client.binary, "plugin", "check", try CheckedZoo.path(fixture)])
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("FAIL leaks: a leak: "), "\(result.output)")
  }

  @Test(arguments: ["plain", "echo", "provider-two", "publisher", "strict-config", "from-the-future"])
  func findsNothingWrong(fixture: String) throws {
    try expectNothingWrong(try CheckedZoo.path(fixture))
  }

  @Test(arguments: ["rice", "webhook-log"])
  func findsNothingWrongWithAnExample(example: String) throws {
    try expectNothingWrong(try Client.example(example))
  }

  @Test func takesALibraryWithoutAManifest() throws {
    let copy = "\(Client.root)/.build/standing-alone.so"
    let copied = try Client.execute(["cp", "\(try Client.example("rice"))/build/librice.so", copy])
    try #require(copied.status == 0, "\(copied.output)")
    try expectNothingWrong(copy)
  }

  @Test(arguments: ["/nowhere/at-all", "/tmp"])
  func refusesWhatIsNoPlugin(path: String) throws {
    let result = try Client.execute([Client.binary, "plugin", "check", path])
    #expect(result.status == 2, "\(result.output)")
    #expect(result.output.contains("name a plugin's folder or its library"))
  }

  private func expectNothingWrong(_ path: String) throws {
    let result = try Client.execute([Client.binary, "plugin", "check", path])
    #expect(result.status == 0, "\(result.output)")
    let last = try #require(result.output.split(separator: "\n").last)
    #expect(last.firstMatch(of: /^\d+ passed, 0 failed$/) != nil, "\(result.output)")
  }
}
