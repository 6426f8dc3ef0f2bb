import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct JSONErrorTests {
  @Test(arguments: [
    ("", "the text is empty where JSON is expected"),
    (" \n", "the text is empty where JSON is expected"),
    (
      #"{"a":tru}"#,
      #""tru" where a value is expected; only null, true and false stand without quotes, at line 1, column 6 (byte 5)"#
    ),
    ("[1,,2]", ", where a value is expected, at line 1, column 4 (byte 3)"),
    ("[1,]", "] where a value is expected, at line 1, column 4 (byte 3)"),
    ("[1", "the text ends where a comma or ] is expected, at line 1, column 3 (byte 2)"),
    ("{\n  \"a\": 1\n  \"b\": 2\n}", "\" where a comma or } is expected, at line 3, column 3 (byte 13)"),
    ("{\n  'a': 1\n}", "' where a key in double quotes is expected, at line 2, column 3 (byte 4)"),
    (#"{"a" 1}"#, "1 where a colon is expected after a key, at line 1, column 6 (byte 5)"),
    (#"{"a":1,}"#, "} where a key in double quotes is expected, at line 1, column 8 (byte 7)"),
    ("1 2", "text after the end of the JSON value, at line 1, column 3 (byte 2)"),
    ("01", "a number with a leading zero, at line 1, column 1 (byte 0)"),
    ("-", "a malformed number, at line 1, column 1 (byte 0)"),
    ("1.", "a number without digits after its point, at line 1, column 1 (byte 0)"),
    ("1e+", "a number without digits in its exponent, at line 1, column 1 (byte 0)"),
    ("1a", "a malformed number, at line 1, column 1 (byte 0)"),
    ("[1e400]", "a number beyond the range of a double, at line 1, column 2 (byte 1)"),
    (#"["a]"#, "a string without closing quote, at line 1, column 2 (byte 1)"),
    ("\"a\nb\"", "a control character in a string; write it as an escape such as \\n, at line 1, column 3 (byte 2)"),
    (#""\x""#, "an unknown escape in a string, at line 1, column 2 (byte 1)"),
    (#""\u12""#, #"an escape \u without four hexadecimal digits, at line 1, column 2 (byte 1)"#),
    (#""\ud83d.""#, #"an escape \u that is half of a surrogate pair, at line 1, column 2 (byte 1)"#),
    ("\u{FEFF}1", "the byte 0xef where a value is expected, at line 1, column 1 (byte 0)"),
  ])
  func saysWhatIsWrongAndWhere(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.message == message)
  }

  @Test func saysThatAStringIsNotUTF8() {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: [0x5B, 0x22, 0xC3, 0x22, 0x5D]) }
    #expect(error == JSONError("a string that is not UTF-8, at line 1, column 2 (byte 1)", offset: 1))
  }

  /// Two independent readers must agree: simdjson, and the one that words its errors.
  @Test(arguments: [UInt64](1...10))
  func findsAFaultInExactlyTheTextsThatTheParserRefuses(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let document = JSONDocument()
    let bytes = Array(#"{}[],:"\0123456789.-+eEtrufalsn u"#.utf8) + [0x00, 0x0A, 0xC3, 0xA9, 0xFF]
    for _ in 0..<500 {
      var text = JSON.random(using: &generator).bytes
      for _ in 0..<Int.random(in: 0...2, using: &generator) where !text.isEmpty {
        let position = Int.random(in: 0..<text.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: text[position] = bytes.randomElement(using: &generator) ?? 0
        case 1: text.insert(bytes.randomElement(using: &generator) ?? 0, at: position)
        default: text.remove(at: position)
        }
      }
      let fault = text.withUnsafeBytes { JSONDiagnosis.error(in: $0) }
      let isClean = fault == JSONError("the text is not valid JSON")
      let isAccepted = (try? document.parse(text)) != nil
      #expect(isAccepted == isClean, "seed \(seed): \(String(decoding: text, as: UTF8.self)): \(fault)")
    }
  }

  @Test(arguments: [1, 2, 3])
  func agreesWithPythonOnMutatedTexts(seed: Int) throws {
    let cases = try PythonCases(script: "json_cases.py", seed: seed, count: 3000)
    #expect(cases.lines.count == 3000)
    for line in cases.lines {
      let digits = Array(try #require(line["hex"]?.string).utf8)
      let text = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      let expected = line["valid"] == true ? line["value"] : nil
      let value = try? JSON(parsing: text)
      #expect(value == expected, "seed \(cases.seed): \(String(decoding: text, as: UTF8.self))")
    }
  }
}
