import Testing

@testable import OrchestronHost

@Suite struct PatternTests {
  private func matches(_ source: String, _ text: String) throws -> Bool {
    let pattern = try Pattern(source)
    return Array(text.utf8).withUnsafeBytes { pattern.matches($0) }
  }

  @Test(arguments: [
    ("", "", true), ("a", "xay", true), ("^a", "xa", false), ("a$", "ax", false), ("^$", "", true), ("^$", "a", false),
    ("^[a-z][a-z0-9-]*$", "some-id-2", true), ("^[a-z][a-z0-9-]*$", "2some", false), ("^a|b$", "xb", true),
    ("^(?:a|bc)+$", "abcbca", true), ("^(ab){2,3}$", "abab", true), ("^(ab){2,3}$", "ab", false),
    ("^(ab){2,3}$", "abababab", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true), ("^a{0}$", "", true),
    ("^.$", "😀", true), ("^.$", "\n", false), ("^[^a]$", "é", true), ("^[^a]$", "a", false), ("^[é-ü]$", "ê", true),
    (#"^\d\D\w\W\s\S$"#, "1ab- x", true), (#"^[\w.-]+@[\w.-]+$"#, "a.b@c-d", true),
    (#"^\u00e9\x41\u{1F600}$"#, "éA😀", true),
    (#"^\^\$\.\*\\\/\[\]\{\}\(\)\|\+\?\-$"#, #"^$.*\/[]{}()|+?-"#, true),
    (#"^\t\n\v\f\r\0$"#, "\t\n\u{B}\u{C}\r\u{0}", true),
    ("^[]$", "", false), ("^[^]$", "\n", true), ("^(a*)*$", "aaaa", true), ("^(a|a)*b$", "aaab", true),
    ("x*", "", true),
    ("^[a\\]-]+$", "]a-", true), ("a.c", "a\u{2028}c", false), ("^\\s$", "\u{FEFF}", true),
  ])
  func matchesAsECMAScriptDoes(source: String, text: String, expected: Bool) throws {
    #expect(try matches(source, text) == expected)
  }

  @Test(arguments: [
    ("(", "has a ( without )"), (")", "has a ) without ("), ("[a", "has a [ without ]"),
    ("*a", "has a * that repeats nothing"),
    ("a**", "has two quantifiers after each other"), ("a{2", "has a malformed {m,n}"),
    ("a{3,2}", "has a malformed {m,n}"),
    ("a{}", "has a malformed {m,n}"), ("a{1001}", "has a count beyond 1000"), ("^*", "repeats an anchor"),
    ("a]", "has a ] that closes nothing; write \\]"), ("[z-a]", "has a malformed range in […]"),
    (#"[\d-z]"#, "has a malformed range in […]"), ("a\\", "ends with a backslash"),
    (#"(a)\1"#, "uses a back reference, which is not supported"), (#"\bx"#, "uses \\b, which is not supported"),
    (#"\p{L}"#, "uses \\p, which is not supported"),
    ("(?<n>a)", "uses look-around or a named group, which are not supported"),
    (#"\ud83d"#, "has an escape that is no character"), (#"\u{110000}"#, "has an escape that is no character"),
    (#"\x4"#, "has a malformed escape"), (#"\u{41"#, "has a malformed escape"),
    ("((a{100}){100}){100}", "is too large (more than 4096 steps)"),
    ("((){1000}){1000}x{1000}{1}", "has two quantifiers after each other"),
  ])
  func refusesWithAReason(source: String, reason: String) {
    #expect(throws: PatternError(reason: reason)) { try Pattern(source) }
  }

  @Test func refusesDeepGroups() {
    let deep = String(repeating: "(", count: 10_000)
    #expect(throws: PatternError(reason: "has groups nested deeper than 64")) { try Pattern(deep) }
  }

  @Test func compilesRepetitionsOfNothing() throws {
    #expect(try matches("^((((){1000}){1000}){1000}){1000}$", ""))
  }

  /// Backtracking engines need 2^n steps for these.
  @Test(arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*)*x$", "(a?){30}a{30}b"])
  func takesLinearTime(source: String) throws {
    #expect(try matches(source, String(repeating: "a", count: 5000) + "!") == false)
  }
}
