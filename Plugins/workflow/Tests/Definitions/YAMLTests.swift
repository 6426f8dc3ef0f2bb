import PluginKit
import PluginTesting
import Testing

@testable import WorkflowPlugin

@Suite struct YAMLTests {
  static let cases: [(String, Value)] = [
    ("", .null), ("a: 1", ["a": 1]), ("- x\n- 'y'\n- \"z\\n\"", ["x", "y", "z\n"]),
    ("{a: [1, 2.5, -3e2], b: {}}", ["a": [1, 2.5, -300.0], "b": [:]]),
    ("a: |\n  one\n  two\n", ["a": "one\ntwo\n"]), ("a: >\n  one\n  two\n", ["a": "one two\n"]),
    ("a: true\nb: yes\nc: on", ["a": true, "b": "yes", "c": "on"]),
    ("a:\nb: ~\nc: null\nd: 'null'", ["a": .null, "b": .null, "c": .null, "d": "null"]),
    ("a: 0x1F\nb: 0o17\nc: 017", ["a": 31, "b": 15, "c": 17]),
    ("a: 1.2.3\nb: 2026-01-31\nc: -x", ["a": "1.2.3", "b": "2026-01-31", "c": "-x"]),
    ("a: ${ task.key }", ["a": "${ task.key }"]),
    ("cron: '0 9 * * 1' # Mondays", ["cron": "0 9 * * 1"]), ("---\na: 1\n...\n", ["a": 1]),
  ]

  @Test(arguments: cases) func reads(text: String, value: Value) throws {
    #expect(try YAMLReader.value(of: text) == value)
  }

  @Test(arguments: [
    ("a: &x 1", "anchors are not supported (line 1, column 4)"),
    ("a: 1\nb: *a", "aliases are not supported (line 2, column 4)"),
    ("a: !!str 1", "tags are not supported"), ("a: 1\na: 2", #"the key "a" comes twice (line 2, column 1)"#),
    ("[1]: 2", "a key must be a text"),
    ("a: 1\n--- \nb: 2", "there is more than one document"), ("a: .inf", ".inf is no number that JSON can express"),
    ("a: [1", "the YAML is not valid"),
    ("a: 1e999", "too large"), (String(repeating: "[", count: 100), "it nests deeper than 64"),
    ("\u{1}", "the YAML is not valid"),
  ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLReader.value(of: text) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test(arguments: SeededGenerator.seeds(10)) func survivesAnyText(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words = [
      "a", ":", " ", "\n", "- ", "{", "}", "[", "]", ",", "'", "\"", "|", ">", "&x ", "*x", "!t ", "? ", "#", "---",
      "\t", "é", "\u{0}", "%", "@", "1",
    ]
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
        .joined()
      _ = try? YAMLReader.value(of: text)
    }
  }
}
